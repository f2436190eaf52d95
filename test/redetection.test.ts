/** When the runtime detects again by itself: the rules as a table, and a card that goes and comes back. */
import { mkdirSync } from "node:fs";
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
import { entryOf, fileHost, live } from "./support/live.ts";
import { fakeRoot } from "./support/temporary-folder.ts";

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
    const seen: Seen = { type: "beat", missing, hasCard };
    const { watch: next, cause } = watched(now, seen, { at, beats: BEATS });
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
  const see = (watch: Watch, seen: Seen) => watched(watch, seen, { at: 9000, beats: BEATS });
  const list = (signature: string | null): Seen => ({ type: "hardware", signature });
  const first = see(watchFrom(0), list("one"));
  expect(first.cause).toBeNull();
  expect(see(first.watch, list("one")).cause).toBeNull();
  expect(see(first.watch, list(null)).cause).toBeNull();
  expect(see(first.watch, list("two")).cause).toBe("hardware");
  expect(see(first.watch, { type: "resumed" })).toMatchObject({
    cause: "resumed",
    watch: { detectedAt: 9000 },
  });
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

test("runtime: plugged hardware is looked at by itself, and nothing new is not written down", async () => {
  const host = fileHost();
  mkdirSync(join(host.root, "sys/bus/pci/devices/0000:01:00.0"), { recursive: true });
  const fake = fakeNvidiaSmi({ rows: "No devices were found\n" });
  const runtime = await live({ host, env: fake.env });
  const before = fake.calls().length;
  await entryOf(runtime, ({ type }) => type === "reading");
  mkdirSync(join(host.root, "sys/bus/pci/devices/0000:3f:00.0"));
  await expect.poll(() => fake.calls().length, { timeout: 5000 }).toBeGreaterThan(before);
  expect(runtime.events({ type: "host.detected", limit: 1000 }).events).toHaveLength(1);
  fake.say({ rows: nvidiaRow({ total: 8188, used: 600, free: 7588 }) });
  mkdirSync(join(host.root, "sys/bus/pci/devices/0000:4f:00.0"));
  await entryOf(runtime, ({ type, data }) => {
    const { gpus } = (data as { host?: Host }).host ?? {};
    return type === "host.detected" && gpus?.length === 1;
  });
  expect(runtime.profile().class).toBe("LOCAL_GPU_MID");
});
