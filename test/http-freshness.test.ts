import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { createServer } from "../src/http/server.ts";
import type { Notice, Runtime } from "../src/runtime-types.ts";
import { type Answer, ask as askAt, type Service, startService } from "./http-helper.ts";
import { tamper } from "./log-helper.ts";
import { firstLook, live } from "./support/live.ts";
import { quickConfiguration } from "./support/quick-configuration.ts";

/** Beats are far apart, so that the log stands still but for what a test asks for. */
const CALM = quickConfiguration({
  sensors: { beat_ms: 600_000, gpu_ms: 600_000, slow_ms: 600_000 },
});

const PATHS = ["status", "snapshot", "profile", "policy", "monitor", "explain"].map(
  (name) => `/api/runtime/${name}`,
);

let service: Service;
let runtime: Runtime;
const status = vi.fn<Runtime["status"]>();
const notices: Notice[] = [];
beforeAll(async () => {
  service = await startService({}, (real) => {
    status.mockImplementation((language) => real.status(language));
    runtime = { ...real, notices, status };
    return runtime;
  });
});
afterAll(async () => {
  await service.stop();
});

function act(): void {
  service.runtime.recordTask({ task: "vision", provider: "local", ok: true });
}

function ask(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return service.ask(path, { headers });
}

test("ETag: names host and newest entry, and belongs to the body", async () => {
  for (const path of PATHS) {
    const { headers, text } = await ask(path);
    const { hostId } = service.runtime;
    const seq = service.runtime.snapshot().seq;
    expect(headers["etag"], path).toBe(`"${hostId}-${seq}"`);
    expect(headers["cache-control"], path).toBe("no-cache");
    expect(headers["vary"], path).toBe("Accept-Language");
    if (text.startsWith('{"seq"')) expect(text).toMatch(`{"seq":${seq},`);
  }
});

