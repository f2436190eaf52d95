/** Pages of the log over HTTP: newest first, by time, by what stands in a transition, with sentences. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Entry } from "../src/log/entry.ts";
import { type Service, startService } from "./http-helper.ts";

let service: Service;
beforeAll(async () => {
  service = await startService();
  await service.ask("/api/runtime/policy/degrade", { method: "POST", body: { rung: "shed" } });
});
afterAll(async () => {
  await service.stop();
});

interface Page {
  readonly events: readonly (Entry & { readonly explanation?: string })[];
  readonly next: number | null;
}

async function pageOf(query: string): Promise<Page> {
  const answer = await service.ask(`/api/runtime/events?${query}`);
  expect([query, answer.status]).toEqual([query, 200]);
  return answer.json as unknown as Page;
}

const seqsOf = ({ events }: Page) => events.map(({ seq }) => seq);

test("events: newest first is the same log from its other end, page by page", async () => {
  const all = seqsOf(await pageOf("limit=1000"));
  const backwards: number[] = [];
  let query = "order=desc&limit=4";
  for (;;) {
    const page = await pageOf(query);
    expect(page.events.length).toBeGreaterThan(0);
    backwards.push(...seqsOf(page));
    if (page.next === null) break;
    expect(page.next).toBe(page.events.at(-1)?.seq);
    query = `order=desc&limit=4&before=${page.next}`;
  }
  expect(backwards).toEqual(all.toReversed());
  expect(seqsOf(await pageOf("after=2&before=6"))).toEqual([3, 4, 5]);
  expect(seqsOf(await pageOf("after=2&before=6&order=desc"))).toEqual([5, 4, 3]);
});

test("events: since and until take both ends with them, in every way of writing a time", async () => {
  const { events } = await pageOf("limit=1000");
  const [first, last] = [events[0] as Entry, events.at(-1) as Entry];
  const middle = events[Math.floor(events.length / 2)] as Entry;
  const from = events.filter(({ at }) => at >= middle.at).map(({ seq }) => seq);
  const to = events.filter(({ at }) => at <= middle.at).map(({ seq }) => seq);
  for (const time of [
    String(middle.at),
    new Date(middle.at).toISOString(),
    `-${last.at - middle.at}ms`,
  ]) {
    const moment = encodeURIComponent(time);
    expect(seqsOf(await pageOf(`limit=1000&since=${moment}`)), time).toEqual(from);
    expect(seqsOf(await pageOf(`limit=1000&until=${moment}`)), time).toEqual(to);
  }
  const whole = `since=${first.at}&until=${last.at}`;
  expect(seqsOf(await pageOf(`limit=1000&${whole}`))).toEqual(events.map(({ seq }) => seq));
  expect(await pageOf(`since=${last.at + 1}`)).toEqual({ events: [], next: null });
  expect(await pageOf(`until=${first.at - 1}`)).toEqual({ events: [], next: null });
});

test("events: code, tier and rung find the transitions that have them", async () => {
  const { events } = await pageOf("type=transition&limit=1000");
  const found = events.map(({ data }) => {
    const { to, reason } = data as { to: string; reason: { code: string } };
    return [to, reason.code];
  });
  expect(found.map(([, code]) => code)).toEqual(["HOST_DETECTED", "MANUAL_HOLD"]);
  const [entered, shed] = events.map(({ seq }) => seq);
  for (const [query, seqs] of [
    ["code=MANUAL_HOLD", [shed]],
    ["code=HOST_DETECTED,MANUAL_HOLD", [entered, shed]],
    ["code=HOST_DETECTED&code=MANUAL_HOLD&order=desc", [shed, entered]],
    ["code=VRAM_TIGHT", []],
    ["rung=shed", [shed]],
    ["rung=shed,cloud&kind=output&type=transition,fact", [shed]],
    ["rung=nominal&code=MANUAL_HOLD", []],
    [`tier=${found[0]?.[0]?.split(".")[0]}`, [entered, shed]],
    ["tier=LOCAL_GPU_HIGH", []],
    [`rung=shed&before=${shed}`, []],
    [`code=HOST_DETECTED,MANUAL_HOLD&after=${entered}`, [shed]],
  ] as const) {
    const page = await pageOf(query);
    expect([query, seqsOf(page), page.next]).toEqual([query, seqs, null]);
  }
  const one = await pageOf("code=HOST_DETECTED,MANUAL_HOLD&limit=1");
  expect([seqsOf(one), one.next]).toEqual([[entered], entered]);
});

test("events: with explain each transition comes with its sentence, in the language asked for", async () => {
  for (const lang of ["en", "zh"]) {
    const { events } = await pageOf(`explain=true&limit=1000&lang=${lang}`);
    for (const event of events) {
      const alone = await service.ask(`/api/runtime/events/${event.seq}?lang=${lang}`);
      expect(event.explanation ?? null).toBe(alone.json["explanation"]);
      expect(event.explanation !== undefined).toBe(event.type === "transition");
    }
  }
  const plain = await pageOf("explain=false&limit=1000");
  expect(plain.events.some((event) => "explanation" in event)).toBe(false);
});

test("events: a value that is none is refused, and the problem names it and what would be right", async () => {
  for (const [query, words] of [
    ["code=VRAM_FULL", ["VRAM_FULL", "VRAM_TIGHT"]],
    ["code=", ['got ""', "VRAM_TIGHT"]],
    ["tier=LOCAL_GPU", ["LOCAL_GPU", "LOCAL_GPU_MID"]],
    ["rung=gpu", ["gpu", "smallModel"]],
    ["order=newest", ["newest", "asc, desc"]],
    ["explain=yes", ["yes", "true, false"]],
    ["before=0", ["before", ">= 1"]],
    ["since=yesterday", ["since", "yesterday", "ISO 8601"]],
    ["until=2026-02-30", ["until", "2026-02-30", "ISO 8601"]],
    ["until=10m", ["until", "10m", "such as -10m"]],
    ["since=-1", ["since"]],
    ["since=2000&until=1000", ["since at or before until", "2000", "1000"]],
    ["since=-1m&until=-2m", ["since at or before until", "-1m", "-2m"]],
    ["code=VRAM_TIGHT&type=reading", ["Expected transitions", "type reading", "leave type out"]],
    ["rung=cpu&kind=input", ["Expected transitions", "kind input", "leave kind out"]],
  ] as const) {
    const answer = await service.ask(`/api/runtime/events?${query}`);
    expect([query, answer.status, answer.json["code"]]).toEqual([query, 400, "RP_REQUEST"]);
    for (const word of words) expect(answer.json["detail"], query).toContain(word);
  }
});

test("log: tells where it begins and ends, and counts what it has", async () => {
  const { json } = await service.ask("/api/runtime/log");
  const { events } = await pageOf("limit=1000");
  const readings = events.filter(({ type }) => type === "reading");
  expect(json).toEqual({
    host_id: service.runtime.hostId,
    first_seq: 1,
    first_at: events[0]?.at,
    last_seq: events.length,
    last_at: events.at(-1)?.at,
    entries: events.length - readings.length,
    readings: readings.length,
    transitions: 2,
    used_bytes: expect.any(Number),
    readings_from_seq: readings[0]?.seq,
    entries_from_seq: 1,
  });
  expect(json["used_bytes"]).toBeGreaterThan(10_000);
});

test("log: the newest config.changed says which settings are in force", async () => {
  const { events } = await pageOf("type=config.changed&order=desc&limit=1");
  const { sensors } = service.runtime.configuration;
  expect(events[0]?.data).toMatchObject({ config: { sensors } });
});
