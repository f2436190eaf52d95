/**
 * What surrounds the program: WSL, and the container that it may run in.
 *
 * Both change what figures mean: under WSL the card's driver is that of Windows, in a container files
 * and limits are others than the host's. The kernel's own name is the best witness of WSL and the only
 * one that tells 1 from 2; of containers the runtime's mark is, then the environment, then the group.
 * Rejected: looking for missing programs or odd process ids, which proves nothing.
 */
import type { FactSource } from "../domain/origin.ts";
import type { Surrounding } from "../domain/served.ts";
import type { Environment } from "./environment.ts";
import { type HostView, ioOf } from "./host-io.ts";
import { originOf, type Probed, rootedPath } from "./probe.ts";

const NOWHERE: Surrounding = { wsl: null, container: null };
/** Words of `/proc/1/cgroup` and whose they are; the first that stands in the text counts. */
const GROUP_WORDS: readonly (readonly [string, string])[] = [
  ["kubepods", "kubernetes"],
  ["libpod", "podman"],
  ["docker", "docker"],
  ["containerd", "containerd"],
  ["lxc", "lxc"],
];
/** The value of `container` that systemd and the runtimes set: one short word. */
const CONTAINER_WORD = /^[a-z][a-z0-9-]{0,39}$/;

/** Something that was seen and where. */
interface Sight<T> {
  readonly value: T;
  readonly source: FactSource;
}

/** Looks on Linux only: elsewhere nothing of this surrounds us. Never throws. */
export async function probeSurrounding(view: HostView): Promise<Probed<Surrounding>> {
  if (view.platform !== "linux") return { finding: NOWHERE, notes: [] };
  const at = Date.now();
  const [wsl, container] = await Promise.all([seeWsl(view), seeContainer(view)]);
  return {
    finding: { wsl: wsl?.value ?? null, container: container?.value ?? null },
    notes: [],
    origins: [
      originOf("surrounding.wsl", wsl?.source ?? "proc", { at }),
      originOf("surrounding.container", container?.source ?? "files", { at }),
    ],
  };
}

/** Which WSL a kernel's release names; `null`: none. WSL1 says "Microsoft", WSL2 "microsoft-standard". */
export function wslOfRelease(release: string): 1 | 2 | null {
  if (!/microsoft/i.test(release)) return null;
  return /microsoft-standard|wsl2/i.test(release) ? 2 : 1;
}

async function seeWsl(view: HostView): Promise<Sight<1 | 2> | null> {
  const io = ioOf(view);
  const release = await io.readText(rootedPath(view.root, "/proc/sys/kernel/osrelease"));
  const named = wslOfRelease(release ?? "");
  if (named !== null) return { value: named, source: "proc" };
  // A kernel of the user's own has another name; only WSL2 can have one, and only it has the device.
  if (await isThere(view, "/dev/dxg")) return { value: 2, source: "files" };
  const { env } = view;
  const isTold = isSet(env, "WSL_DISTRO_NAME") || isSet(env, "WSL_INTEROP");
  return isTold ? { value: 2, source: "environment" } : null;
}

async function seeContainer(view: HostView): Promise<Sight<string> | null> {
  const { env } = view;
  if (isSet(env, "KUBERNETES_SERVICE_HOST")) return { value: "kubernetes", source: "environment" };
  if (await isThere(view, "/run/.containerenv")) return { value: "podman", source: "files" };
  if (await isThere(view, "/.dockerenv")) return { value: "docker", source: "files" };
  const told = env["container"] ?? "";
  // systemd calls WSL a container; it stands in a field of its own.
  if (CONTAINER_WORD.test(told) && told !== "wsl") return { value: told, source: "environment" };
  const group = (await ioOf(view).readText(rootedPath(view.root, "/proc/1/cgroup"))) ?? "";
  const word = GROUP_WORDS.find(([part]) => group.includes(part));
  return word === undefined ? null : { value: word[1], source: "cgroup" };
}

async function isThere(view: HostView, path: string): Promise<boolean> {
  return (await ioOf(view).lookAt(rootedPath(view.root, path), false)) === "there";
}

function isSet(env: Environment, name: string): boolean {
  return (env[name] ?? "") !== "";
}
