/** A load of HTTP requests over bare sockets: so little work for each that the server is the limit. */
import { connect, type Socket } from "node:net";

/** What to ask, on how many kept connections, and for how long. */
export interface Load {
  readonly port: number;
  readonly path: string;
  /** Further lines of the request. */
  readonly headers?: readonly string[];
  readonly connections: number;
  readonly ms: number;
  /** Each answer must begin with this status. */
  readonly status: number;
}

/** What came of it. */
export interface LoadResult {
  readonly perSecond: number;
  /** How long each answer took, in ms. */
  readonly waits: readonly number[];
}

const HEADERS_END = Buffer.from("\r\n\r\n");

/** Asks again as soon as an answer is whole, on each connection. */
export async function loadOf(load: Load): Promise<LoadResult> {
  const waits: number[] = [];
  const begin = performance.now();
  const end = begin + load.ms;
  await Promise.all(Array.from({ length: load.connections }, () => asking(load, { end, waits })));
  return { perSecond: (waits.length / (performance.now() - begin)) * 1000, waits };
}

function asking(
  { port, path, headers = [], status }: Load,
  { end, waits }: { readonly end: number; readonly waits: number[] },
): Promise<void> {
  const lines = [`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, ...headers, "", ""];
  const request = Buffer.from(lines.join("\r\n"));
  const expected = Buffer.from(`HTTP/1.1 ${status} `);
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let sent = 0;
    let missing = 0;
    const ask = (): void => {
      sent = performance.now();
      socket.write(request);
    };
    socket.once("connect", ask);
    socket.once("error", reject);
    socket.on("data", (part: Buffer) => {
      if (missing === 0) {
        if (!part.subarray(0, expected.length).equals(expected)) {
          reject(new Error(`Expected ${expected}, got ${part.subarray(0, 80)}`));
          socket.destroy();
          return;
        }
        missing = lengthOf(part);
      }
      missing -= part.length;
      if (missing > 0) return;
      const now = performance.now();
      waits.push(now - sent);
      if (now < end) ask();
      else leave(socket, resolve);
    });
  });
}

/** Bytes of the whole answer; its headers come in one piece. */
function lengthOf(part: Buffer): number {
  const place = part.indexOf(HEADERS_END);
  if (place < 0) throw new Error("Expected the headers in one piece.");
  const [, length = "0"] = /content-length: (\d+)/i.exec(part.toString("latin1", 0, place)) ?? [];
  return place + HEADERS_END.length + Number(length);
}

function leave(socket: Socket, gone: () => void): void {
  socket.once("close", gone);
  socket.destroy();
}
