/** Binding: one port, on every address that is asked for. */

import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { RuntimeProfileError } from "../domain/error.ts";
import { LIVE_CLIENTS_MAX } from "./live.ts";
import { PROBLEM_TYPE, problemOf } from "./problem.ts";

/** Where a server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
  /** To be opened in a browser. */
  readonly url: string;
}

/** A request must be complete within this time. */
const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 10_000;
/** Beside those that hear live events, others must still get an answer. */
const CONNECTIONS_MAX = 2 * LIVE_CLIENTS_MAX;

/** How often another free port is tried, when the second family finds the first one's taken. */
const FREE_PORT_ATTEMPTS = 5;

/** How long answers that are under way may take when the server closes. */
const CLOSING_MS = 2_000;

/** The host lacks this address or its family; the first address then stands alone. */
const ADDRESS_ABSENT = ["EADDRNOTAVAIL", "EAFNOSUPPORT", "EPROTONOSUPPORT", "EINVAL"];

/** Listens on all hosts; the first must succeed, the others may be absent on this host. Throws RP_PORT. */
export async function listenOn(
  hosts: readonly [string, ...string[]],
  port: number,
  listener: RequestListener,
): Promise<readonly Server[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await listenOnce(hosts, port, listener);
    } catch (error) {
      const isTaken = error instanceof PortError && error.reason === "EADDRINUSE";
      if (port !== 0 || !isTaken || attempt >= FREE_PORT_ATTEMPTS) throw error;
    }
  }
}

/** The address of a listening server. */
export function addressOf(server: Server): Address {
  const { address, family, port } = server.address() as AddressInfo;
  const host = family === "IPv6" ? `[${address}]` : address;
  return { host: address, port, url: `http://${host}:${port}` };
}

/** Stops listening; answers under way may end, then every connection is closed. */
export async function closeAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(
    servers.map(
      (server) =>
        new Promise<void>((resolve) => {
          const force = setTimeout(() => server.closeAllConnections(), CLOSING_MS);
          server.close(() => {
            clearTimeout(force);
            resolve();
          });
          server.closeIdleConnections();
        }),
    ),
  );
}

async function listenOnce(
  [first, ...others]: readonly [string, ...string[]],
  port: number,
  listener: RequestListener,
): Promise<readonly Server[]> {
  const servers = [await bind(first, port, listener)];
  const bound = addressOf(servers[0] as Server).port;
  try {
    for (const host of others) servers.push(await bind(host, bound, listener));
  } catch (error) {
    if (error instanceof PortError && ADDRESS_ABSENT.includes(error.reason)) return servers;
    await closeAll(servers);
    throw error;
  }
  return servers;
}

function bind(host: string, port: number, listener: RequestListener): Promise<Server> {
  const server = createServer(
    {
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: HEADERS_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // A missing Host is refused by the guard, with a problem.
      requireHostHeader: false,
    },
    listener,
  );
  server.maxConnections = CONNECTIONS_MAX;
  server.on("clientError", answerNoise);
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(portError(error, host, port)));
    server.listen({ host, port, ipv6Only: host.includes(":") && host !== "::" }, () => {
      // A connection that could not be accepted concerns that client; the others are served on.
      server.removeAllListeners("error").on("error", () => {});
      resolve(server);
    });
  });
}

/** What comes is not HTTP, or too slow or too large; it never reaches the application. */
function answerNoise(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const detail = "The request must be complete, timely HTTP/1.1 with headers of at most 16 KiB.";
  const body = JSON.stringify(problemOf({ status: 400, code: "RP_REQUEST", detail }, "/"));
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

class PortError extends RuntimeProfileError {
  readonly reason: string;

  constructor(reason: string, message: string, cause: Error) {
    super("RP_PORT", message, { path: "server.port", cause });
    this.reason = reason;
  }
}

/** What a refused address means to a person. */
export function portError(error: NodeJS.ErrnoException, host: string, port: number): PortError {
  const reason = error.code ?? "";
  const place = `port ${port} on ${host}`;
  switch (reason) {
    case "EADDRINUSE":
      return new PortError(
        reason,
        `Expected ${place} to be free, but another program uses it; stop that program or choose another port with --port.`,
        error,
      );
    case "EACCES":
      return new PortError(
        reason,
        `Expected to be allowed to use ${place}, but this system refuses it; choose a port from 1024 up with --port.`,
        error,
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new PortError(
        reason,
        `Expected ${host} to be an address of this host, but it is not; choose another one with --host.`,
        error,
      );
    default:
      return new PortError(
        reason,
        `Expected to listen on ${place}, but the system answered ${reason}; choose another port with --port.`,
        error,
      );
  }
}
