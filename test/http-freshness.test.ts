import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Notice, Runtime } from "../src/runtime-types.ts";
import { type Answer, type Service, startService } from "./http-helper.ts";

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

function ask(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return service.ask(path, { headers });
}

test("ETag: names host, newest entry and language, and belongs to the body", async () => {
  for (const path of PATHS) {
    const { headers, text } = await ask(path);
    const { hostId } = service.runtime;
    const seq = service.runtime.snapshot().seq;
    expect(headers["etag"], path).toBe(`"${hostId}-${seq}-en"`);
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
      [tag.replace("-en", "-zh"), 200],
    ] as const;
    for (const [known, expected] of cases) {
      const answer = await ask(path, { "if-none-match": known });
      expect([path, known, answer.status]).toEqual([path, known, expected]);
      expect(answer.headers["etag"]).toBe(tag);
      if (expected === 304) expect(answer.text).toBe("");
    }
  }
});

test("If-None-Match: is compared before the answer is made", async () => {
  const tag = String((await ask("/api/runtime/status")).headers["etag"]);
  status.mockClear();
  await ask("/api/runtime/status", { "if-none-match": tag });
  expect(status).not.toHaveBeenCalled();
  await ask("/api/runtime/status");
  expect(status).toHaveBeenCalledOnce();
});

test("ETag: changes with the log and with the language", async () => {
  const first = (await ask("/api/runtime/status")).headers["etag"];
  const chinese = (await ask("/api/runtime/status", { "accept-language": "zh" })).headers["etag"];
  expect(chinese).not.toBe(first);
  service.runtime.recordTask({ task: "vision", provider: "local", ok: true });
  const answer = await ask("/api/runtime/status", { "if-none-match": String(first) });
  expect(answer.status).toBe(200);
  expect(answer.headers["etag"]).not.toBe(first);
});

test("ETag: there is none while the log cannot be written", async () => {
  notices.push({ code: "LOG_UNWRITABLE", message: "the disk is full" });
  const blind = await ask("/api/runtime/status", { "if-none-match": "*" });
  expect([blind.status, blind.headers["etag"]]).toEqual([200, undefined]);
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
