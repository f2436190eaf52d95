import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { abandonedChildren, endChild, letGo, startChild } from "../src/detect/helper-child.ts";
import { startLineChild } from "../src/detect/line-child.ts";
import { createWindowsSensor, type WindowsSensorOptions } from "../src/detect/sensor-windows.ts";
import { UNKNOWN_GPU } from "../src/domain/host.ts";
import { asUtf16, type FakePrograms, fakePrograms, printing } from "./support/fake-programs.ts";
import { fixture } from "./support/fixture.ts";
import { isProcessAlive } from "./support/processes.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";
import { COUNTER_NAMES, counterHeader, counterRow } from "./support/windows-outputs.ts";

const AT = 1_700_000_000_000;
const NEVER = new AbortController().signal;
const MIB = 2 ** 20;
const CARD = "luid_0x00000000_0x00015A34_phys_0";
const RENDER = "luid_0x00000000_0x00010F2C_phys_0";
const LUID = "0x00000000_0x00015a34";
const GPU = { ...UNKNOWN_GPU, vendor: "amd", name: "AMD Radeon RX 7600", vram_total_mib: 8176 };
/** Real children on a busy host take their time. */
const PATIENT = { timeout: 10_000 };
const STAY = "exec sleep 60";

/** Header and one row: dedicated and shared of the card, nothing on the software adapter. */
function table(dedicated_mib: number, shared_mib = 0): string {
  const cells = [0, dedicated_mib, 0, shared_mib].map((mib) => `${mib * MIB}.000000`);
  return `\r\n${counterHeader([RENDER, CARD])}\r\n${counterRow(cells)}\r\n`;
}

function sensorOf(fake: FakePrograms, options: Partial<WindowsSensorOptions> = {}) {
  const gpu = GPU as WindowsSensorOptions["gpu"];
  const base = { view: fake.view, gpu, luid: LUID, now: () => AT, backoffMs: 60_000 };
  const sensor = createWindowsSensor({ ...base, ...options });
  onTestFinished(() => sensor.close?.());
  return sensor;
}

function typeperf(script: string): FakePrograms {
  return fakePrograms("win32", { "typeperf.exe": script });
}

const seen = (used_mib: number, total_mib = 8176) => ({
  value: { used_mib, total_mib },
  source_at: AT,
  missing: null,
});
const missing = (code: string) => ({ value: null, source_at: AT, missing: code });

test("sensor-windows: one child is asked once and listened to; close ends it", async () => {
  const fake = typeperf(`${printing(table(3000, 200))}\n${STAY}`);
  const sensor = sensorOf(fake);
  expect(await sensor.read(NEVER)).toEqual(seen(3000));
  expect(await sensor.read(NEVER)).toEqual(seen(3000));
  expect(fake.calls()).toEqual([
    "typeperf.exe \\GPU Adapter Memory(*)\\Dedicated Usage \\GPU Adapter Memory(*)\\Shared Usage -si 2",
  ]);
  expect(fake.pids().every(isProcessAlive)).toBe(true);
  sensor.close?.();
  await expect.poll(() => fake.pids().some(isProcessAlive), PATIENT).toBe(false);
  expect(await sensor.read(AbortSignal.abort())).toEqual(missing("timeout"));
  expect(fake.calls()).toHaveLength(1);
});

test.each([
  [
    "its own row of the recorded table",
    fixture("gpu-other", "windows.typeperf-gpu-adapter-memory.csv.txt"),
  ],
  [
    "a translated table with decimal commas",
    `${counterHeader([CARD], COUNTER_NAMES.german)}\r\n${counterRow(["24956108800,000000", "4404019200,000000"])}\r\n`,
  ],
  [
    "a table in UTF-16",
    asUtf16(`${counterHeader([CARD])}\r\n${counterRow(["24956108800", "1"])}\r\n`),
  ],
])("sensor-windows: with one adapter, %s needs no LUID", async (_, text) => {
  const fake = typeperf(`${printing(text)}\n${STAY}`);
  const gpu = { ...UNKNOWN_GPU, vram_total_mib: 24_564 };
  expect(await sensorOf(fake, { gpu, luid: null }).read(NEVER)).toEqual(seen(23_800, 24_564));
});

test.each([
  ["as much as the card has", 8176, {}, seen(8176)],
  ["more than the card has", 8177, {}, missing("impossible")],
  ["a card of unknown size", 10, { gpu: UNKNOWN_GPU }, missing("memory-not-reported")],
  ["a LUID that is not there", 10, { luid: "0x0_0x1" }, missing("no-devices")],
  ["two adapters and no LUID", 10, { luid: null }, missing("unsupported-field")],
])("sensor-windows: %s", async (_, mib, options, expected) => {
  const fake = typeperf(`${printing(table(mib))}\n${STAY}`);
  expect(await sensorOf(fake, options).read(NEVER)).toEqual(expected);
});

test("sensor-windows: a look waits for the first row, and an abort ends the wait only", async () => {
  const go = join(temporaryFolder(), "go");
  const wait = `while [ ! -e ${go} ]; do sleep 0.02; done`;
  const fake = typeperf(`${wait}\n${printing(table(100))}\n${STAY}`);
  const sensor = sensorOf(fake);
  const controller = new AbortController();
  const aborted = sensor.read(controller.signal);
  await expect.poll(() => fake.pids().length, PATIENT).toBe(1);
  controller.abort();
  expect(await aborted).toEqual(missing("timeout"));
  const waiting = sensor.read(NEVER);
  await writeFile(go, "");
  expect(existsSync(go)).toBe(true);
  expect(await waiting).toEqual(seen(100));
  expect(fake.calls()).toHaveLength(1);
});

