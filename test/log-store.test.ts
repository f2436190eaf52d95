import fc from "fast-check";
import { expect, test } from "vitest";
import { DEFAULT_CONFIGURATION, decisionPartOf } from "../src/domain/configuration.ts";
import { UNKNOWN_HOST } from "../src/domain/host.ts";
import type { Input } from "../src/domain/input.ts";
import { inputOf, outputOf } from "../src/log/codec.ts";
import { normaliseReading } from "../src/log/reading-row.ts";
import { openLog } from "../src/log/sqlite-log.ts";
import { MAX_READ_LIMIT } from "../src/log/store.ts";
import {
  bareFile,
  FELL,
  fill,
  folderOfTest,
  logOfTest,
  probed,
  readerOf,
  reading,
  record,
} from "./log-helper.ts";

const seqsOf = (entries: Iterable<{ seq: number }>): number[] =>
  Array.from(entries, (entry) => entry.seq);

test("log: what append answers is what read gives, in order and without gaps", () => {
  const log = logOfTest();
  const answered = [
    ...log.append(reading(1000)),
    ...log.append(probed(2000)),
    ...log.append(record(reading(3000).input, FELL)),
    log.appendCheckpoint({ state: "任意", list: [1, null] }, { at: 3500, mono: 3500.6 }),
    ...log.append(record({ type: "degrade.requested", at: 4000, rung: "cpu" })),
  ];
  expect(log.read({})).toStrictEqual(answered);
  expect(seqsOf(answered)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(answered.map((entry) => [entry.kind, entry.type, entry.cause])).toEqual([
    ["input", "reading", null],
    ["input", "cloud.probed", null],
    ["output", "fact", 2],
    ["output", "policy.changed", 2],
    ["input", "reading", null],
    ["output", "fact", 5],
    ["output", "policy.changed", 5],
    ["checkpoint", "checkpoint", null],
    ["input", "degrade.requested", null],
  ]);
  for (const entry of answered) {
    expect(entry).toMatchObject({ id: `${log.hostId}-${entry.seq}`, boot: "boot-1", v: 1 });
    expect(log.entry(entry.seq)).toStrictEqual(entry);
  }
});

test("log: inputs and outputs come back as the decider knew them", () => {
  const log = logOfTest();
  const inputs: Input[] = [
    { type: "config.changed", at: 1, config: decisionPartOf(DEFAULT_CONFIGURATION) },
    { type: "host.detected", at: 2, host: UNKNOWN_HOST },
    normaliseReading({ type: "reading", at: 3, vram: { used_mib: 5, total_mib: 4 } }),
    { type: "task.finished", at: 4, task: "vision", provider: "local", ok: false, failure: "oom" },
    { type: "runtime.stopped", at: 5, reason: "SIGTERM 停止 \u0000 ok" },
  ];
  for (const input of inputs) log.append(record(input, FELL));
  const entries = log.read({});
  const read = entries.filter((entry) => entry.kind === "input").map(inputOf);
  expect(read).toStrictEqual(inputs);
  const outputs = entries.filter((entry) => entry.kind === "output").map(outputOf);
  expect(outputs).toStrictEqual(inputs.flatMap(() => FELL));
  expect(Array.from(log.inputsAfter(0), inputOf)).toStrictEqual(inputs);
});

test("log: any mix of readings, inputs, outputs and checkpoints keeps order and chain", () => {
  const folder = folderOfTest();
  let at = 0;
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("reading", "input", "both", "checkpoint", "reopen"), {
        maxLength: 12,
      }),
      (steps) => {
        let { log } = openLog({ folder, mode: "write" });
        const start = log.head()?.seq ?? 0;
        const answered = [];
        for (const step of steps) {
          at += 1;
          if (step === "reading") answered.push(...log.append(reading(at)));
          if (step === "input") answered.push(...log.append(probed(at)));
          if (step === "both") answered.push(...log.append(record(reading(at).input, FELL)));
          if (step === "checkpoint") answered.push(log.appendCheckpoint(at, { at, mono: at }));
          if (step === "reopen") {
            log.close();
            log = openLog({ folder, mode: "write" }).log;
          }
        }
        const read = log.read({ after: start, limit: MAX_READ_LIMIT });
        const findings = log.verifyChain();
        log.close();
        expect(read).toStrictEqual(answered);
        expect(seqsOf(read)).toEqual(answered.map((_, index) => start + index + 1));
        expect(findings).toEqual([]);
      },
    ),
    { numRuns: 25 },
  );
});

