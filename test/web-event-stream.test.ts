/** The page's reader of streamed answers. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { createEventReader } from "../web/src/event-stream.ts";

/** What a reader answers when the text comes in these pieces. */
function readIn(pieces: readonly string[]) {
  const take = createEventReader();
  return pieces.flatMap(take);
}

test("event stream: names and data are read, comments and unfinished frames are not", () => {
  const text =
    'event: progress\ndata: {"seq":1}\n\n: still here\n\ndata: one\ndata:two\n\nevent: result\ndata: {}\n';
  expect(readIn([text])).toEqual([
    { event: "progress", data: '{"seq":1}' },
    { event: "message", data: "one\ntwo" },
  ]);
  expect(readIn([text, "\n"]).at(-1)).toEqual({ event: "result", data: "{}" });
});

test("event stream: wherever the text is cut, the same events are read", () => {
  const text =
    'event: progress\ndata: {"seq":1}\n\nevent: progress\ndata: {"seq":2}\n\nevent: result\ndata: {"a":"b"}\n\n';
  const whole = readIn([text]);
  expect(whole).toHaveLength(3);
  const cuts = fc.uniqueArray(fc.integer({ min: 0, max: text.length }));
  fc.assert(
    fc.property(cuts, (places) => {
      const edges = [0, ...places.toSorted((one, other) => one - other), text.length];
      const pieces = edges.slice(1).map((edge, index) => text.slice(edges[index], edge));
      expect(readIn(pieces)).toEqual(whole);
    }),
  );
});
