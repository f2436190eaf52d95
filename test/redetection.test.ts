/** When the runtime detects again by itself: the rules as a table, and a card that goes and comes back. */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createHardwareSensor } from "../src/detect/sensor-hardware.ts";
import { type Host, UNKNOWN_GPU, UNKNOWN_HOST } from "../src/domain/host.ts";
import { isSameHost, withKnownFacts } from "../src/domain/host-continuity.ts";
import type { NoteCode } from "../src/domain/note.ts";
import {
  afterDetection,
  type RedetectionCause,
  type Seen,
  type Watch,
  watched,
  watchFrom,
} from "../src/domain/redetection.ts";
import { fakeNvidiaSmi, nvidiaRow } from "./support/fake-nvidia-smi.ts";
import { entryOf, type FileHost, fileHost, live } from "./support/live.ts";
import { fakeRoot } from "./support/temporary-folder.ts";

const CALM = { isDetecting: false };
const BEATS = { beat_ms: 1000, gpu_ms: 2000, slow_ms: 5000 };

/** Beats once a second with what the card's sensor says; gives the moments of each detection. */
function beatsOf(
  watch: Watch,
  { from, seconds, missing }: { from: number; seconds: number; missing: NoteCode | null },
): { watch: Watch; begun: (readonly [number, RedetectionCause])[] } {
  const begun: (readonly [number, RedetectionCause])[] = [];
  let now = watch;
  let hasCard = true;
  for (let second = 0; second < seconds; second += 1) {
    const at = from + second * 1000;
    const seen: Seen = { type: "beat", missing, hasCard, hasFigures: missing === null };
    const { watch: next, cause } = watched(now, seen, { at, beats: BEATS, ...CALM });
    now = next;
    if (cause !== null) {
      begun.push([at / 1000, cause]);
      // A card that was not found has no sensor.
      hasCard = missing === null;
      now = afterDetection(now, hasCard ? 1 : 0);
    }
  }
  return { watch: now, begun };
}

test("redetection: a quiet host is looked at again every five minutes", () => {
  const { begun } = beatsOf(watchFrom(0), { from: 0, seconds: 601, missing: null });
  expect(begun).toEqual([
    [300, "round"],
    [600, "round"],
  ]);
});

test("redetection: a lost card is confirmed for five seconds, then looked for ever more rarely", () => {
  const known = afterDetection(watchFrom(0), 1);
  const { begun } = beatsOf(known, { from: 100_000, seconds: 300, missing: "gpu-lost" });
  expect(begun.slice(0, 5)).toEqual([
    [105, "lost"],
    [120, "retry"],
    [150, "retry"],
    [210, "retry"],
    [270, "retry"],
  ]);
});

test("redetection: after ten minutes without the card only the rounds go on", () => {
  const known = afterDetection(watchFrom(0), 1);
  const { begun, watch } = beatsOf(known, { from: 0, seconds: 1200, missing: "gpu-lost" });
  expect(begun.filter(([, cause]) => cause === "retry")).toHaveLength(11);
  expect(watch).toMatchObject({ attempts: 0, cards: 0 });
  expect(begun.at(-1)?.[1]).toBe("round");
});

test("redetection: a hiccup and a timeout begin nothing", () => {
  const known = afterDetection(watchFrom(0), 1);
  const hiccup = beatsOf(known, { from: 0, seconds: 5, missing: "gpu-lost" });
  expect(hiccup.begun).toEqual([]);
  const calm = beatsOf(hiccup.watch, { from: 5000, seconds: 2, missing: null });
  expect(calm.watch.lostSince).toBeNull();
  expect(beatsOf(calm.watch, { from: 7000, seconds: 100, missing: "timeout" }).begun).toEqual([]);
});

