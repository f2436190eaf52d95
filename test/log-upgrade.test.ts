/** A log of the first version, byte for byte: brought up to date, read, sealed and verified by this one. */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { schemaVersionOf, UPCASTERS } from "../src/log/codec.ts";
import { openLog } from "../src/log/sqlite-log.ts";
import { LOG_NAME } from "../src/log/sqlite-open.ts";
import { stateFromLog } from "../src/runtime-start.ts";
import { bareFile, folderOfTest, logOfTest, readerOf } from "./log-helper.ts";
import { MACHINE_HASH, verified, writtenLog } from "./support/written-log.ts";

const OLD = join(import.meta.dirname, "fixtures/log/log.schema-1.sqlite");

function oldFolder(): string {
  const folder = folderOfTest();
  copyFileSync(OLD, join(folder, LOG_NAME));
  return folder;
}

test("upcaster: every one has old bytes in the fixture, and makes today's shape of them", () => {
  const folder = oldFolder();
  const file = bareFile(folder);
  for (const [type, steps] of Object.entries(UPCASTERS)) {
    const row = file.prepare("SELECT v, data FROM entries WHERE type = ?").get(type);
    expect(row).toMatchObject({ v: 1 });
    expect(schemaVersionOf(type as keyof typeof UPCASTERS)).toBe(1 + steps.length);
  }
  const [started] = logOfTest(folder).read({ type: "runtime.started" });
  expect(started).toMatchObject({ v: 2, data: { package_version: "0.1.0", policy_hash: null } });
  const [configured] = logOfTest(folder).read({ type: "config.changed" });
  const blank = { blank_ms: 0 };
  const thresholds = { vram: { enter: 0.85, ...blank }, memory: { enter: 2048, ...blank } };
  expect(configured).toMatchObject({ v: 2, data: { config: { thresholds } } });
});

test("upgrade: a reader takes an old file as it is, and leaves it so", () => {
  const folder = oldFolder();
  const log = readerOf(folder);
  expect(log.counts().readings).toBe(300);
  expect(verified(log).findings.map(({ code }) => code)).toEqual(["MACHINE_DIFFERS"]);
  expect(bareFile(folder).pragma("user_version", { simple: true })).toBe(1);
});

test("upgrade: a writer goes on with an old log, seals its readings, and the hold is still there", () => {
  const folder = oldFolder();
  const { log } = openLog({ folder, mode: "write" });
  expect(stateFromLog(log, MACHINE_HASH).chart.state).toMatchObject({ hold: "held.cpu" });
  expect(log.verifyChain()).toEqual([]);
  const { beats, actor } = writtenLog(undefined, log);
  beats(800);
  expect(log.read({ type: "readings.sealed" })).toHaveLength(1);
  expect(log.counts().readings).toBe(1100);
  expect(log.verifyChain()).toEqual([]);
  expect(stateFromLog(log, MACHINE_HASH).chart.state).toEqual(actor.state().chart.state);
  expect(actor.state().chart.state.hold).toBe("held.cpu");
  log.close();
});
