/** Pieces of a streamed answer that come together stay together on their way to the reader. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { ModelPieces } from "../src/effects/model-client.ts";
import { oneByOne } from "../src/effects/model-events.ts";
import { createOllamaClient } from "../src/effects/ollama-client.ts";
import { createOpenAiClient } from "../src/effects/openai-client.ts";
import { firstToken, wholeOf } from "../src/runtime-work-stream.ts";
import { lineOf } from "./support/chunk-line.ts";
import { callTo, targetAt, told } from "./support/model-calls.ts";

const openai = createOpenAiClient({ keyOf: () => null });
const ollama = createOllamaClient({ keepAliveMs: 1000 });

/** A server whose answers are written by hand. */
async function serving(answer: (response: ServerResponse) => void): Promise<number> {
  const server = createServer((_, response) => {
    response.on("error", () => {});
    answer(response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const SAID = Array.from({ length: 50 }, (_, at) => `${at} `);
const FORMS = {
  openai: {
    client: openai,
    path: "/v1",
    pieces: SAID.map((content) => `${lineOf({ content })}\n\n`).join(""),
    bad: "data: {\n\n",
  },
  ollama: {
    client: ollama,
    path: "",
    pieces: SAID.map((content) => `${JSON.stringify({ message: { content } })}\n`).join(""),
    bad: "{\n",
  },
};

for (const [protocol, { client, path, pieces, bad }] of Object.entries(FORMS)) {
  const callAt = (port: number) => callTo(targetAt(`http://127.0.0.1:${port}${path}`));

  test(`${protocol} pieces: what came in one packet stays together, in its order, before a failure`, async () => {
    const port = await serving((response) => response.end(pieces + bad));
    const together: ModelPieces[] = [];
    for await (const each of client.stream(callAt(port))) together.push(each);
    expect(
      together.map((each) => (each.type === "chunks" ? each.lines.length : each.type)),
    ).toEqual([SAID.length, "failed"]);
    const { text, events, failure } = await told(client.stream(callAt(port)));
    expect([text, events.length]).toEqual([SAID.join(""), SAID.length + 1]);
    expect(failure?.failure).toBe("server_error");
  });

  test(`${protocol} pieces: a reader who waits holds the server back`, async () => {
    let written = 0;
    const port = await serving((response) => {
      const pour = (): void => {
        while (!response.destroyed && response.write(pieces)) written += pieces.length;
        if (!response.destroyed) response.once("drain", pour);
      };
      pour();
    });
    const reader = client.stream(callAt(port))[Symbol.asyncIterator]();
    await reader.next();
    // What the buffers on the way hold, some MiB; after that nothing moves any more.
    let before = -1;
    while (before !== written) {
      before = written;
      for (let turn = 0; turn < 200; turn += 1)
        await new Promise((resolve) => setImmediate(resolve));
    }
    expect(written).toBeLessThan(16 * 1024 * 1024);
    for (let count = 0; count < 200; count += 1) await reader.next();
    expect(written).toBeGreaterThan(before);
    await reader.return?.();
  });

  test(`${protocol} pieces: a reader who leaves among pieces that came together closes the connection`, async () => {
    const gone = Promise.withResolvers<void>();
    const port = await serving((response) => {
      response.once("close", () => gone.resolve());
      response.write(pieces);
    });
    const reader = oneByOne(client.stream(callAt(port)))[Symbol.asyncIterator]();
    await reader.next();
    await reader.return?.();
    expect(await reader.next()).toEqual({ done: true, value: undefined });
    await gone.promise;
  });
}

/** A stream of these, which then waits for its end. */
function stalling(together: readonly (readonly string[])[]) {
  const left = together.map((contents) => contents.map((content) => lineOf({ content }).slice(6)));
  const state = { returned: 0 };
  const iterator: AsyncIterator<ModelPieces> = {
    async next() {
      const lines = left.shift();
      if (lines !== undefined) return { done: false, value: { type: "chunks", lines } };
      return new Promise(() => {});
    },
    async return() {
      state.returned += 1;
      return { done: true, value: undefined };
    },
  };
  return { state, pieces: { [Symbol.asyncIterator]: () => iterator } };
}

test("work pieces: what came with the first token is told with it, and a cut among pieces is told", async () => {
  const { pieces, state } = stalling([["", ""], ["", "a", "b"], ["c"]]);
  const opened = await firstToken(pieces);
  if (!opened.ok) throw new Error("Expected a stream.");
  expect(opened.head).toHaveLength(5);
  const end = new AbortController();
  const ends: unknown[] = [];
  const whole = wholeOf(opened, end.signal, (failure) => ends.push(failure?.failure));
  const reader = whole.events[Symbol.asyncIterator]();
  for (let count = 0; count < 3; count += 1) await reader.next();
  end.abort();
  const rest: (string | undefined)[] = [];
  for (let next = await reader.next(); next.done !== true; next = await reader.next()) {
    rest.push(next.value.type);
  }
  expect(rest).toEqual(["chunk", "chunk", "failed"]);
  expect([ends, state.returned]).toEqual([["aborted"], 1]);
});

test("work pieces: sixteen pieces without a token are enough, however they come", async () => {
  const empty = (count: number) => Array.from({ length: count }, () => "");
  for (const together of [[empty(16)], [empty(9), empty(7)], empty(16).map((each) => [each])]) {
    const opened = await firstToken(stalling(together).pieces);
    expect(opened).toMatchObject({ ok: true, head: { length: 16 } });
  }
});

test("events: asked for many at once they come in their order", async () => {
  const reader = oneByOne(stalling([["a", "b"], ["c"], ["d", "e"]]).pieces)[Symbol.asyncIterator]();
  const asked = await Promise.all(["a", "b", "c", "d", "e"].map(() => reader.next()));
  const said = asked.map(
    ({ value }) => value?.type === "chunk" && value.chunk.choices[0]?.delta.content,
  );
  expect(said).toEqual(["a", "b", "c", "d", "e"]);
});