test("redetection: other hardware and a sleep begin at once, the first list and no list do not", () => {
  const see = (watch: Watch, seen: Seen) =>
    watched(watch, seen, { at: 20_000, beats: BEATS, ...CALM });
  const list = (signature: string | null): Seen => ({ type: "hardware", signature });
  const first = see(watchFrom(0), list("one"));
  expect(first.cause).toBeNull();
  expect(see(first.watch, list("one")).cause).toBeNull();
  expect(see(first.watch, list(null)).cause).toBeNull();
  expect(see(first.watch, list("two")).cause).toBe("hardware");
  expect(see(first.watch, { type: "resumed" })).toMatchObject({
    cause: "resumed",
    watch: { detectedAt: 20_000 },
  });
});

const LIST = (signature: string | null): Seen => ({ type: "hardware", signature });
const GOOD: Seen = { type: "beat", missing: null, hasCard: true, hasFigures: true };

test("redetection: hardware that changes during a detection is looked at after it", () => {
  const watch = { ...watchFrom(0), hardware: "one" };
  const during = watched(watch, LIST("two"), { at: 20_000, beats: BEATS, isDetecting: true });
  expect(during.cause).toBeNull();
  const still = watched(during.watch, GOOD, { at: 21_000, beats: BEATS, isDetecting: true });
  expect(still.cause).toBeNull();
  const after = watched(still.watch, GOOD, { at: 22_000, beats: BEATS, ...CALM });
  expect(after.cause).toBe("hardware");
  expect(watched(after.watch, GOOD, { at: 23_000, beats: BEATS, ...CALM }).cause).toBeNull();
});

test("redetection: a device that comes and goes begins one detection in 15 seconds", () => {
  let watch: Watch = { ...watchFrom(-60_000), hardware: "none" };
  const begun: number[] = [];
  for (let second = 0; second < 60; second += 1) {
    const seen = second % 5 === 0 ? LIST(`${second}`) : GOOD;
    const next = watched(watch, seen, { at: second * 1000, beats: BEATS, ...CALM });
    if (next.cause !== null) begun.push(second);
    watch = next.watch;
  }
  expect(begun).toEqual([0, 15, 30, 45]);
});

test("redetection: a list that could not be read hides no change", () => {
  const watch = { ...watchFrom(0), hardware: "one" };
  const moment = { at: 20_000, beats: BEATS, ...CALM };
  const unread = watched(watch, LIST(null), moment);
  expect(unread.cause).toBeNull();
  expect(watched(unread.watch, LIST("two"), moment).cause).toBe("hardware");
});

test("redetection: a card that is found while its sensor misses it is looked for ever more rarely", () => {
  let watch: Watch = afterDetection(watchFrom(0), 1);
  const begun: number[] = [];
  const beat: Seen = { ...GOOD, missing: "no-devices", hasFigures: false };
  for (let second = 0; second < 2400; second += 1) {
    const next = watched(watch, beat, { at: second * 1000, beats: BEATS, ...CALM });
    watch = next.watch;
    if (next.cause === null) continue;
    begun.push(second);
    watch = afterDetection(watch, 1);
  }
  expect(begun.slice(0, 5)).toEqual([5, 20, 50, 110, 170]);
  // Then the rounds alone, every five minutes.
  expect(begun.filter((second) => second >= 1200).length).toBeLessThanOrEqual(4);
  const well = watched(watch, GOOD, { at: 2_400_000, beats: BEATS, ...CALM });
  expect(well.watch.attempts).toBe(0);
});

const CARD = { ...UNKNOWN_GPU, vendor: "nvidia", uuid: "GPU-1", vram_total_mib: 8188 } as const;
const HOST: Host = { ...UNKNOWN_HOST, gpus: [CARD] };