test("sensor-windows: a Windows without the counters says so and is left alone for a while", async () => {
  const fake = typeperf("echo 'Fehler: Keine gültigen Leistungsindikatoren.'; exit 1");
  const sensor = sensorOf(fake);
  expect(await sensor.read(NEVER)).toEqual(missing("unsupported-field"));
  expect(await sensor.read(NEVER)).toEqual(missing("unsupported-field"));
  expect(fake.calls()).toHaveLength(1);
});

test("sensor-windows: a child that ends is started again after its wait", async () => {
  const fake = typeperf(`${printing(table(100))}; exit 3`);
  const patient = sensorOf(fake);
  await expect.poll(() => patient.read(NEVER), PATIENT).toEqual(missing("failed"));
  expect(fake.calls()).toHaveLength(1);
  const sensor = sensorOf(fake, { backoffMs: 1 });
  expect(await sensor.read(NEVER)).toEqual(seen(100));
  fake.add("typeperf.exe", `${printing(table(200))}\n${STAY}`);
  await expect.poll(async () => (await sensor.read(NEVER)).value?.used_mib, PATIENT).toBe(200);
});

test("sensor-windows: a child that falls silent is ended with its group", async () => {
  const stubborn = 'trap "" TERM INT HUP; sleep 60 & wait; sleep 60';
  const fake = typeperf(`${printing(table(100))}\n${stubborn}`);
  const sensor = sensorOf(fake, { silenceMs: 1500 });
  expect(await sensor.read(NEVER)).toEqual(seen(100));
  await expect.poll(() => sensor.read(NEVER), PATIENT).toEqual(missing("timeout"));
  await expect.poll(() => fake.pids().some(isProcessAlive), PATIENT).toBe(false);
  // It has printed before: it is not mute, and no short call stands in for it.
  expect(fake.calls()).toHaveLength(1);
});

test.each([
  ["nothing", ":"],
  ["its header only", `printf '%s\\r\\n' '${counterHeader([CARD])}'`],
])("sensor-windows: where the long child prints %s, each look asks once", async (_, start) => {
  const once = `case "$*" in *"-sc 1") ${printing(table(300))} ;; *) ${start}; ${STAY} ;; esac`;
  const fake = typeperf(once);
  const sensor = sensorOf(fake, { silenceMs: 1000 });
  expect(await sensor.read(NEVER)).toEqual(missing("timeout"));
  expect(await sensor.read(NEVER)).toEqual(seen(300));
  expect(await sensor.read(NEVER)).toEqual(seen(300));
  expect(fake.calls()).toHaveLength(3);
});

test.each([
  ["a line without an end", "yes endless | tr -d '\\n'", "failed"],
  ["lines without an end", "yes endless", "unparsable"],
])("sensor-windows: %s: the child is ended", async (_, script, code) => {
  const fake = typeperf(script);
  expect(await sensorOf(fake).read(NEVER)).toEqual(missing(code));
  await expect.poll(() => fake.pids().some(isProcessAlive), PATIENT).toBe(false);
});

test("sensor-windows: a card that stays away has the program look afresh", async () => {
  const fake = typeperf(`${printing(table(100))}\n${STAY}`);
  const other = "0x00000000_0x00099999";
  const sensor = sensorOf(fake, { luid: other, backoffMs: 1 });
  await expect
    .poll(async () => {
      await sensor.read(NEVER);
      return fake.calls().length;
    }, PATIENT)
    .toBeGreaterThan(1);
  const [first] = fake.pids();
  expect(first !== undefined && isProcessAlive(first)).toBe(false);
});

test("sensor-windows: a missing program is told, and looked for again", async () => {
  const fake = fakePrograms("win32", {});
  const sensor = sensorOf(fake);
  expect(await sensor.read(NEVER)).toEqual(missing("not-installed"));
  fake.add("typeperf.exe", `${printing(table(100))}\n${STAY}`);
  expect(await sensor.read(NEVER)).toEqual(seen(100));
});

test("sensor-windows: no child is started beside one that was left and lives on", async () => {
  const fake = typeperf(STAY);
  const file = join(fake.view.env.PATH ?? "", "typeperf.exe");
  const left = startChild({ file, args: [], env: {} });
  if ("problem" in left) throw new Error(left.problem);
  onTestFinished(() => endChild(left));
  await expect.poll(() => fake.pids().length, PATIENT).toBe(1);
  letGo(left, file);
  const sensor = sensorOf(fake);
  expect(await sensor.read(NEVER)).toEqual(missing("timeout"));
  expect(fake.pids()).toHaveLength(1);
  fake.add("typeperf.exe", `${printing(table(100))}\n${STAY}`);
  endChild(left);
  await expect.poll(() => sensor.read(NEVER), PATIENT).toEqual(seen(100));
});

test("line-child: a child that is killed twice is counted once", async () => {
  const fake = typeperf(STAY);
  const file = join(fake.view.env.PATH ?? "", "typeperf.exe");
  const ignore = () => {};
  const child = startLineChild({ file, args: [], env: {}, onLine: ignore, onEnd: ignore });
  await expect.poll(() => fake.pids().length, PATIENT).toBe(1);
  const { ever } = abandonedChildren();
  child.kill();
  child.kill();
  expect(abandonedChildren().ever).toBe(ever + 1);
  await expect.poll(child.isAlive, PATIENT).toBe(false);
});
