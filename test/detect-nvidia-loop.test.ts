import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { createCycleReader, createLineCutter } from "../src/detect/nvidia-lines.ts";
import { createNvidiaProgram } from "../src/detect/nvidia-look.ts";
import { createNvidiaLoop } from "../src/detect/nvidia-loop.ts";
import { parseNvidiaRows } from "../src/detect/nvidia-smi.ts";
import {
  type FakeAnswer,
  type FakeNvidiaSmi,
  fakeNvidiaSmi,
  nvidiaRow,
  SEVEN_COLUMNS,
} from "./support/fake-nvidia-smi.ts";
import { fixture } from "./support/fixture.ts";
import { isProcessAlive } from "./support/processes.ts";
import { fakeRoot } from "./support/temporary-folder.ts";

const A = "GPU-00000000-0000-0000-0000-00000000000a";
const B = "GPU-00000000-0000-0000-0000-00000000000b";
const CARD = "GPU-00000000-0000-0000-0000-000000000000";
const NEVER = new AbortController().signal;
const PERIOD_MS = 500;

function row(used: number, uuid = CARD, index = 0): string {
  return nvidiaRow({ total: 8188, used, free: 8188 - used, uuid, index });
}

function loopOf(answer: FakeAnswer = {}, uuid: string | null = CARD) {
  const fake = fakeNvidiaSmi({ loop: "tell", ...answer });
  const clock = { now: 1000, mono: 0 };
  const view = { root: fakeRoot(), env: fake.env, platform: "linux" as const };
  const loop = createNvidiaLoop({
    program: createNvidiaProgram(view, null),
    env: fake.env,
    uuid,
    period_ms: PERIOD_MS,
    now: () => clock.now,
    mono: () => clock.mono,
  });
  onTestFinished(() => loop.close());
  const used = async () => (await loop.look(NEVER)).value?.used_mib ?? null;
  return { fake, clock, loop, used };
}

async function expectGone(fake: FakeNvidiaSmi): Promise<void> {
  await expect.poll(() => fake.pids().some(isProcessAlive)).toBe(false);
}

test("loop: one process prints many samples, each with the time of its arrival", async () => {
  const { fake, clock, loop, used } = loopOf();
  fake.tell(row(100));
  expect(await loop.look(NEVER)).toEqual({
    value: { used_mib: 100, total_mib: 8188, utilization_percent: 3 },
    missing: null,
    source_at: 1000,
  });
  clock.now = 1600;
  // Asked again before the next row, it is the same sample of the same time.
  expect(await loop.look(NEVER)).toMatchObject({ source_at: 1000 });
  fake.tell(row(200));
  await expect.poll(used).toBe(200);
  expect(await loop.look(NEVER)).toMatchObject({ source_at: 1600 });
  expect(fake.calls()).toEqual([expect.stringMatching(`--id=${CARD} -lms 500$`)]);
  loop.close();
  await expectGone(fake);
});

test("loop: a row that comes in pieces counts when its end has come", async () => {
  const { fake, used } = loopOf();
  const text = row(200);
  fake.tell(row(100) + text.slice(0, 40));
  expect(await used()).toBe(100);
  fake.tell(text.slice(40));
  await expect.poll(used).toBe(200);
});

test("loop: silence for three periods, at least 5 s, ends the program; it starts again after 5 s", async () => {
  const { fake, clock, loop, used } = loopOf();
  fake.tell(row(100));
  expect(await used()).toBe(100);
  clock.mono += 5000;
  expect(await used()).toBe(100);
  clock.mono += 1;
  expect(await loop.look(NEVER)).toEqual({ value: null, missing: "timeout" });
  await expectGone(fake);
  expect(loop.isRunning()).toBe(false);
  clock.mono += 4999;
  fake.tell(row(300));
  expect(await loop.look(NEVER)).toEqual({ value: null, missing: "timeout" });
  expect(fake.pids()).toHaveLength(1);
  clock.mono += 1;
  expect(await used()).toBe(300);
  expect(fake.pids()).toHaveLength(2);
});

test("loop: a program that never prints is waited for as long as the asker waits, then ended", async () => {
  const { fake, clock, loop } = loopOf();
  const controller = new AbortController();
  const look = loop.look(controller.signal);
  await expect.poll(() => fake.opened()).toBe(1);
  controller.abort();
  expect(await look).toEqual({ value: null, missing: "timeout" });
  expect(fake.pids().every(isProcessAlive)).toBe(true);
  clock.mono += 5001;
  expect(await loop.look(AbortSignal.abort())).toEqual({ value: null, missing: "timeout" });
  await expectGone(fake);
});

test("loop: an end is noticed, with the program's last words as the reason", async () => {
  const { fake, clock, loop, used } = loopOf();
  fake.tell(row(100));
  expect(await used()).toBe(100);
  fake.tell(fixture("nvidia-smi", "error-rc18-version-mismatch.stdout.txt"));
  fake.endLoop();
  await expect.poll(async () => (await loop.look(NEVER)).missing).toBe("version-mismatch");
  expect(loop.isRefused()).toBe(false);
  clock.mono += 5000;
  fake.tell(row(150));
  expect(await used()).toBe(150);
  fake.endLoop();
  await expect.poll(async () => (await loop.look(NEVER)).missing).toBe("failed");
});

