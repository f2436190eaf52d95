/** Live events when the log was pruned, damaged, cannot be written, or goes on after a restart. */
import { expect, onTestFinished, test } from "vitest";
import { createServer } from "../src/http/server.ts";
import { isPruned } from "../src/runtime-questions.ts";
import { retainOnce } from "../src/runtime-retention.ts";
import type { Runtime } from "../src/runtime-types.ts";
import { tamper } from "./log-helper.ts";
import { type EventStream, openEvents } from "./support/event-stream.ts";
import { later } from "./support/later.ts";
import { firstLook, live } from "./support/live.ts";
import { quickConfiguration } from "./support/quick-configuration.ts";
import { serveLog } from "./support/served-log.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";
import { MACHINE_HASH, type WrittenLog, writtenLog } from "./support/written-log.ts";

const EVENTS = "/api/runtime/events";
const DAY_MS = 86_400_000;

/** Beats are far apart, so that the log stands still but for what a test asks for. */
const configuration = quickConfiguration({
  sensors: { beat_ms: 600_000, gpu_ms: 600_000, slow_ms: 600_000 },
});

async function retained({ log, actor, now }: WrittenLog, days: number | null): Promise<void> {
  const retention = { readings_days: 7, days, limit_mib: null };
  const { signal } = new AbortController();
  const parts = { log, actor, machineHash: MACHINE_HASH, retention, signal, onRefused: () => {} };
  await retainOnce(parts, now());
}

async function served(written: WrittenLog): Promise<number> {
  const service = await serveLog(written);
  onTestFinished(() => service.stop());
  return service.port;
}

async function portOf(runtime: Runtime): Promise<number> {
  const server = await createServer(runtime, { port: 0 });
  onTestFinished(() => server.close());
  const [address] = await server.listen();
  return address?.port ?? 0;
}

const whyOf = async (stream: EventStream) =>
  (await stream.first(({ event }) => event === "reset")).data?.["why"];

function report(runtime: Runtime): number {
  runtime.recordTask({ task: "vision", provider: "local", ok: true });
  return runtime.seq() ?? 0;
}

test("live: readings that were pruned reset only those who wanted readings", async () => {
  const written = writtenLog();
  written.beats(1500);
  written.wait(8 * DAY_MS);
  written.beats(10);
  await retained(written, null);
  const { log } = written;
  const pruned = log.start().prunedReadings;
  expect(pruned).toBeGreaterThan(1000);
  for (const [query, expected] of [
    [{ after: pruned - 1 }, true],
    [{ after: pruned }, false],
    [{ after: 0, type: "reading" }, true],
    [{ after: 0, type: ["transition", "reading"], kind: "input" }, true],
    [{ after: 0, type: "transition" }, false],
    [{ after: 0, kind: "output" }, false],
    [{ after: 0, kind: "input" }, true],
  ] as const)
    expect([query, isPruned(log, query)]).toEqual([query, expected]);
  const port = await served(written);
  const head = log.head()?.seq ?? 0;
  const all = await openEvents({ port, path: `${EVENTS}?after=${pruned - 1}` });
  expect(await whyOf(all)).toBe("pruned");
  const kept = await openEvents({ port, path: `${EVENTS}?after=${pruned}` });
  const steps = await openEvents({ port, path: `${EVENTS}?after=0&type=transition,host.detected` });
  written.actor.submit({ type: "degrade.requested", rung: "cpu", reason: null }, "user");
  const step = log.read({ type: "transition", order: "descending", limit: 1 })[0]?.seq ?? 0;
  await Promise.all([all, kept, steps].map((stream) => stream.reaches(step)));
  expect(all.seqs[0]).toBe(head + 1);
  expect(kept.seqs.slice(0, 2)).toEqual([pruned + 1, pruned + 2]);
  const known = log.read({ type: ["transition", "host.detected"], limit: 1000 });
  expect(steps.seqs).toEqual(known.map(({ seq }) => seq));
  expect([...kept.heard, ...steps.heard].filter(({ event }) => event !== null)).toEqual([]);
});

test("live: entries that were pruned reset whoever did not know them", async () => {
  const written = writtenLog();
  written.beats(3000);
  written.wait(31 * DAY_MS);
  written.beats(700);
  await retained(written, 30);
  const floor = written.log.start().floor?.seq ?? 0;
  expect(floor).toBeGreaterThan(0);
  const port = await served(written);
  const before = await openEvents({ port, path: `${EVENTS}?after=${floor - 1}&type=transition` });
  expect(await whyOf(before)).toBe("pruned");
  const at = await openEvents({ port, path: `${EVENTS}?after=${floor}&type=checkpoint` });
  await at.reaches(floor + 1);
  expect(at.heard.filter(({ event }) => event !== null)).toEqual([]);
});

