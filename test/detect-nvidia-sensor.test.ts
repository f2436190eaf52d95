import { expect, onTestFinished, test } from "vitest";
import type { HostView } from "../src/detect/host-io.ts";
import { createNvidiaSensor, type NvidiaSensorOptions } from "../src/detect/sensor-nvidia.ts";
import { isSignOfLostCard } from "../src/domain/redetection.ts";
import { type FakeAnswer, fakeNvidiaSmi, nvidiaRow } from "./support/fake-nvidia-smi.ts";
import { fixture } from "./support/fixture.ts";
import { isProcessAlive } from "./support/processes.ts";
import { addFiles, fakeRoot } from "./support/temporary-folder.ts";

const CARD = "GPU-00000000-0000-0000-0000-000000000000";
const NEVER = new AbortController().signal;
const POWER = "sys/bus/pci/devices/0000:01:00.0/power";

function rowOf(used: number, utilization: number | string = 3): string {
  return nvidiaRow({ total: 8188, used, free: 8188 - used, utilization });
}

function sensorWith(answer: FakeAnswer, options: Partial<NvidiaSensorOptions> = {}) {
  const fake = fakeNvidiaSmi(answer);
  const root = fakeRoot({ [`${POWER}/runtime_status`]: "active\n", [`${POWER}/control`]: "on\n" });
  const view: HostView = { root, env: fake.env, platform: "linux" };
  const clock = { now: 1_000_000, mono: 0, step: 0 };
  const sensor = createNvidiaSensor({
    view,
    uuid: CARD,
    bus_id: "00000000:01:00.0",
    now: () => clock.now,
    mono: () => {
      clock.mono += clock.step;
      return clock.mono;
    },
    ...options,
  });
  onTestFinished(() => sensor.close?.());
  const say = (power: string, control = "auto") =>
    addFiles(root, {
      [`${POWER}/runtime_status`]: `${power}\n`,
      [`${POWER}/control`]: `${control}\n`,
    });
  const used = async () => (await sensor.read(NEVER)).value?.used_mib ?? null;
  const loops = () => fake.calls().filter((call) => call.includes("-lms")).length;
  return { fake, clock, sensor, say, used, loops };
}

test("sensor-nvidia: loop mode serves what one process prints", async () => {
  const { fake, clock, sensor, used } = sensorWith({ loop: "tell" }, { mode: "loop" });
  fake.tell(rowOf(100));
  expect(await sensor.read(NEVER)).toEqual({
    value: { used_mib: 100, total_mib: 8188 },
    source_at: 1_000_000,
    missing: null,
  });
  clock.now += 500;
  expect(await sensor.read(NEVER)).toMatchObject({ source_at: 1_000_000 });
  fake.tell(rowOf(200));
  await expect.poll(used).toBe(200);
  expect(fake.calls()).toEqual([expect.stringMatching(/ -lms 667$/)]);
  sensor.close?.();
  await expect.poll(() => fake.pids().some(isProcessAlive)).toBe(false);
});

test("sensor-nvidia: where the loop is refused, polls do the work, also in the same look", async () => {
  const { used, loops } = sensorWith({ rows: rowOf(100) }, { mode: "loop" });
  expect(await used()).toBe(100);
  expect(await used()).toBe(100);
  expect(loops()).toBe(1);
});

test("sensor-nvidia: auto polls, and changes to the loop after two slow polls in a row", async () => {
  const { fake, clock, used, loops } = sensorWith({ rows: rowOf(100), loop: "tell" });
  fake.tell(rowOf(200));
  // During a poll the clock is asked twice: by the runner and at its end.
  clock.step = 250;
  for (let count = 0; count < 4; count += 1) expect(await used()).toBe(100);
  clock.step = 251;
  expect(await used()).toBe(100);
  clock.step = 0;
  expect(await used()).toBe(100);
  clock.step = 251;
  expect(await used()).toBe(100);
  expect(await used()).toBe(100);
  expect(loops()).toBe(0);
  clock.step = 0;
  expect(await used()).toBe(200);
  expect(loops()).toBe(1);
});

test("sensor-nvidia: auto goes back to polls when the loop falls silent", async () => {
  const { fake, clock, used, sensor } = sensorWith({ rows: rowOf(100), loop: "tell" });
  fake.tell(rowOf(200));
  clock.step = 251;
  expect([await used(), await used()]).toEqual([100, 100]);
  clock.step = 0;
  expect(await used()).toBe(200);
  clock.mono += 6000;
  expect(await sensor.read(NEVER)).toMatchObject({ missing: "timeout" });
  expect(await used()).toBe(100);
});

test("sensor-nvidia: poll mode never starts a loop", async () => {
  const { clock, used, loops } = sensorWith({ rows: rowOf(100) }, { mode: "poll" });
  clock.step = 5000;
  for (let count = 0; count < 4; count += 1) expect(await used()).toBe(100);
  expect(loops()).toBe(0);
});

test("sensor-nvidia: a sleeping card is woken once at most; its last figures count as measured now", async () => {
  const { fake, clock, sensor, say } = sensorWith({ rows: rowOf(100) });
  say("suspended");
  expect(await sensor.read(NEVER)).toMatchObject({ value: { used_mib: 100 } });
  for (const power of ["suspending", "suspended"]) {
    say(power);
    clock.now += 60_000;
    expect(await sensor.read(NEVER)).toEqual({
      value: { used_mib: 100, total_mib: 8188 },
      source_at: clock.now,
      missing: null,
    });
  }
  expect(fake.calls()).toHaveLength(1);
  say("resuming");
  fake.say({ rows: rowOf(300) });
  expect(await sensor.read(NEVER)).toMatchObject({ value: { used_mib: 300 } });
});