test("read: filters by place, type, kind and order, over both tables", () => {
  const log = logOfTest();
  fill(log);
  const cases = [
    { query: {}, seqs: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] },
    { query: { after: 3 }, seqs: [4, 5, 6, 7, 8, 9, 10] },
    { query: { before: 4 }, seqs: [1, 2, 3] },
    { query: { after: 2, before: 6 }, seqs: [3, 4, 5] },
    { query: { limit: 4 }, seqs: [1, 2, 3, 4] },
    { query: { limit: 4, after: 4 }, seqs: [5, 6, 7, 8] },
    { query: { limit: 0 }, seqs: [1] },
    { query: { limit: 3, order: "descending" }, seqs: [10, 9, 8] },
    { query: { before: 8, limit: 3, order: "descending" }, seqs: [7, 6, 5] },
    { query: { kind: "output" }, seqs: [5, 6] },
    { query: { kind: "input" }, seqs: [1, 2, 3, 4, 7, 8, 9, 10] },
    { query: { kind: "checkpoint" }, seqs: [] },
    { query: { type: "reading" }, seqs: [1, 2, 3, 7, 8, 10] },
    { query: { type: "fact" }, seqs: [5] },
    { query: { type: ["fact", "reading"], after: 2, limit: 3 }, seqs: [3, 5, 7] },
    { query: { type: ["fact", "policy.changed"] }, seqs: [5, 6] },
    { query: { type: "reading", kind: "output" }, seqs: [] },
    { query: { type: "never.heard" }, seqs: [] },
    { query: { type: [] }, seqs: [] },
    { query: { after: 10 }, seqs: [] },
  ] as const;
  for (const { query, seqs } of cases)
    expect(seqsOf(log.read(query)), JSON.stringify(query)).toEqual(seqs);
});

test("read: answers at most 1000 entries, and streams all of them", () => {
  const log = logOfTest();
  const count = 2 * MAX_READ_LIMIT + 5;
  for (let at = 1; at <= count; at++) log.append(at % 100 === 0 ? probed(at) : reading(at));
  expect(log.read({ limit: 5000 })).toHaveLength(MAX_READ_LIMIT);
  const inputs = Array.from(log.inputsAfter(0));
  expect(inputs.map((entry) => entry.at)).toEqual(Array.from({ length: count }, (_, i) => i + 1));
  expect(Array.from(log.inputsAfter(log.head()?.seq ?? 0))).toEqual([]);
});

test("inputsAfter: the log can be written while it is streamed, and the stream ends where it began to end", () => {
  const log = logOfTest();
  fill(log);
  const seqs: number[] = [];
  for (const entry of log.inputsAfter(2)) {
    seqs.push(entry.seq);
    log.append(reading(9000));
  }
  expect(seqs).toEqual([3, 4, 7, 8, 9, 10]);
  expect(log.head()?.seq).toBe(16);
});

