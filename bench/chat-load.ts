/** Chats over bare sockets on kept connections: so little work for each that the servers are the limit. */
import { connect } from "node:net";

/** What to ask, on how many connections, and for how long. */
export interface ChatLoad {
  readonly port: number;
  readonly path: string;
  readonly body: object;
  readonly connections: number;
  readonly ms: number;
}

/** How long each answer took, in ms: to its first byte, and to its end. */
export interface ChatResult {
  readonly perSecond: number;
  readonly first: readonly number[];
  readonly whole: readonly number[];
}

const END_OF_CHUNKS = Buffer.from("0\r\n\r\n");
const HEADERS_END = Buffer.from("\r\n\r\n");
const OK = Buffer.from("HTTP/1.1 200 ");

/** Asks again as soon as an answer is whole, on each connection. */
export async function chatsOf(load: ChatLoad): Promise<ChatResult> {
  const first: number[] = [];
  const whole: number[] = [];
  const begin = performance.now();
  const end = begin + load.ms;
  const asking = () => askOn(load, { end, first, whole });
  await Promise.all(Array.from({ length: load.connections }, asking));
  return { perSecond: (whole.length / (performance.now() - begin)) * 1000, first, whole };
}

/** A connection with one chat that is not read to its end; `end` closes it. */
export function openChat(load: Pick<ChatLoad, "port" | "path" | "body">): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: load.port, host: "127.0.0.1", noDelay: true });
    socket.once("error", reject);
    socket.once("connect", () => socket.write(requestOf(load)));
    socket.once("data", () => resolve(() => socket.destroy()));
  });
}

function requestOf({ port, path, body }: Pick<ChatLoad, "port" | "path" | "body">): Buffer {
  const text = JSON.stringify(body);
  const lines = [
    `POST ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(text)}`,
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${text}`);
}

function askOn(
  load: ChatLoad,
  told: { readonly end: number; readonly first: number[]; readonly whole: number[] },
): Promise<void> {
  const request = requestOf(load);
  return new Promise((resolve, reject) => {
    const socket = connect({ port: load.port, host: "127.0.0.1", noDelay: true });
    let sent = 0;
    let isFirst = true;
    /** Bytes still to come; `null` = until the last chunk. */
    let missing: number | null = 0;
    const ask = (): void => {
      isFirst = true;
      sent = performance.now();
      socket.write(request);
    };
    socket.once("connect", ask);
    socket.once("error", reject);
    socket.on("data", (part: Buffer) => {
      if (isFirst) {
        if (!part.subarray(0, OK.length).equals(OK)) {
          reject(new Error(`Expected 200, got ${part.subarray(0, 2000)}`));
          socket.destroy();
          return;
        }
        isFirst = false;
        told.first.push(performance.now() - sent);
        missing = lengthOf(part);
      }
      if (missing !== null) missing -= part.length;
      const isWhole = missing === null ? endsWith(part) : missing <= 0;
      if (!isWhole) return;
      const now = performance.now();
      told.whole.push(now - sent);
      if (now < told.end) return ask();
      socket.once("close", () => resolve());
      socket.destroy();
    });
  });
}

/** The last chunk is small and comes in one write; an end that is cut in two has not been seen. */
function endsWith(part: Buffer): boolean {
  return part.subarray(-END_OF_CHUNKS.length).equals(END_OF_CHUNKS);
}

/** Bytes of the whole answer, `null` when it comes in chunks; the headers come in one piece. */
function lengthOf(part: Buffer): number | null {
  const place = part.indexOf(HEADERS_END);
  if (place < 0) throw new Error("Expected the headers in one piece.");
  const length = /content-length: (\d+)/i.exec(part.toString("latin1", 0, place))?.[1];
  return length === undefined ? null : place + HEADERS_END.length + Number(length);
}
