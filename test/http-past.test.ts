/** The past over HTTP: snapshots of earlier moments, and verify. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Service, startService } from "./http-helper.ts";

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(async () => {
  await service.stop();
});

test("snapshot: a moment of the past is what was answered then, by number, time and duration", async () => {
  const then = await service.ask("/api/runtime/snapshot");
  const { seq, at, time } = then.json as { seq: number; at: number; time: string };
  await service.ask("/api/runtime/policy/degrade", { method: "POST", body: { rung: "shed" } });
  const now = await service.ask("/api/runtime/snapshot");
  expect(now.json["rung"]).toBe("shed");
  const later = (now.json["at"] as number) - at;
  for (const moment of [String(seq), time, `-${later}ms`]) {
    const past = await service.ask(`/api/runtime/snapshot?at=${encodeURIComponent(moment)}`);
    // A moment in the same millisecond holds what came after it, too.
    if (later > 0 || moment === String(seq)) expect(past.json, moment).toEqual(then.json);
  }
  expect((await service.ask(`/api/runtime/snapshot?at=${seq}`, { method: "HEAD" })).status).toBe(
    200,
  );
  await service.ask("/api/runtime/policy/restore", { method: "POST", body: {} });
});

test("snapshot: a moment that is none, or outside the log, is refused with a remedy", async () => {
  for (const [moment, status, words] of [
    ["yesterday", 400, "an ISO 8601 time"],
    ["-10", 400, "a duration such as -10m"],
    ["10m", 400, "a duration such as -10m"],
    ["-10m", 404, "the log begins at 20"],
    ["2020-01-01", 404, "the log begins at 20"],
    ["2999-01-01T00:00:00%2B08:00", 404, "the log ends at"],
    ["2999-01-01T00:00:00+08:00", 404, "the log ends at"],
    ["0", 404, "from 1 to"],
    ["999999", 404, "from 1 to"],
    ["2026-02-30", 400, "an ISO 8601 time"],
    ["2026-13-45", 400, "an ISO 8601 time"],
    ["%00", 400, "an ISO 8601 time"],
  ] as const) {
    const answer = await service.ask(`/api/runtime/snapshot?at=${moment}`);
    expect([moment, answer.status]).toEqual([moment, status]);
    expect(answer.json["detail"]).toContain(words);
  }
});

test("verify: finds nothing in a sound log, and an anchor that is not in it", async () => {
  const sound = await service.ask("/api/runtime/verify", { method: "POST", body: {} });
  expect(sound.status).toBe(200);
  expect(sound.json).toMatchObject({ ok: true, findings: [], truncated: false, first_seq: 1 });
  const head = sound.json["head"] as { seq: number; hash: string };
  for (const [anchor, codes] of [
    [head, []],
    [{ seq: head.seq, hash: "0".repeat(64) }, ["HEAD_DIFFERS"]],
    [{ seq: head.seq + 100, hash: head.hash }, ["HEAD_DIFFERS"]],
  ] as const) {
    const body = { anchor };
    const { json } = await service.ask("/api/runtime/verify", { method: "POST", body });
    expect((json["findings"] as { code: string }[]).map(({ code }) => code)).toEqual(codes);
  }
  const bad = { anchor: { seq: 0, hash: "short" } };
  expect((await service.ask("/api/runtime/verify", { method: "POST", body: bad })).status).toBe(
    400,
  );
});
