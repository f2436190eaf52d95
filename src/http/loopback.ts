/** Loopback addresses, and the names that a Host header may carry. */
import { BlockList, isIP } from "node:net";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"];
const UNSPECIFIED = ["0.0.0.0", "::"];
const PORT_SUFFIX = /:\d+$/;

/** True when only this host can reach the address. An unknown name counts as reachable. */
export function isLoopback(host: string): boolean {
  if (host.toLowerCase() === "localhost") return true;
  const family = isIP(host);
  return family !== 0 && LOOPBACK.check(host, family === 4 ? "ipv4" : "ipv6");
}

/** The addresses to bind: the default is loopback in both families. */
export function addressesOf(host: string): readonly [string, ...string[]] {
  const name = host.toLowerCase();
  return name === "localhost" || name === "127.0.0.1" ? ["127.0.0.1", "::1"] : [host];
}

/** Who may be named in the Host header. */
export interface HostNames {
  /** The address of the listener. */
  readonly host: string;
  readonly port: number;
  /** Configured names; with a port they are taken as they stand. */
  readonly allowed: readonly string[];
}

/** Every accepted Host header, lower case: each name alone and with the port of the listener. */
export function acceptedHosts({ host, port, allowed }: HostNames): ReadonlySet<string> {
  const own = UNSPECIFIED.includes(host) ? [] : [isIP(host) === 6 ? `[${host}]` : host];
  const accepted = new Set<string>();
  for (const name of [...LOOPBACK_NAMES, ...own, ...allowed]) {
    const lower = name.toLowerCase();
    accepted.add(lower);
    if (!PORT_SUFFIX.test(lower)) accepted.add(`${lower}:${port}`);
  }
  return accepted;
}