test("head, counts and seqAt: say where the log ends and what it holds", () => {
  const log = logOfTest();
  expect([log.head(), log.seqAt(99), log.entry(1), log.lastCheckpoint()]).toEqual([
    null,
    null,
    null,
    null,
  ]);
  expect(log.counts()).toEqual({ entries: 0, readings: 0, types: {} });
  log.append(reading(1000));
  expect(log.head()).toEqual({ seq: 1, at: 1000, chain: null });
  for (const at of [2000, 3000]) log.append(reading(at));
  const [, , last] = log.append(probed(4000));
  log.append(reading(5000));
  expect(log.head()).toEqual({ seq: 7, at: 5000, chain: { seq: 6, hash: last?.hash } });
  expect(log.counts()).toEqual({
    entries: 3,
    readings: 4,
    types: { "cloud.probed": 1, fact: 1, "policy.changed": 1 },
  });
  const times = [999, 1000, 2999, 4000, 4999, 5000, 1e12];
  expect(times.map((at) => log.seqAt(at))).toEqual([null, 1, 2, 6, 6, 7, 7]);
});

test("checkpoint: the newest one is found, and the newest at or before a place", () => {
  const log = logOfTest();
  fill(log);
  log.appendCheckpoint({ n: 1 }, { at: 1, mono: 1 });
  log.append(reading(9000));
  log.appendCheckpoint({ n: 2 }, { at: 2, mono: 2 });
  expect(log.lastCheckpoint()).toMatchObject({ seq: 13, kind: "checkpoint", data: { n: 2 } });
  expect([10, 11, 12, 13].map((seq) => log.lastCheckpoint(seq)?.seq)).toEqual([
    undefined,
    11,
    11,
    13,
  ]);
});

test("reader: sees what a live writer commits, of both of its runs", () => {
  const folder = folderOfTest();
  const first = openLog({ folder, mode: "write", boot: "boot-1" }).log;
  first.append(reading(1000));
  const reader = readerOf(folder);
  expect(reader.head()?.seq).toBe(1);
  first.append(probed(2000));
  first.close();
  expect(reader.read({}).map((entry) => entry.boot)).toEqual(Array(4).fill("boot-1"));
  const second = openLog({ folder, mode: "write", boot: "boot-2" }).log;
  second.append(reading(3000));
  expect(reader.entry(5)).toMatchObject({ boot: "boot-2", at: 3000 });
  expect(reader.hostId).toBe(second.hostId);
  expect(reader.verifyChain()).toEqual([]);
  second.close();
});

test("reader: cannot write, and says so", () => {
  const folder = folderOfTest();
  logOfTest(folder).append(reading(1000));
  const reader = readerOf(folder);
  expect(() => reader.append(reading(2000))).toThrow(
    expect.objectContaining({ code: "RP_LOG_WRITE" }),
  );
  expect(reader.head()?.seq).toBe(1);
});

test("log: refuses every change and every removal, except what the gate lets out", () => {
  const folder = folderOfTest();
  fill(logOfTest(folder));
  const file = bareFile(folder);
  for (const sql of [
    "UPDATE entries SET data = '{}' WHERE seq = 4",
    "UPDATE readings SET vram_used_mib = 1",
    "DELETE FROM entries WHERE seq = 4",
    "DELETE FROM readings WHERE seq = 1",
  ]) {
    expect(() => file.exec(sql), sql).toThrow("append-only");
  }
  file.exec("INSERT INTO gate VALUES (1, 3)");
  expect(file.prepare("DELETE FROM readings WHERE seq <= 3").run().changes).toBe(3);
  expect(() => file.exec("DELETE FROM readings WHERE seq = 7")).toThrow("append-only");
});

test("close: ends all use, and may be called again", () => {
  const log = logOfTest();
  fill(log);
  const stream = log.inputsAfter(0)[Symbol.iterator]();
  stream.next();
  log.close();
  log.close();
  const stopped = expect.objectContaining({ code: "RP_STOPPED" });
  expect(() => log.append(reading(1))).toThrow(stopped);
  expect(() => log.appendCheckpoint({}, { at: 1, mono: 1 })).toThrow(stopped);
  expect(() => log.read({})).toThrow(stopped);
  expect(() => log.head()).toThrow(stopped);
  expect(() => log.verifyChain()).toThrow(stopped);
  expect(() => stream.next()).toThrow(stopped);
});
