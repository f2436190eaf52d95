import { expect, test } from "vitest";
import { type HostView, ioOf } from "../src/detect/host-io.ts";
import { askXpuCards } from "../src/detect/intel-programs.ts";
import { probeIntel, probeIntelDetails } from "../src/detect/probe-intel.ts";
import { type DrmFiles, drmFiles } from "./support/drm-files.ts";
import { fakeProgram } from "./support/fake-program.ts";
import { fixture } from "./support/fixture.ts";
import { fakeRoot } from "./support/temporary-folder.ts";

const AT = 1_700_000_000_000;
const now = () => AT;
const BYTES = "17079205888\n";
const DISCOVERY = fixture("gpu-other", "xpu-smi.discovery.arc-pro.json");
const TABLE = fixture("gpu-other", "xpu-smi.v2-table.arc-a770.txt");
const USED =
  '{"device_level": [{"metrics_type": "XPUM_STATS_MEMORY_USED", "value": 3642.5}], "device_id": 0}';

function arc(given: Partial<DrmFiles> = {}) {
  return drmFiles({
    position: 0,
    vendor: "0x8086",
    device: "0x56a0",
    driver: "xe",
    bus_id: "0000:03:00.0",
    ...given,
  });
}

const tiles = (...texts: readonly string[]) =>
  Object.fromEntries(texts.map((text, tile) => [`tile${tile}/physical_vram_size_bytes`, text]));

async function probe(files: Readonly<Record<string, string>>, env: HostView["env"] = {}) {
  const options = { view: { root: fakeRoot(files), env, platform: "linux" as const }, now };
  const quick = await probeIntel(options);
  return { quick, ...(await probeIntelDetails(options, quick)) };
}

const factsOf = (probed: Awaited<ReturnType<typeof probe>>) =>
  (probed.origins ?? []).map(({ fact, source, certainty, reason }) =>
    [fact.split(".").at(-1), source, reason ?? certainty].join(" "),
  );

test("probeIntel: a card of the driver xe, its tiles added up", async () => {
  const one = await probe(arc({ files: tiles(BYTES) }));
  expect(one.quick.finding.gpus).toEqual([
    {
      vendor: "intel",
      name: "Intel GPU 0x56a0",
      uuid: null,
      vram_total_mib: 16_288,
      driver: null,
      cuda: null,
      unified: false,
      is_integrated: false,
      bus_id: "0000:03:00.0",
    },
  ]);
  const two = await probe(arc({ files: tiles(BYTES, BYTES) }));
  expect(two.finding.gpus[0]?.vram_total_mib).toBe(2 * 16_288);
  expect(factsOf(one)).toEqual([
    "vram_total_mib intel-sysfs measured",
    "vram_used_mib intel-sysfs memory-not-reported",
  ]);
});

test("probeIntel: a card of the driver i915, with the use where it shows what is free", async () => {
  const size = { lmem_total_bytes: BYTES };
  const without = await probe(arc({ driver: "i915", own: size }));
  expect(without.finding.gpus[0]).toMatchObject({ vram_total_mib: 16_288, is_integrated: false });
  expect(factsOf(without)[1]).toBe("vram_used_mib intel-sysfs memory-not-reported");
  const both = await probe(arc({ driver: "i915", own: { ...size, lmem_avail_bytes: BYTES } }));
  expect(factsOf(both)[1]).toBe("vram_used_mib intel-sysfs measured");
  expect(both.notes).toEqual([]);
});

test("probeIntel: without memory of its own it is a part of the processor, and xpu-smi is not asked", async () => {
  const program = fakeProgram("xpu-smi", [{ when: "*", text: DISCOVERY }]);
  const integrated = arc({ files: { "tile0/gt0/id": "0\n" } });
  const found = await probe(integrated, program.env);
  expect(found.finding.gpus).toMatchObject([
    { is_integrated: true, unified: true, vram_total_mib: null },
  ]);
  expect(found.notes).toEqual([
    { probe: "intel", code: "unified-memory", detail: "Intel GPU 0x56a0" },
  ]);
  expect(program.calls()).toEqual([]);
});

test.each([
  [tiles(""), "memory-not-reported"],
  [tiles("N/A\n"), "memory-not-reported"],
  [tiles("0\n"), "memory-not-reported"],
  [tiles("-5\n"), "impossible"],
  [tiles("18446744073709551616\n"), "impossible"],
  [tiles("17592186044416\n", "1048576\n"), "impossible"],
  [tiles(BYTES, "x"), "memory-not-reported"],
  [{ ...tiles(BYTES), "tile1/gt0/id": "0\n" }, "memory-not-reported"],
] as const)("probeIntel: tiles of %j are a card of unknown size: %s", async (files, code) => {
  const { quick } = await probe(arc({ files }));
  expect(quick.finding.gpus).toMatchObject([{ vram_total_mib: null, is_integrated: false }]);
  expect(quick.notes.map((note) => note.code)).toEqual([code]);
});

