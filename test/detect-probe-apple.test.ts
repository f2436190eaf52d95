import fc from "fast-check";
import { expect, test } from "vitest";
import { parseAppleDisplays } from "../src/detect/apple-displays.ts";
import { parseAppleIoreg } from "../src/detect/apple-ioreg.ts";
import { parseAppleSysctl } from "../src/detect/apple-sysctl.ts";
import { type HostView, ioOf } from "../src/detect/host-io.ts";
import { probeApple } from "../src/detect/probe-apple.ts";
import { asUtf16, fakePrograms, printing } from "./support/fake-programs.ts";
import { fixture } from "./support/fixture.ts";
import { figuresOf, mutatedLines } from "./support/mutated-lines.ts";
import { isProcessAlive } from "./support/processes.ts";

const RUNS = 10_000;
const M3_TEXT = fixture("gpu-other", "apple.system_profiler.m3.txt");
const IOREG = fixture("gpu-other", "apple.ioreg-IOGPU.m1pro.txt");
const SIXTEEN_GIB = "hw.memsize: 17179869184\n";
const M3_JSON = JSON.stringify({
  SPDisplaysDataType: [
    { _name: "Apple M3", sppci_model: "Apple M3", sppci_cores: "10", sppci_bus: "x" },
  ],
});
const INTEL_MAC_JSON = JSON.stringify({
  SPDisplaysDataType: [
    { _name: "Intel Iris Plus", spdisplays_vram: "1536 MB", sppci_bus: "spdisplays_builtin" },
    { _name: "Radeon Pro 5500M", sppci_model: "AMD Radeon Pro 5500M", spdisplays_vram: "4 GB" },
    { _name: "Radeon Pro 460", sppci_model: "AMD Radeon Pro 460", spdisplays_vram: "vier GB" },
  ],
});
/** Real children on a busy host take their time. */
const PATIENT = { timeout: 5000 };
const NO_PROFILER = "exit 1";

function mac(sysctl: string, profiler: string, processor = "test") {
  const fake = fakePrograms("darwin", { sysctl, system_profiler: profiler });
  const figures = { ...ioOf(fake.view).figures(), processors: [processor] };
  const view: HostView = { ...fake.view, io: { ...ioOf(fake.view), figures: () => figures } };
  return { fake, view };
}

test.each([
  ["the JSON form", M3_JSON],
  ["the plain form", M3_TEXT],
  ["CRLF and a byte order mark", `\uFEFF${M3_TEXT.replaceAll("\n", "\r\n")}`],
  ["UTF-16", asUtf16(M3_TEXT)],
])("probeApple: Apple silicon by %s, two thirds of its memory as an estimate", async (_, shown) => {
  const { view, fake } = mac(printing(SIXTEEN_GIB), printing(shown));
  const { finding, notes, origins } = await probeApple({ view });
  expect(finding.cores).toBe(10);
  expect(finding.gpus).toMatchObject([
    {
      vendor: "apple",
      name: "Apple M3",
      unified: true,
      is_integrated: false,
      vram_total_mib: null,
      usable_mib: 10_922,
    },
  ]);
  expect(notes.map((note) => note.code)).toEqual(["unified-memory", "estimated"]);
  expect(origins).toMatchObject([
    { fact: "gpus.apple-0.vram_total_mib", certainty: "unknown", reason: "unified-memory" },
    { fact: "gpus.apple-0.usable_mib", certainty: "estimated", reason: "estimated" },
  ]);
  expect([...fake.calls()].sort()).toEqual([
    "sysctl hw.memsize iogpu.wired_limit_mb",
    "system_profiler SPDisplaysDataType -json",
  ]);
});

test.each([
  ["0: not set", "0", 10_922, "estimated", ["unified-memory", "estimated"]],
  ["14000", "14000", 14_000, "measured", ["unified-memory"]],
  ["the whole memory", "16384", 16_384, "measured", ["unified-memory"]],
  ["above the memory", "16385", 10_922, "estimated", ["unified-memory", "impossible", "estimated"]],
  ["a word", "unlimited", 10_922, "estimated", ["unified-memory", "estimated"]],
])("probeApple: a wired limit of %s", async (_, limit, usable_mib, certainty, codes) => {
  const sysctl = printing(`${SIXTEEN_GIB}iogpu.wired_limit_mb: ${limit}\n`);
  const { finding, notes, origins } = await probeApple(mac(sysctl, printing(M3_JSON)));
  expect(finding.gpus[0]?.usable_mib).toBe(usable_mib);
  expect(notes.map((note) => note.code)).toEqual(codes);
  expect(origins?.at(-1)).toMatchObject({ certainty });
});

