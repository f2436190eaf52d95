import { afterAll, beforeAll, expect, test } from "vitest";
import { type Door, HELLO, startDoor } from "./support/gateway.ts";

let door: Door;
beforeAll(async () => {
  door = await startDoor();
});
afterAll(async () => {
  await door.stop();
});

const CHAT = "/v1/chat/completions";

test("door: a whole answer passes untouched, with its receipt", async () => {
  const { status, headers, json } = await door.ask(CHAT, { method: "POST", body: HELLO });
  expect([status, headers["content-type"]]).toEqual([200, "application/json; charset=utf-8"]);
  expect(json["choices"]).toMatchObject([{ message: { content: "Hello world" } }]);
  expect(headers).toMatchObject({
    "x-runtime-profile-provider": "local",
    "x-runtime-profile-model": "qwen3.5:4b",
    "x-runtime-profile-device": "gpu",
    "x-runtime-profile-tier": "LOCAL_GPU_MID",
    "x-runtime-profile-rung": "nominal",
    "x-runtime-profile-reason": "HOST_DETECTED",
    "x-runtime-profile-seq": "12",
    "x-runtime-profile-waited-ms": "3",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  });
  expect(headers).not.toHaveProperty("x-runtime-profile-attempts");
});

test("door: a streamed answer is server-sent events, then DONE", async () => {
  const body = { ...HELLO, stream: true };
  const { status, headers, text } = await door.ask(CHAT, { method: "POST", body });
  expect([status, headers["content-type"]]).toEqual([200, "text/event-stream; charset=utf-8"]);
  expect(headers["x-runtime-profile-model"]).toBe("qwen3.5:4b");
  expect(headers["x-content-type-options"]).toBe("nosniff");
  const lines = text.split("\n\n");
  expect(lines.slice(-2)).toEqual(["data: [DONE]", ""]);
  const pieces = lines.slice(0, -2).map((line) => JSON.parse(line.replace(/^data: /, "")));
  expect(pieces.map(({ choices }) => choices[0].delta.content)).toEqual([
    "Hello",
    " world",
    undefined,
  ]);
});