test("probeIntel: a size that the files lack comes from xpu-smi, with name and use", async () => {
  const program = fakeProgram("xpu-smi", [
    { when: "discovery -j", text: DISCOVERY },
    { when: "stats -d 0 -j", text: USED },
  ]);
  const found = await probe(arc({ files: tiles("") }), program.env);
  expect(found.finding.gpus).toMatchObject([
    { name: "Intel(R) Graphics [0xe211]", vram_total_mib: 24_480, bus_id: "0000:03:00.0" },
  ]);
  expect(factsOf(found)).toEqual([
    "vram_total_mib xpu-smi measured",
    "vram_used_mib xpu-smi measured",
  ]);
  expect(found.notes).toEqual([]);
  expect(program.calls()).toEqual(["discovery -j", "stats -d 0 -j"]);
});

test("probeIntel: the size of the files stays, and a use above it cannot be", async () => {
  const program = fakeProgram("xpu-smi", [
    { when: "discovery -j", text: DISCOVERY },
    { when: "stats*", text: USED.replace("3642.5", "16289") },
  ]);
  const found = await probe(arc({ files: tiles(BYTES) }), program.env);
  expect(found.finding.gpus[0]?.vram_total_mib).toBe(16_288);
  expect(factsOf(found)).toEqual([
    "vram_total_mib intel-sysfs measured",
    "vram_used_mib xpu-smi impossible",
  ]);
});

test("probeIntel: version 2 without JSON is read from its table", async () => {
  const program = fakeProgram("xpu-smi", [
    { when: "?*", text: "unknown option", exit_code: 1 },
    { when: "", text: TABLE },
  ]);
  const found = await probe(arc({ files: tiles(BYTES) }), program.env);
  expect(found.finding.gpus[0]?.name).toBe("Intel(R) Arc(TM) A770 Graphics");
  expect(factsOf(found)[1]).toBe("vram_used_mib xpu-smi measured");
});

test("probeIntel: another card's row is not taken", async () => {
  const program = fakeProgram("xpu-smi", [{ when: "discovery -j", text: DISCOVERY }]);
  const found = await probe(arc({ position: 3, files: tiles("") }), program.env);
  expect(found.finding.gpus).toMatchObject([{ name: "Intel GPU 0x56a0", vram_total_mib: null }]);
});

test("probeIntel: of a card that only the program knows the size is not believed", async () => {
  const program = fakeProgram("xpu-smi", [{ when: "discovery -j", text: DISCOVERY }]);
  const found = await probe({}, program.env);
  expect(found.finding.gpus).toMatchObject([
    { name: "Intel(R) Graphics [0xe211]", vram_total_mib: null },
  ]);
  expect(found.notes.map(({ code }) => code)).toEqual(["memory-not-reported"]);
});

test("probeIntel: a sleeping card is not woken by a program", async () => {
  const program = fakeProgram("xpu-smi", [{ when: "*", text: DISCOVERY }]);
  const files = { ...tiles(BYTES), "power/runtime_status": "suspended\n" };
  const found = await probe(arc({ files }), program.env);
  expect(found.finding.gpus[0]?.vram_total_mib).toBe(16_288);
  expect(found.notes.map(({ code }) => code)).toEqual(["asleep"]);
  expect(factsOf(found)[1]).toBe("vram_used_mib intel-sysfs asleep");
  expect(program.calls()).toEqual([]);
});

test("probeIntel: no card and no program is an empty list without a note", async () => {
  const nothing = await probe({});
  expect([nothing.finding.gpus, nothing.notes]).toEqual([[], []]);
  const windows = { root: fakeRoot(arc()), env: {}, platform: "win32" as const };
  expect((await probeIntel({ view: windows })).finding.gpus).toEqual([]);
});

test("probeIntel: a program that hangs is ended by the abort; the cards stay", async () => {
  const program = fakeProgram("xpu-smi", [{ when: "*", text: DISCOVERY, mode: "hang" }]);
  const view: HostView = {
    root: fakeRoot(arc({ files: tiles(BYTES) })),
    env: program.env,
    platform: "linux",
  };
  const controller = new AbortController();
  const quick = await probeIntel({ view });
  const probing = probeIntelDetails({ view, signal: controller.signal }, quick);
  await expect.poll(() => program.calls().length).toBe(1);
  controller.abort();
  const { finding, notes } = await probing;
  expect(finding.gpus[0]?.vram_total_mib).toBe(16_288);
  expect(notes).toMatchObject([{ probe: "intel", code: "timeout" }]);
});

test("askXpuCards: what the program has said before it hangs is not read", async () => {
  const program = fakeProgram("xpu-smi", [{ when: "*", text: DISCOVERY, mode: "hang" }]);
  const view: HostView = { root: fakeRoot(), env: program.env, platform: "linux" };
  const cards = await askXpuCards({ view, limit_ms: 300, runner: ioOf(view) });
  expect(cards).toEqual({ rows: [], code: "timeout" });
});