test("isSameHost: what moves by itself is no news; cards, limits and remarks are", () => {
  const changed = (change: Partial<Host>): boolean => isSameHost(HOST, { ...HOST, ...change });
  expect(changed({})).toBe(true);
  expect(changed({ memory: { ...HOST.memory, available_mib: 5 } })).toBe(true);
  expect(changed({ ollama: { ...HOST.ollama, running: true } })).toBe(true);
  expect(changed({ davinci: { ...HOST.davinci, running: true } })).toBe(true);
  const origin = { fact: "x", source: "proc", at: 1, certainty: "measured", reason: null } as const;
  expect(changed({ origins: [origin] })).toBe(true);
  expect(changed({ gpus: [] })).toBe(false);
  expect(changed({ gpus: [{ ...CARD, driver: "600.1" }] })).toBe(false);
  expect(changed({ memory: { ...HOST.memory, total_mib: 5 } })).toBe(false);
  expect(changed({ notes: [{ probe: "nvidia", code: "mig", detail: null }] })).toBe(false);
});

test("isSameHost: a round that leaves a laptop's card asleep is no news", () => {
  const own = {
    ...UNKNOWN_GPU,
    vendor: "intel",
    bus_id: "0000:00:02.0",
    is_integrated: true,
  } as const;
  const chosen = { ...own, excluded_by: "configuration" } as const;
  const origin = {
    fact: "gpus.GPU-1.vram_total_mib",
    source: "nvidia-smi",
    at: 1,
    certainty: "measured",
    reason: null,
  } as const;
  const mig = { probe: "nvidia", code: "mig", detail: null } as const;
  const before: Host = {
    ...HOST,
    gpus: [CARD, chosen],
    cuda_available: true,
    origins: [origin],
    notes: [mig],
  };
  const round: Host = {
    ...HOST,
    gpus: [own],
    cuda_available: null,
    origins: [],
    notes: [
      { probe: "nvidia", code: "asleep", detail: null },
      { probe: "static", code: "no-such-card", detail: "detect.gpu: GPU-1" },
    ],
  };
  const kept = withKnownFacts(before, round);
  expect(kept).toMatchObject({ gpus: [CARD, chosen], cuda_available: true, origins: [origin] });
  expect(isSameHost(before, kept)).toBe(true);
  expect(isSameHost(before, { ...kept, notes: [] })).toBe(false);
});

test("withKnownFacts: a card of any maker stays while its probe is silent or the card sleeps", () => {
  const makers = [
    { ...CARD, vendor: "nvidia" },
    { ...CARD, vendor: "amd" },
    { ...CARD, vendor: "intel" },
    { ...CARD, vendor: "apple" },
  ] as const;
  for (const gpu of makers)
    for (const code of ["timeout", "asleep"] as const) {
      const note = { probe: gpu.vendor, code, detail: null };
      const kept = withKnownFacts({ ...HOST, gpus: [gpu] }, { ...UNKNOWN_HOST, notes: [note] });
      expect(kept.gpus, `${gpu.vendor} ${code}`).toEqual([gpu]);
    }
  const gone = { probe: "nvidia", code: "no-devices", detail: null } as const;
  expect(withKnownFacts(HOST, { ...UNKNOWN_HOST, notes: [gone] }).gpus).toEqual([]);
});

test("hardware sensor: the same lists give the same text, a new device another", async () => {
  const root = fakeRoot({ "sys/bus/pci/devices/0000:01:00.0/vendor": "0x10de\n" });
  const sensor = createHardwareSensor({ env: {}, root, platform: "linux" });
  const read = async () => (await sensor.read(new AbortController().signal)).value?.signature;
  const before = await read();
  expect(before).toMatch(/^[0-9a-f]{64}$/);
  expect(await read()).toBe(before);
  mkdirSync(join(root, "sys/bus/pci/devices/0000:3f:00.0"));
  expect(await read()).not.toBe(before);
  const other = createHardwareSensor({ env: {}, root: fakeRoot(), platform: "linux" });
  expect(await other.read(new AbortController().signal)).toMatchObject({ missing: "not-checked" });
});