test("loop: cells of a lost card are missing with their reason, and come back by themselves", async () => {
  const { fake, clock, loop, used } = loopOf();
  fake.tell(row(100));
  expect(await used()).toBe(100);
  clock.now = 2000;
  const lost = "[GPU is lost]";
  fake.tell(nvidiaRow({ total: lost, used: lost, free: lost }));
  await expect
    .poll(() => loop.look(NEVER))
    .toEqual({
      ...{ value: null, missing: "gpu-lost", source_at: 2000 },
    });
  fake.tell(row(120));
  await expect.poll(used).toBe(120);
});

test("loop: of two cards ours counts, and a cycle without it means that it is gone", async () => {
  const { fake, loop, used } = loopOf({}, B);
  fake.tell(row(10, A, 0) + row(20, B, 1));
  expect(await used()).toBe(20);
  fake.tell(row(11, A, 0) + row(21, B, 1));
  await expect.poll(used).toBe(21);
  fake.tell(row(12, A, 0) + row(13, A, 0));
  await expect.poll(async () => (await loop.look(NEVER)).missing).toBe("no-devices");
  fake.tell(row(22, B, 0));
  await expect.poll(used).toBe(22);
});

test("loop: warnings between rows do no harm, 501 lines of something else end it", async () => {
  const { fake, loop, used } = loopOf();
  const warning = fixture("nvidia-smi", "error-smi-nvml-mismatch-warning.txt");
  fake.tell(warning + row(100) + warning + row(101));
  await expect.poll(used).toBe(101);
  fake.tell("<p>hello</p>\n".repeat(500) + row(102));
  await expect.poll(used).toBe(102);
  fake.tell("<p>hello</p>\n".repeat(501));
  await expect.poll(async () => (await loop.look(NEVER)).missing).toBe("unparsable");
  await expectGone(fake);
});

test("loop: an endless line is thrown away up to its end", async () => {
  const { fake, used } = loopOf();
  fake.tell("x".repeat(10_000));
  fake.tell(`${"y".repeat(10_000)}\n${row(100)}`);
  await expect.poll(used).toBe(100);
});

test("loop: a program that floods with rows is ended", async () => {
  const { fake, loop, used } = loopOf();
  // In portions that fit into a pipe, each taken before the next is told.
  for (let count = 0; count < 5; count += 1) {
    fake.tell(row(7).repeat(200) + row(count));
    if (count < 4) await expect.poll(used).toBe(count);
  }
  await expect.poll(async () => (await loop.look(NEVER)).missing).toBe("unparsable");
  await expectGone(fake);
});

test("loop: a program that does not know the option is known to refuse it", async () => {
  const { loop } = loopOf({ loop: "refuse" });
  expect((await loop.look(NEVER)).value).toBeNull();
  expect(loop.isRefused()).toBe(true);
});

test("loop: without a driver it fails with the reason and refuses nothing", async () => {
  const { fake, loop } = loopOf();
  fake.tell(fixture("nvidia-smi", "error-rc9-driver-not-loaded.stdout.txt"));
  const look = loop.look(NEVER);
  await expect.poll(() => fake.opened()).toBe(1);
  fake.endLoop();
  expect(await look).toEqual({ value: null, missing: "driver-not-loaded" });
  expect(loop.isRefused()).toBe(false);
});

test("cycles: the recorded loop of two cards, read for each of them and for the first", () => {
  const header = SEVEN_COLUMNS;
  const text = fixture("nvidia-smi", "loop-two-gpu.derived.nounits.txt");
  const { rows } = parseNvidiaRows(header + text);
  const meanings = (uuid: string | null) => rows.map(createCycleReader(uuid));
  expect(meanings(A)).toEqual(["ours", "other", "ours", "other", "ours"]);
  expect(meanings(B)).toEqual(["other", "ours", "other", "ours", "other"]);
  expect(meanings(null)).toEqual(["ours", "other", "ours", "other", "ours"]);
  expect(meanings("GPU-none")).toEqual(["other", "other", "absent", "other", "absent"]);
});

test("lines: however the text is cut, the whole lines are the same", () => {
  const line = fc.string({ unit: fc.constantFrom("a", ",", " ", "é"), maxLength: 20 });
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat(30)), (lines, cuts) => {
      const cut = createLineCutter();
      const found: string[] = [];
      let rest = lines.map((one) => `${one}\n`).join("");
      for (const size of [...cuts, rest.length]) {
        found.push(...cut(rest.slice(0, size)).lines);
        rest = rest.slice(size);
      }
      expect(found).toEqual(lines);
    }),
  );
});

test.each([
  [4096, 0],
  [4097, 1],
  [100_000, 1],
])("lines: a line of %i characters is too long %i times", (length, overlong) => {
  const cut = createLineCutter();
  const first = cut("x".repeat(length));
  const second = cut("\nnext\n");
  expect(first.overlong + second.overlong).toBe(overlong);
  expect([...first.lines, ...second.lines].at(-1)).toBe("next");
});
