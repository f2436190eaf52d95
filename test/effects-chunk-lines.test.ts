/** Lines of streamed answers as JSON of chunks, passed on as the server wrote them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { createChunkTranslator, type OllamaPart } from "../src/effects/chat-from-ollama.ts";
import { createChunkLines } from "../src/effects/chunk-lines.ts";
import { createOllamaLines } from "../src/effects/ollama-lines.ts";
import { lineOf } from "./support/chunk-line.ts";

/** What the lines are read as; a line that is none of an answer is told as `null`, and nothing after it. */
function readAll(lines: readonly string[]): readonly (string | null)[] {
  const chunks: (string | null)[] = [];
  const reader = createChunkLines(() => new Error("no"));
  for (const line of lines) {
    const more: string[] = [];
    try {
      if (reader.take(line, more)) return chunks;
      chunks.push(...more);
    } catch {
      return [...chunks, null];
    }
  }
  return chunks;
}

test("chunk lines: a line is passed on as the server wrote it", () => {
  const lines = ["Hel", "lo", '"quoted"\\', "", " 紅 🚗\u2028", "\u0001", "last"].map((content) =>
    lineOf({ content }, { end: "\r" }),
  );
  expect(readAll(lines)).toEqual(lines.map((line) => line.slice("data: ".length, -1)));
});

test("chunk lines: what is not JSON is refused, however much it looks like the line before", () => {
  const good = lineOf({ content: "a" });
  const place = good.indexOf('"a"') + 1;
  const withText = (text: string): string => good.slice(0, place) + text + good.slice(place + 1);
  const bad = [
    'b"',
    "\\",
    "\\x",
    "\t",
    "\u0000",
    '"},"x":{"y":"',
    '","error":"no',
    '"}]}{"a":[{"b":"',
  ];
  for (const text of bad) {
    const line = withText(text);
    const isJson = isObjectWithoutError(line.slice("data: ".length));
    expect([text, readAll([good, line])[1] !== null]).toEqual([text, isJson]);
  }
  expect(readAll([good, good.slice(0, -1)])[1]).toBeNull();
  expect(readAll([good, `${good}}`])[1]).toBeNull();
  expect(readAll([good, good.slice(0, place)])[1]).toBeNull();
});

function isObjectWithoutError(text: string): boolean {
  try {
    return !("error" in JSON.parse(text));
  } catch {
    return false;
  }
}

test("chunk lines: an error, an end and a chunk without choices are noticed behind any print", () => {
  const good = lineOf({ content: "a" });
  const error = '{"error":{"message":"no"},"choices":[]}';
  expect(readAll([good, `data: ${error}`])).toEqual([good.slice(6), null]);
  expect(readAll([good, ": ping", "event: x", "data: [DONE]", "data: {"])).toEqual([good.slice(6)]);
  expect(readAll([good, 'data: {"usage":{}}'])[1]).toBe('{"usage":{},"choices":[]}');
  expect(readAll([good, "data: 7"])[1]).toBeNull();
});

test("chunk lines: a carriage return inside JSON does not reach those who read lines", () => {
  const [first] = readAll(['data: {"choices":\r[{"delta":{"content":"a"}}]}\r']);
  expect(first).toBe('{"choices":[{"delta":{"content":"a"}}]}');
  expect(readAll(['data:{"choices":[{"finish_reason":"stop"}]}\r'])[0]).not.toContain("\r");
});

test("chunk lines: an answer is finished by the chunk that says why, not by one that looks like it", () => {
  const reader = createChunkLines(() => new Error("no"));
  const chunks: string[] = [];
  reader.take(lineOf({ content: "a" }), chunks);
  reader.take(lineOf({ content: "finish_reason:stop" }), chunks);
  expect(reader.isFinished).toBe(false);
  reader.take('data: {"choices":[{"delta":{},"finish_reason":"stop"}]}', chunks);
  expect(reader.isFinished).toBe(true);
});

test("chunk lines: any answer is told as it is when each line is read by itself", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }));
  const key = fc.constantFrom("content", "reasoning_content", "arguments", "role", "other");
  const delta = fc.oneof(
    fc.record({ content: text }),
    fc.dictionary(key, fc.oneof(text, fc.jsonValue()), { maxKeys: 3 }),
  );
  // A change of one character: mostly no JSON any more, sometimes another one.
  const change = fc.option(
    fc.tuple(fc.nat(300), fc.constantFrom('"', "\\", "}", "{", ",", "é", "")),
  );
  const line = fc.tuple(delta, fc.constantFrom("", " "), fc.constantFrom("", "\r"), change);
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (given) => {
      const lines = given.map(([each, space, end, changed]) => {
        const good = lineOf(each, { space, end });
        if (changed === null) return good;
        const at = "data: ".length + changed[0];
        return at < good.length ? good.slice(0, at) + changed[1] + good.slice(at + 1) : good;
      });
      const together = readAll(lines);
      const alone: (string | null)[] = [];
      for (const each of lines) {
        alone.push(...readAll([each]));
        if (alone.at(-1) === null) break;
      }
      expect(together).toEqual(alone);
      for (const json of together) if (json !== null) expect(JSON.parse(json)).toBeTypeOf("object");
    }),
    { numRuns: 500 },
  );
});

test("ollama lines: a piece is written as its chunk is", () => {
  const words = fc.string({ unit: "grapheme" });
  const call = fc.record({ function: fc.record({ name: words, arguments: fc.jsonValue() }) });
  const message = fc.oneof(
    fc.record({ content: words }),
    fc.record(
      { content: words, thinking: words, tool_calls: fc.array(call, { maxLength: 2 }) },
      { requiredKeys: [] },
    ),
  );
  const part = fc.record(
    { created_at: words, message, done: fc.boolean() },
    { requiredKeys: ["message"] },
  );
  const head = { id: 'chatcmpl-"1"', created: 1_790_000_000, model: "gemma3:4b" };
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), fc.boolean(), (parts, hasUsage) => {
      const translate = createChunkTranslator(head, hasUsage);
      const reader = createOllamaLines({ head, hasUsage, parse: (line) => JSON.parse(line) });
      for (const each of parts as readonly OllamaPart[]) {
        const chunks: string[] = [];
        expect(reader.take(JSON.stringify(each), chunks)).toBe(each.done === true);
        expect(chunks).toEqual(translate(each).map((chunk) => JSON.stringify(chunk)));
      }
    }),
    { numRuns: 500 },
  );
});