test("live: readings that a damage took are told as pruned, and those that cannot be read as unreadable", async () => {
  const written = writtenLog();
  written.beats(2500);
  const [, second] = written.log.blocks({ after: 0, before: Number.MAX_SAFE_INTEGER });
  const sql = `UPDATE blocks SET columns = x'28b52ffd' WHERE last_seq = ${second?.last_seq}`;
  tamper(written.folder, sql);
  const port = await served(written);
  const broken = await openEvents({ port, path: `${EVENTS}?after=0` });
  expect(await whyOf(broken)).toBe("unreadable");
  expect(broken.seqs.length).toBeGreaterThan(500);
  written.log.recover("altered");
  const lost = await openEvents({ port, path: `${EVENTS}?after=0` });
  expect(await whyOf(lost)).toBe("pruned");
  expect(isPruned(written.log, { after: 0, before: second?.first_seq ?? 0 })).toBe(false);
  const beyond = await openEvents({ port, path: `${EVENTS}?after=${second?.last_seq}` });
  await beyond.reaches(written.log.head()?.seq ?? 0);
  expect(beyond.seqs[0]).toBe((second?.last_seq ?? 0) + 1);
});

test("live: a log that loses its end while it runs resets those who knew it, also when they come back", async () => {
  const runtime = await live({ configuration });
  await firstLook(runtime);
  const port = await portOf(runtime);
  const stream = await openEvents({ port });
  const away = await openEvents({ port, path: `${EVENTS}?type=log.gap` });
  for (let count = 0; count < 5; count += 1) report(runtime);
  const known = runtime.seq() ?? 0;
  await stream.reaches(known);
  await away.close();
  tamper(runtime.dataFolder, "UPDATE entries SET actor = 'x' WHERE seq = 5; DROP TABLE entries");
  const end = report(runtime);
  expect(end).toBeLessThan(known);
  const { id, data } = await stream.first(({ event }) => event === "reset");
  expect(data).toMatchObject({ why: "unknown_id", host_id: runtime.hostId });
  await stream.reaches(report(runtime));
  const told = stream.seqs.slice(stream.seqs.indexOf(known) + 1);
  expect(told[0]).toBe(Number(id) + 1);
  for (const last of [known, end]) {
    const again = await openEvents({ port, headers: { "last-event-id": String(last) } });
    expect([last, await whyOf(again)]).toEqual([last, "unknown_id"]);
  }
  const before = await openEvents({ port, headers: { "last-event-id": "2" } });
  await before.reaches(runtime.seq() ?? 0);
  expect(before.heard.filter(({ event }) => event !== null)).toEqual([]);
});

test("live: while the log cannot be written nothing comes; then the gap, and everything behind it", async () => {
  const runtime = await live({ configuration });
  await firstLook(runtime);
  const port = await portOf(runtime);
  report(runtime);
  tamper(runtime.dataFolder, "DROP TABLE entries");
  report(runtime);
  const stream = await openEvents({ port });
  const start = runtime.seq() ?? 0;
  // Damaged again at once: it is not begun anew before a pause is over.
  tamper(runtime.dataFolder, "DROP TABLE entries");
  for (let count = 0; count < 3; count += 1) report(runtime);
  expect(runtime.notices.at(-1)?.code).toBe("LOG_UNWRITABLE");
  expect(runtime.seq()).toBe(start);
  const blind = await openEvents({ port });
  later(600_000);
  const end = report(runtime);
  await Promise.all([stream.reaches(end), blind.reaches(end)]);
  const types = (one: EventStream) =>
    one.heard.flatMap(({ data }) => (data === null ? [] : [data["type"]]));
  expect(types(stream)).toContain("log.gap");
  expect(types(stream).at(-1)).toBe("task.finished");
  expect(types(blind)).toEqual(types(stream));
});

test("live: an id from before a restart goes on after it", async () => {
  const dataFolder = temporaryFolder();
  const first = await live({ dataFolder, configuration });
  const port = await portOf(first);
  const stream = await openEvents({ port });
  const known = report(first);
  await stream.reaches(known);
  await first.stop();
  await stream.ended;
  const second = await live({ dataFolder, configuration });
  const headers = { "last-event-id": String(known) };
  const again = await openEvents({ port: await portOf(second), headers });
  const end = report(second);
  await again.reaches(end);
  const all = second.events({ after: known, limit: 1000 }).events;
  expect(again.heard.flatMap(({ data }) => (data === null ? [] : [data]))).toEqual(
    JSON.parse(JSON.stringify(all)),
  );
});