test("probeApple: a sysctl that does not know the limit still tells the memory", async () => {
  const sysctl = `${printing(SIXTEEN_GIB)}; echo "sysctl: unknown oid" >&2; exit 1`;
  const { finding } = await probeApple(mac(sysctl, printing(M3_JSON)));
  expect(finding.gpus[0]?.usable_mib).toBe(10_922);
});

test("probeApple: without system_profiler the processor's name tells Apple silicon", async () => {
  const { view } = mac(printing(SIXTEEN_GIB), NO_PROFILER, "Apple M4");
  const { finding, notes } = await probeApple({ view });
  expect(finding).toMatchObject({ cores: null, gpus: [{ name: "Apple M4", usable_mib: 10_922 }] });
  expect(notes.map((note) => note.code)).toEqual(["unparsable", "unified-memory", "estimated"]);
});

test("probeApple: without sysctl the memory is unknown, and is not zero", async () => {
  const { view } = mac("exit 1", printing(M3_JSON));
  const { finding, notes, origins } = await probeApple({ view });
  expect(finding.gpus).toMatchObject([{ unified: true, usable_mib: null, vram_total_mib: null }]);
  expect(notes.map((note) => note.code)).toEqual(["unified-memory", "memory-not-reported"]);
  expect(origins?.at(-1)).toMatchObject({ certainty: "unknown", reason: "memory-not-reported" });
});

test("probeApple: an Intel Mac has a card with memory and one that shares the system's", async () => {
  const { view } = mac(printing(SIXTEEN_GIB), printing(INTEL_MAC_JSON), "Intel(R) Core(TM) i7");
  const { finding, notes, origins } = await probeApple({ view });
  expect(finding.gpus).toMatchObject([
    { vendor: "intel", is_integrated: true, unified: true, vram_total_mib: null },
    { vendor: "amd", is_integrated: false, unified: false, vram_total_mib: 4096 },
    { vendor: "amd", is_integrated: false, unified: false, vram_total_mib: null },
  ]);
  const missing = { probe: "apple", code: "memory-not-reported", detail: "AMD Radeon Pro 460" };
  expect(notes).toEqual([missing]);
  expect(origins?.map(({ fact, certainty }) => [fact, certainty])).toEqual([
    ["gpus.intel-0.vram_total_mib", "unknown"],
    ["gpus.amd-1.vram_total_mib", "measured"],
    ["gpus.amd-2.vram_total_mib", "unknown"],
  ]);
});

test("probeApple: the plain form is asked where the JSON one is not understood", async () => {
  const script = `case "$*" in *-json*) echo usage; exit 1;; *) ${printing(M3_TEXT)};; esac`;
  const { view, fake } = mac(printing(SIXTEEN_GIB), script);
  expect((await probeApple({ view })).finding.gpus[0]?.name).toBe("Apple M3");
  expect(fake.calls().filter((call) => call.startsWith("system_profiler"))).toHaveLength(2);
});

test("probeApple: nothing on other systems, nothing started there", async () => {
  const { view, fake } = mac(printing(SIXTEEN_GIB), printing(M3_JSON));
  const other: HostView = { ...view, platform: "linux" };
  expect(await probeApple({ view: other })).toEqual({
    finding: { gpus: [], cores: null },
    notes: [],
  });
  expect(fake.calls()).toEqual([]);
});

test("probeApple: missing programs are noted", async () => {
  const { view } = fakePrograms("darwin", {});
  const { finding, notes } = await probeApple({ view });
  expect(finding.gpus).toEqual([]);
  expect(notes).toMatchObject([{ probe: "apple", code: "not-installed" }]);
});

test("probeApple: an abort ends a slow program", async () => {
  const { view, fake } = mac(printing(SIXTEEN_GIB), "sleep 60", "Apple M3");
  const controller = new AbortController();
  const asked = probeApple({ view, signal: controller.signal });
  await expect.poll(() => fake.pids().length, PATIENT).toBe(2);
  controller.abort();
  const { finding, notes } = await asked;
  expect(finding.gpus).toMatchObject([{ name: "Apple M3" }]);
  expect(notes[0]).toMatchObject({ code: "timeout" });
  await expect.poll(() => fake.pids().some(isProcessAlive), PATIENT).toBe(false);
});

