/** The short way of what is asked again and again: the same answers, behind the same guards. */
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { RuntimeProfileError } from "../src/domain/error.ts";
import type { Runtime } from "../src/runtime-types.ts";
import { type Answer, type Service, startService } from "./http-helper.ts";

const NAMES = ["status", "snapshot", "profile", "policy", "monitor", "explain"];
const TOKEN = "0123456789abcdef";

/** Asked with the token; the other service asks for none. */
let guarded: Service;
let open: Service;
const explain = vi.fn<Runtime["explain"]>();
beforeAll(async () => {
  guarded = await startService({ token: TOKEN, requireToken: true });
  open = await startService({}, (real) => {
    explain.mockImplementation((language) => real.explain(language));
    return { ...real, explain };
  });
});
afterAll(async () => {
  await guarded.stop();
  await open.stop();
});

function essence({ status, headers, text }: Answer) {
  const { date: _date, ...rest } = headers;
  return { status, headers: rest, text };
}

test("short way: gives what the application gives, header by header", async () => {
  for (const name of NAMES) {
    // An address with an empty parameter at its end is not a usual one: the application answers it.
    const [path, long] = [`/api/runtime/${name}`, `/api/runtime/${name}?`];
    const etag = String((await open.ask(path)).headers["etag"]);
    for (const headers of [
      {},
      { "accept-language": "zh-CN,zh;q=0.9,en;q=0.8" },
      { "accept-language": "fr, *;q=0.1" },
      { "if-none-match": etag },
      { "if-none-match": `"other", W/${etag}` },
      { "if-none-match": '"other"' },
      { origin: `http://${open.host}`, host: open.host },
    ] as Record<string, string>[]) {
      const [short, whole] = [await open.ask(path, { headers }), await open.ask(long, { headers })];
      expect([name, headers, essence(short)]).toEqual([name, headers, essence(whole)]);
      const spoken = await open.ask(`${path}?lang=zh`, { headers });
      expect(essence(spoken)).toEqual(essence(await open.ask(`${long}lang=zh&`, { headers })));
    }
  }
});

test("short way: no guard is left out once an answer lies ready", async () => {
  const authorization = `Bearer ${TOKEN}`;
  for (const name of NAMES) {
    const path = `/api/runtime/${name}`;
    const { host } = guarded;
    for (const [headers, expected] of [
      [{ authorization }, 200],
      [{ authorization }, 200],
      [{}, 401],
      [{ authorization: `${authorization}x` }, 401],
      [{ authorization, host: "evil.example" }, 421],
      [{ authorization, origin: "http://evil.example" }, 403],
      [{ authorization, origin: "null" }, 403],
      [{ authorization, host, origin: `http://${host}` }, 200],
      [{ authorization, "if-none-match": "*" }, 304],
      [{ "if-none-match": "*" }, 401],
      [{ authorization, host: "evil.example", "if-none-match": "*" }, 421],
    ] as [Record<string, string>, number][]) {
      const { status } = await guarded.ask(path, { headers });
      expect([name, headers, status]).toEqual([name, headers, expected]);
    }
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"])
      expect((await guarded.ask(path, { method, headers: { authorization } })).status).toBe(405);
  }
});

test("short way: an answer that cannot be made is a problem, and the next one is made again", async () => {
  const path = "/api/runtime/explain";
  await open.ask(path);
  open.runtime.recordTask({ task: "vision", provider: "local", ok: true });
  explain.mockImplementationOnce(fail).mockImplementationOnce(fail);
  const failed = await open.ask(path);
  expect([failed.status, failed.json["code"], failed.headers["etag"]]).toEqual([
    500,
    "RP_LOG_DAMAGED",
    undefined,
  ]);
  const made = await open.ask(path);
  expect([made.status, made.json["seq"]]).toEqual([200, open.runtime.seq()]);
});

test("short way: a runtime that has stopped still tells its last state, without a tag", async () => {
  const service = await startService();
  onTestFinished(() => service.stop());
  const { etag } = (await service.ask("/api/runtime/status")).headers;
  await service.runtime.stop();
  for (const headers of [{}, { "if-none-match": String(etag) }] as Record<string, string>[]) {
    const answer = await service.ask("/api/runtime/status", { headers });
    expect([answer.status, answer.headers["etag"]]).toEqual([200, undefined]);
    expect(answer.json["monitor"]).toMatchObject({ running: false });
  }
});

function fail(): never {
  throw new RuntimeProfileError("RP_LOG_DAMAGED", "a page of the file cannot be read");
}
