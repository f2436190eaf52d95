import { afterAll, beforeAll, expect, test } from "vitest";
import { CHAT_BODY_MAX_BYTES } from "../src/gateway/door-error.ts";
import { type Door, HELLO, startDoor } from "./support/gateway.ts";

const TOKEN = "0123456789abcdef";
const CHAT = "/v1/chat/completions";

let open: Door;
let guarded: Door;
beforeAll(async () => {
  open = await startDoor();
  guarded = await startDoor({ token: TOKEN, requireToken: true });
});
afterAll(async () => {
  await open.stop();
  await guarded.stop();
});

const PATHS = [
  ["POST", CHAT],
  ["GET", "/v1/models"],
  ["GET", "/v1/nothing"],
] as const;

function codeOf(json: Record<string, unknown>): unknown {
  return (json["error"] as { readonly code: string }).code;
}

test("door: a foreign Host, Origin or site is refused before anything is read", async () => {
  const cases = [
    [{ host: "evil.example" }, 421, "host_refused"],
    [{ origin: "http://evil.example" }, 403, "origin_refused"],
    [{ origin: "null" }, 403, "origin_refused"],
  ] as const;
  for (const [method, path] of PATHS) {
    for (const [headers, expected, code] of cases) {
      const body = method === "POST" ? { body: "{" } : {};
      const { status, json } = await open.ask(path, { method, headers, ...body });
      expect([path, status, codeOf(json)]).toEqual([path, expected, code]);
    }
  }
  const headers = { "sec-fetch-site": "cross-site" };
  const { status } = await open.ask(CHAT, { method: "POST", headers, body: HELLO });
  expect(status).toBe(403);
  expect(open.work.jobs).toEqual([]);
});

test("door: where a token is asked for, the key of the client is it", async () => {
  for (const [method, path] of PATHS) {
    for (const headers of [{}, { authorization: "Bearer another-key-entirely" }]) {
      const { status, json, ...answer } = await guarded.ask(path, { method, headers });
      expect([path, status, codeOf(json)]).toEqual([path, 401, "invalid_api_key"]);
      expect(answer.headers["www-authenticate"]).toMatch(/^Bearer/);
      expect(answer.headers["x-should-retry"]).toBe("false");
    }
  }
  const headers = { authorization: `Bearer ${TOKEN}` };
  const { status } = await guarded.ask(CHAT, { method: "POST", headers, body: HELLO });
  expect(status).toBe(200);
  expect(JSON.stringify(guarded.work.jobs)).not.toContain(TOKEN);
});

test("door: on loopback any key is accepted and ignored", async () => {
  for (const authorization of ["Bearer sk-anything", "Bearer ", "Basic eDp5"]) {
    const headers = { authorization };
    const { status } = await open.ask(CHAT, { method: "POST", headers, body: HELLO });
    expect([authorization, status]).toEqual([authorization, 200]);
  }
});

test("door: pictures may be large here, and only here", async () => {
  const url = (bytes: number) => `data:image/png;base64,${"A".repeat(bytes)}`;
  const bodyOf = (bytes: number) => {
    const content = [{ type: "image_url", image_url: { url: url(bytes) } }];
    return JSON.stringify({ ...HELLO, messages: [{ role: "user", content }] });
  };
  const rest = bodyOf(0).length;
  const headers = { "content-type": "application/json" };
  const most = bodyOf(CHAT_BODY_MAX_BYTES - rest);
  const good = await open.ask(CHAT, { method: "POST", headers, body: most });
  expect(good.status).toBe(200);
  expect(JSON.stringify(open.work.jobs.at(-1)?.request.messages).length).toBeGreaterThan(
    CHAT_BODY_MAX_BYTES - 200,
  );
  const { status, json } = await open.ask(CHAT, { method: "POST", headers, body: `${most} ` });
  expect([status, codeOf(json)]).toEqual([413, "request_too_large"]);
  const other = await open.ask("/api/runtime/tasks", { method: "POST", headers, body: most });
  expect(other.status).toBe(413);
});