test("runtime: a card that falls off the bus and comes back moves the tier by itself", async () => {
  const present = { rows: nvidiaRow({ total: 8188, used: 600, free: 7588 }) };
  const fake = fakeNvidiaSmi(present);
  const runtime = await live({ env: fake.env });
  expect(runtime.profile().class).toBe("LOCAL_GPU_MID");
  const hosts = () => runtime.events({ type: "host.detected", limit: 1000 }).events;
  expect(hosts()).toHaveLength(1);
  fake.say({
    rows: "Unable to determine the device handle for GPU 0000:02:00.0: GPU is lost.\n",
    exit_code: 15,
  });
  const lost = await entryOf(runtime, ({ type, seq, data }) => {
    const { gpus } = (data as { host?: Host }).host ?? {};
    return type === "host.detected" && seq > (hosts()[0]?.seq ?? 0) && gpus?.length === 0;
  });
  expect((lost.data as { host: Host }).host.notes).toContainEqual(
    expect.objectContaining({ probe: "nvidia", code: "gpu-lost" }),
  );
  expect(runtime.profile().class).toBe("LOCAL_CPU_ONLY");
  fake.say(present);
  await entryOf(runtime, ({ type, seq, data }) => {
    const { gpus } = (data as { host?: Host }).host ?? {};
    return type === "host.detected" && seq > lost.seq && gpus?.length === 1;
  });
  expect(runtime.profile().class).toBe("LOCAL_GPU_MID");
  expect(hosts()).toHaveLength(3);
});

/** Plugs one card after the other: what is there at the first look at the hardware is nothing new. */
async function plugUntil(host: FileHost, isSeen: () => boolean): Promise<void> {
  let slot = 0x40;
  const look = () => {
    slot += 1;
    mkdirSync(join(host.root, `sys/bus/pci/devices/0000:${slot.toString(16)}:00.0`));
    return isSeen();
  };
  await expect.poll(look).toBe(true);
}

test("runtime: plugged hardware is looked at by itself, and nothing new is not written down", async () => {
  const host = fileHost();
  mkdirSync(join(host.root, "sys/bus/pci/devices/0000:01:00.0"), { recursive: true });
  const fake = fakeNvidiaSmi({ rows: "No devices were found\n" });
  const runtime = await live({ host, env: fake.env });
  const before = fake.calls().length;
  await plugUntil(host, () => fake.calls().length > before);
  expect(runtime.events({ type: "host.detected", limit: 1000 }).events).toHaveLength(1);
  fake.say({ rows: nvidiaRow({ total: 8188, used: 600, free: 7588 }) });
  mkdirSync(join(host.root, "sys/bus/pci/devices/0000:3f:00.0"));
  await entryOf(runtime, ({ type, data }) => {
    const { gpus } = (data as { host?: Host }).host ?? {};
    return type === "host.detected" && gpus?.length === 1;
  });
  expect(runtime.profile().class).toBe("LOCAL_GPU_MID");
});

/** Answers as before, but for `--version`, until the file `go` lies beside it. */
const SLOW = `#!/bin/sh
here=\${0%/*}
case "$*" in *--version*) until [ -e "$here/go" ]; do sleep 0.1; done ;; esac
exec "$here/real" "$@"
`;

test("runtime: a detection that nobody asked for is told whole or not at all", async () => {
  const host = fileHost();
  mkdirSync(join(host.root, "sys/bus/pci/devices/0000:01:00.0"), { recursive: true });
  const rows = nvidiaRow({ total: 8188, used: 600, free: 7588 });
  const fake = fakeNvidiaSmi({ rows, version: "CUDA Version        : 12.4\n" });
  const runtime = await live({ host, env: fake.env });
  const hosts = () => runtime.events({ type: "host.detected", limit: 1000 }).events;
  renameSync(fake.path, join(fake.folder, "real"));
  writeFileSync(fake.path, SLOW, { mode: 0o755 });
  const detections = () => fake.calls().filter((call) => call.includes("compute_cap")).length;
  const before = { hosts: hosts().length, detections: detections() };
  await plugUntil(host, () => detections() > before.detections);
  const began = performance.now();
  // The first answer is due after two seconds.
  await expect.poll(() => performance.now() - began).toBeGreaterThan(2300);
  expect(hosts()).toHaveLength(before.hosts);
  writeFileSync(join(fake.folder, "go"), "");
});