test("If-None-Match: the same bytes are not sent again", async () => {
  for (const path of PATHS) {
    const tag = String((await ask(path)).headers["etag"]);
    const cases = [
      [tag, 304],
      [`W/${tag}`, 304],
      [`"other", ${tag}`, 304],
      ["*", 304],
      ['"other"', 200],
      [tag.slice(1, -1), 200],
      [tag.replace(/"$/, '-zh"'), 200],
    ] as const;
    for (const [known, expected] of cases) {
      const answer = await ask(path, { "if-none-match": known });
      expect([path, known, answer.status]).toEqual([path, known, expected]);
      expect(answer.headers["etag"]).toBe(tag);
      if (expected === 304) expect(answer.text).toBe("");
    }
  }
});

test("If-None-Match: is compared before the answer is made, and the answer is made once", async () => {
  act();
  const { hostId, seq } = service.runtime;
  const tag = `"${hostId}-${seq()}"`;
  status.mockClear();
  expect((await ask("/api/runtime/status", { "if-none-match": tag })).status).toBe(304);
  expect(status).not.toHaveBeenCalled();
  const first = await ask("/api/runtime/status");
  for (const path of ["/api/runtime/status", "/api/runtime/status?lang=en"])
    expect((await ask(path)).text).toBe(first.text);
  expect(status).toHaveBeenCalledTimes(1);
  await ask("/api/runtime/status?lang=zh");
  await ask("/api/runtime/status", { "accept-language": "zh-CN" });
  expect(status).toHaveBeenCalledTimes(2);
  act();
  const next = await ask("/api/runtime/status");
  expect([next.json["seq"], status.mock.calls.length]).toEqual([seq(), 3]);
});

test("ETag: changes with the log, and is another one in another language of the same address", async () => {
  for (const path of PATHS) {
    const own = await ask(path);
    const other = await ask(path, { "accept-language": "zh" });
    const isSame = other.text === own.text;
    expect([path, other.headers["etag"] === own.headers["etag"]]).toEqual([path, isSame]);
    if (!isSame) expect(other.headers["etag"]).toMatch(/-zh"$/);
    const tag = String(own.headers["etag"]);
    const known = await ask(`${path}?lang=zh`, { "if-none-match": tag });
    expect([path, known.status]).toEqual([path, isSame ? 304 : 200]);
    act();
    const next = await ask(path, { "if-none-match": tag });
    expect([path, next.status, next.headers["etag"] === tag]).toEqual([path, 200, false]);
  }
});

test("ETag: a moment of the past is named by its bytes, whatever the log says meanwhile", async () => {
  const path = `/api/runtime/snapshot?at=${service.runtime.seq()}`;
  const then = await ask(path);
  const tag = String(then.headers["etag"]);
  expect(tag).toMatch(/^"[\w-]{43}"$/);
  expect(then.headers).toMatchObject({ "cache-control": "no-cache", vary: "Accept-Language" });
  act();
  const later = await ask(path, { "if-none-match": tag });
  expect([later.status, later.text, later.headers["etag"]]).toEqual([304, "", tag]);
  expect((await ask(path)).text).toBe(then.text);
  const chinese = await ask(`${path}&lang=zh`, { "if-none-match": tag });
  expect([chinese.status, chinese.headers["etag"] === tag]).toEqual([200, false]);
  const present = String((await ask("/api/runtime/snapshot")).headers["etag"]);
  expect((await ask(path, { "if-none-match": present })).status).toBe(200);
});

test("ETag: a problem has none, and If-None-Match does not hide it", async () => {
  for (const [moment, expected] of [
    ["yesterday", 400],
    ["999999", 404],
  ] as const) {
    const answer = await ask(`/api/runtime/snapshot?at=${moment}`, { "if-none-match": "*" });
    expect([answer.status, answer.headers["etag"]]).toEqual([expected, undefined]);
    expect(answer.headers["cache-control"]).toBe("no-store");
  }
});

test("ETag: a log that lost its end counts twice, and names its state apart from then on", async () => {
  const runtime = await live({ configuration: CALM });
  await firstLook(runtime);
  const server = await createServer(runtime, { port: 0, language: "en" });
  onTestFinished(() => server.close());
  const [address] = await server.listen();
  const where = { host: "127.0.0.1", port: address?.port ?? 0, path: "/api/runtime/status" };
  const tags = new Map<string, string>();
  const note = async () => {
    const { headers, text } = await askAt(where, {});
    const tag = String(headers["etag"]);
    expect(tags.get(tag) ?? text).toBe(text);
    tags.set(tag, text);
    return tag;
  };
  const report = () => runtime.recordTask({ task: "vision", provider: "local", ok: true });
  for (let count = 0; count < 5; count += 1) {
    report();
    expect(await note()).toBe(`"${runtime.hostId}-${runtime.seq()}"`);
  }
  const known = runtime.seq() ?? 0;
  tamper(runtime.dataFolder, "UPDATE entries SET actor = 'x' WHERE seq = 5; DROP TABLE entries");
  do {
    report();
    expect(await note()).toMatch(/-\d+-[0-9a-z]+"$/);
  } while ((runtime.seq() ?? 0) <= known);
});

test("ETag: there is none while the log cannot be written", async () => {
  notices.push({ code: "LOG_UNWRITABLE", message: "the disk is full" });
  const blind = await ask("/api/runtime/status", { "if-none-match": "*" });
  expect([blind.status, blind.headers["etag"]]).toEqual([200, undefined]);
  status.mockClear();
  await ask("/api/runtime/status");
  await ask("/api/runtime/status");
  expect(status).toHaveBeenCalledTimes(2);
  notices.push({ code: "LOG_WRITABLE_AGAIN", message: "the log takes writes again" });
  const seeing = await ask("/api/runtime/status", { "if-none-match": "*" });
  expect(seeing.status).toBe(304);
});

test("actions and refusals: are not stored", async () => {
  const acted = await service.ask("/api/runtime/policy/restore", { method: "POST" });
  expect(acted.headers["cache-control"]).toBe("no-store");
  expect(acted.headers["etag"]).toBeUndefined();
  const log = await service.ask("/api/runtime/events");
  expect(log.headers["cache-control"]).toBe("no-store");
});