test.each([
  ["Apple M3: the vendor's number", M3_TEXT, [["apple", 10, null, true]]],
  [
    "an Intel Mac in plain text",
    "    X:\n      Chipset Model: Intel UHD Graphics 630\n      Bus: Built-In\n      VRAM (Dynamic, Max): 1536 MB\n      Chipset Model: Radeon Pro 5300M\n      Bus: PCIe\n      VRAM (Total): 4 GB\n",
    [
      ["intel", null, 1536, true],
      ["amd", null, 4096, false],
    ],
  ],
  ["no list", '{"SPDisplaysDataType": null}', []],
  ["another JSON", '["Apple M3"]', []],
  ["a page", "<html>\n  Chipset: no\n</html>", []],
  ["nothing", "", []],
] as const)("parseAppleDisplays: %s", (_, text, expected) => {
  const cards = parseAppleDisplays(text);
  expect(cards.map((one) => [one.vendor, one.cores, one.memory_mib, one.is_shared])).toEqual(
    expected,
  );
});

test.each([
  ["4 GB", 4096],
  ["1536 MB", 1536],
  ["0 MB", null],
  ["1048576 MB", 1_048_576],
  ["1048577 MB", null],
  ["4,0 GB", null],
  ["-4 GB", null],
  ["4 TB", null],
])("parseAppleDisplays: memory of %s", (spdisplays_vram, mib) => {
  const text = JSON.stringify({ SPDisplaysDataType: [{ _name: "Radeon", spdisplays_vram }] });
  expect(parseAppleDisplays(text)[0]?.memory_mib).toBe(mib);
});

test("parseAppleIoreg: how busy and how much, from the whole names only", () => {
  expect(parseAppleIoreg(IOREG)).toEqual({ utilization_percent: 34, in_use_bytes: 7_688_503_296 });
  expect(
    parseAppleIoreg(IOREG.replace('"Device Utilization %"=34', '"Device Utilization %"=101')),
  ).toEqual({ utilization_percent: null, in_use_bytes: 7_688_503_296 });
  expect(parseAppleIoreg('"In use system memory (driver)"=5')).toEqual({
    utilization_percent: null,
    in_use_bytes: null,
  });
});

test("parseAppleSysctl: only whole lines of its own names", () => {
  expect(parseAppleSysctl("hw.memsize: 8589934592\r\niogpu.wired_limit_mb: 6000\r\n")).toEqual({
    memory_bytes: 8_589_934_592,
    wired_limit_mib: 6000,
  });
  expect(parseAppleSysctl("8589934592\n6000\n")).toEqual({
    memory_bytes: null,
    wired_limit_mib: null,
  });
});

test("parseAppleSysctl: never throws, and tells only figures of the text", () => {
  fc.assert(
    fc.property(mutatedLines([`${SIXTEEN_GIB}iogpu.wired_limit_mb: 12000\n`]), (text) => {
      const told = figuresOf(text);
      const { memory_bytes, wired_limit_mib } = parseAppleSysctl(text);
      return [memory_bytes, wired_limit_mib].every((one) => one === null || told.has(one));
    }),
    { numRuns: RUNS },
  );
});

test("parseAppleIoreg: never throws, and tells only figures of the text", () => {
  fc.assert(
    fc.property(mutatedLines([IOREG]), (text) => {
      const told = figuresOf(text);
      const { utilization_percent: load, in_use_bytes } = parseAppleIoreg(text);
      const isPossible = (load ?? 0) <= 100;
      return isPossible && [load, in_use_bytes].every((one) => one === null || told.has(one));
    }),
    { numRuns: RUNS },
  );
});

test("parseAppleDisplays: never throws, and tells only figures of the text", () => {
  fc.assert(
    fc.property(mutatedLines([M3_TEXT, M3_JSON, INTEL_MAC_JSON]), (text) => {
      const told = figuresOf(text);
      return parseAppleDisplays(text).every(
        ({ cores, memory_mib: mib }) =>
          (cores === null || told.has(cores)) &&
          (mib === null || told.has(mib) || told.has(mib / 1024)),
      );
    }),
    { numRuns: RUNS },
  );
});
