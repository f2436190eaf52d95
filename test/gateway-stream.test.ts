import { once } from "node:events";
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { homedir } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chunkOf } from "./support/fake-work.ts";
import { type Door, HELLO, startDoor } from "./support/gateway.ts";

let door: Door;
beforeAll(async () => {
  door = await startDoor();
});
afterAll(async () => {
  await door.stop();
});

const CHAT = "/v1/chat/completions";
const WAYS = [
  ["whole", HELLO],
  ["streamed", { ...HELLO, stream: true }],
] as const;

/** A chat whose answer is not read by itself. */
function send(body: object): ClientRequest {
  const headers = { "content-type": "application/json" };
  const where = { host: "127.0.0.1", port: door.port, path: CHAT, method: "POST" };
  const outgoing = httpRequest({ ...where, headers, agent: false });
  outgoing.on("error", () => {});
  outgoing.end(JSON.stringify(body));
  return outgoing;
}

async function answerTo(outgoing: ClientRequest): Promise<IncomingMessage> {
  const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
  incoming.on("error", () => {});
  return incoming;
}

test("stream: a client that goes away while its job waits ends it at once", async () => {
  const { work } = door;
  work.script = () => ({ hang: [] });
  for (const [name, body] of WAYS) {
    const [given, aborted] = [work.jobs.length, work.seen.aborted];
    const outgoing = send(body);
    await work.until(() => work.jobs.length > given);
    outgoing.destroy();
    await work.until(() => work.seen.aborted > aborted);
    expect(work.jobs.at(-1)?.signal?.aborted, name).toBe(true);
  }
});

test("stream: a client that goes away in the middle ends the job and its stream", async () => {
  const { work } = door;
  work.script = () => ({ hang: ["one", "two"] });
  const [aborted, returned] = [work.seen.aborted, work.seen.returned];
  const outgoing = send({ ...HELLO, stream: true });
  const incoming = await answerTo(outgoing);
  const [first] = (await once(incoming, "data")) as [Buffer];
  expect(String(first)).toContain('"content":"one"');
  outgoing.destroy();
  await work.until(() => work.seen.aborted > aborted && work.seen.returned > returned);
});

test("stream: an answer that was read to its end is not returned again, nor cut", async () => {
  const { work } = door;
  work.script = () => ({ say: ["a"] });
  const { returned } = work.seen;
  const answer = await door.ask(CHAT, { method: "POST", body: { ...HELLO, stream: true } });
  expect(answer.text).toMatch(/data: \[DONE\]\n\n$/);
  expect(work.seen.returned).toBe(returned);
});

test("stream: a failure in the middle is said inside, and the end is missing", async () => {
  const message = `llama runner in ${homedir()} was killed`;
  const cases = [
    ["oom", "out_of_memory"],
    ["timeout", "timeout"],
    ["server_error", "model_server_error"],
    ["aborted", "stopped"],
  ] as const;
  for (const [failure, code] of cases) {
    const failed = { failure, status: null, message, retry_after_ms: null };
    door.work.script = () => ({ chunks: [chunkOf({ content: "Hel" })], failed });
    const answer = await door.ask(CHAT, { method: "POST", body: { ...HELLO, stream: true } });
    const [first, last, ...rest] = answer.text.split("\n\n");
    expect(first).toContain("Hel");
    const { error } = JSON.parse(String(last).replace(/^data: /, ""));
    expect([error.code, error.type]).toEqual([code, "server_error"]);
    expect(error.message).not.toContain(homedir());
    expect(rest).toEqual([""]);
  }
});

test("stream: a client that does not read holds the model back", async () => {
  const { work } = door;
  const piece = chunkOf({ content: "x".repeat(64 * 1024) });
  const pieces = 2000;
  work.script = () => ({ chunks: Array.from({ length: pieces }, () => piece) });
  const before = work.seen.read;
  const outgoing = send({ ...HELLO, stream: true });
  const incoming = await answerTo(outgoing);
  // The far end takes what its buffers hold, a few MiB of 128, and the rest is not asked for.
  let read = -1;
  while (read !== work.seen.read) {
    read = work.seen.read;
    await door.ask("/healthz");
  }
  expect(read - before).toBeLessThan(pieces / 4);
  let length = 0;
  incoming.on("data", (part: Buffer) => {
    length += part.length;
  });
  await once(incoming, "end");
  expect(work.seen.read - before).toBe(pieces);
  expect(length).toBeGreaterThan(pieces * 64 * 1024);
});

test("stream: a client that stops reading and goes away leaves nothing open", async () => {
  const { work } = door;
  const piece = chunkOf({ content: "x".repeat(64 * 1024) });
  work.script = () => ({ chunks: Array.from({ length: 2000 }, () => piece) });
  const { returned } = work.seen;
  const outgoing = send({ ...HELLO, stream: true });
  await answerTo(outgoing);
  outgoing.destroy();
  await work.until(() => work.seen.returned > returned);
});