test("sensor-nvidia: a card that could not be read before it fell asleep has no last figures", async () => {
  const { fake, sensor, say, used } = sensorWith({ rows: rowOf(100) });
  expect(await used()).toBe(100);
  fake.say({ rows: fixture("nvidia-smi", "error-gpu-is-lost.stdout.txt"), exit_code: 15 });
  expect(await sensor.read(NEVER)).toMatchObject({ missing: "gpu-lost" });
  say("suspended");
  expect(await sensor.read(NEVER)).toMatchObject({ missing: "asleep" });
});

test("sensor-nvidia: the loop is ended while the card sleeps, and begins anew", async () => {
  const { fake, say, used } = sensorWith({ loop: "tell" }, { mode: "loop" });
  fake.tell(rowOf(100));
  expect(await used()).toBe(100);
  say("suspended");
  expect(await used()).toBe(100);
  await expect.poll(() => fake.pids().some(isProcessAlive)).toBe(false);
  say("active");
  fake.tell(rowOf(200));
  await expect.poll(used).toBe(200);
  expect(fake.pids()).toHaveLength(2);
});

test("sensor-nvidia: a card without power files, or on another system, is asked as always", async () => {
  for (const options of [{ bus_id: null }, { bus_id: "0000:99:00.0" }, { bus_id: "../../etc" }]) {
    const { say, used } = sensorWith({ rows: rowOf(100) }, options);
    say("suspended");
    expect(await used()).toBe(100);
  }
});

test("sensor-nvidia: a card that may sleep and is idle for 15 minutes is left alone for two periods", async () => {
  const { fake, clock, sensor, say, used } = sensorWith({ rows: rowOf(100, 0) });
  const pass = (ms: number) => {
    clock.mono += ms;
    clock.now += ms;
  };
  say("active");
  await used();
  await used();
  pass(899_999);
  await used();
  pass(1);
  const measuredAt = clock.now;
  await used();
  const looks = fake.calls().length;
  pass(2999);
  expect(await sensor.read(NEVER)).toEqual({
    value: { used_mib: 100, total_mib: 8188 },
    source_at: measuredAt,
    missing: null,
  });
  expect(fake.calls()).toHaveLength(looks);
  pass(1);
  expect(await sensor.read(NEVER)).toMatchObject({ source_at: clock.now });
  pass(2000);
  expect(await sensor.read(NEVER)).toMatchObject({ source_at: clock.now });
  expect(fake.calls()).toHaveLength(looks + 2);
});

test("sensor-nvidia: the pause ends in time for a sample before the old one is stale", async () => {
  const { fake, clock, sensor, say, used } = sensorWith({ rows: rowOf(100, 0) });
  say("active");
  await used();
  await used();
  clock.mono += 900_000;
  // From here on looks take their time.
  clock.step = 10;
  const began = clock.mono;
  await used();
  const looks = fake.calls().length;
  clock.mono = began + 2000;
  await used();
  expect(fake.calls()).toHaveLength(looks);
  // The next beat would be after six seconds: that is the stale limit.
  clock.mono = began + 4000;
  await sensor.read(NEVER);
  expect(fake.calls()).toHaveLength(looks + 1);
});

test.each([
  ["is busy", 3, "auto"],
  ["does not tell its load", "[N/A]", "auto"],
  ["never sleeps", 0, "on"],
] as const)(
  "sensor-nvidia: a card that %s is never left alone",
  async (_, utilization, control) => {
    const { clock, sensor, say, used } = sensorWith({ rows: rowOf(100, utilization) });
    say("active", control);
    for (let count = 0; count < 6; count += 1) {
      await used();
      clock.mono += 300_000;
      clock.now += 300_000;
    }
    await used();
    clock.now += 1000;
    expect(await sensor.read(NEVER)).toMatchObject({ source_at: clock.now });
  },
);

test("sensor-nvidia: a part of a card is read from the XML, never from the row of the whole card", async () => {
  const uuid = "GPU-27b94a00-ed54-5c24-b1fd-1054085de32a";
  const recorded = fixture("nvidia-smi", "a100-40gb-mig-linux.q-x.xml.txt");
  const xml = recorded.replace(/19948 MiB(?![\s\S]*19948 MiB)/, "9948 MiB");
  const answer = { rows: rowOf(100), xml };
  const read = (part: number) =>
    sensorWith(answer, { uuid, part, mode: "loop" }).sensor.read(NEVER);
  expect(await read(0)).toMatchObject({ value: { used_mib: 20, total_mib: 19_968 } });
  expect(await read(1)).toMatchObject({ value: { used_mib: 10_020, total_mib: 19_968 } });
  expect(await read(2)).toMatchObject({ missing: "no-devices" });
  const broken = sensorWith({ xml: xml.slice(0, 3000) }, { uuid, part: 0 });
  expect(await broken.sensor.read(NEVER)).toMatchObject({ missing: "unparsable" });
});

test.each([
  ["gpu-lost", true],
  ["driver-not-loaded", true],
  ["version-mismatch", true],
  ["no-devices", true],
  ["nvml-unknown", true],
  ["not-installed", true],
  ["library-missing", true],
  ["timeout", false],
  ["asleep", false],
  ["unparsable", false],
  ["memory-not-reported", false],
  ["failed", false],
  [null, false],
] as const)("isSignOfLostCard: %s is %s", (code, isLost) => {
  expect(isSignOfLostCard(code)).toBe(isLost);
});
