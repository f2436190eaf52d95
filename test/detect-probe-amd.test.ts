import { expect, test } from "vitest";
import { askAmdPrograms } from "../src/detect/amd-programs.ts";
import { type HostView, ioOf } from "../src/detect/host-io.ts";
import { probeAmd } from "../src/detect/probe-amd.ts";
import { amdFiles } from "./support/drm-files.ts";
import { type FakeReply, fakeProgram } from "./support/fake-program.ts";
import { fixture } from "./support/fixture.ts";
import { fakeRoot } from "./support/temporary-folder.ts";

const AT = 1_700_000_000_000;
const now = () => AT;
const METRIC = fixture("gpu-other", "amd-smi.metric.mi300x.json");

function probe(files: Readonly<Record<string, string>>, env: HostView["env"] = {}) {
  return probeAmd({ view: { root: fakeRoot(files), env, platform: "linux" }, now });
}

test("probeAmd: a card from the files of its driver", async () => {
  const files = amdFiles("0", { files: { product_name: "AMD Radeon RX 7800 XT\n" } });
  const unique = { "sys/class/drm/card1/device/unique_id": "00a1b2c3d4e5f607\n" };
  const version = { "sys/module/amdgpu/version": "6.12.12\n" };
  expect(await probe({ ...files, ...unique, ...version })).toEqual({
    finding: {
      gpus: [
        {
          vendor: "amd",
          name: "AMD Radeon RX 7800 XT",
          uuid: "GPU-00a1b2c3d4e5f607",
          vram_total_mib: 16_368,
          driver: "6.12.12",
          cuda: null,
          unified: false,
          is_integrated: false,
          bus_id: "0000:03:00.0",
        },
      ],
    },
    notes: [],
    origins: [
      {
        fact: "gpus.GPU-00a1b2c3d4e5f607.vram_total_mib",
        source: "amd-sysfs",
        at: AT,
        certainty: "measured",
        reason: null,
      },
    ],
  });
});

test("probeAmd: a card without a name is called by its id, without a unique id by its address", async () => {
  const { finding, origins } = await probe(amdFiles("0", { files: { unique_id: "0\n" } }));
  expect(finding.gpus[0]).toMatchObject({ name: "AMD GPU 0x747e", uuid: null, driver: null });
  expect(origins?.[0]?.fact).toBe("gpus.0000:03:00.0.vram_total_mib");
});

const GIB = 2 ** 30;
test.each([
  ["512 MiB of 32 GiB mapped", GIB / 2, 32 * GIB, {}, true],
  ["exactly 4 GiB of 16", 4 * GIB, 16 * GIB, {}, true],
  ["just above 4 GiB", 4 * GIB + 2 ** 20, 32 * GIB, {}, false],
  ["mapped below 8 GiB", GIB, 8 * GIB - 2 ** 20, {}, false],
  ["exactly 8 GiB mapped", GIB, 8 * GIB, {}, true],
  ["mapped below four times", 4 * GIB, 16 * GIB - 2 ** 20, {}, false],
  ["a Strix Halo with 96 GiB reserved at boot", 96 * GIB, 16 * GIB, {}, false],
  ["a maker of memory", GIB / 2, 32 * GIB, { mem_info_vram_vendor: "samsung\n" }, false],
  ["board information", GIB / 2, 32 * GIB, { board_info: "type : cem\n" }, false],
] as const)("probeAmd: %s: a part of the processor or not", async (_what, vram, gtt, more, is) => {
  const files = amdFiles("0", { files: { mem_info_vram_total: `${vram}\n` } });
  const device = "sys/class/drm/card1/device";
  const { [`${device}/mem_info_vram_vendor`]: _maker, ...bare } = files;
  const added = Object.entries({ mem_info_gtt_total: `${gtt}\n`, ...more });
  const beside = Object.fromEntries(added.map(([name, text]) => [`${device}/${name}`, text]));
  const { finding, notes } = await probe({ ...bare, ...beside });
  expect(finding.gpus[0]).toMatchObject({
    is_integrated: is,
    unified: is,
    vram_total_mib: vram / 2 ** 20,
  });
  expect(notes.map(({ code }) => code)).toEqual(is ? ["unified-memory"] : []);
});

test("probeAmd: two cards in the order of their numbers, the 10th after the 2nd", async () => {
  const { finding } = await probe({
    ...amdFiles("0", { position: 10, bus_id: "0000:0A:00.0" }),
    ...amdFiles("0", { position: 2, bus_id: "0000:03:00.0" }),
  });
  expect(finding.gpus.map(({ bus_id }) => bus_id)).toEqual(["0000:03:00.0", "0000:0a:00.0"]);
});

test("probeAmd: a sleeping card is not asked for its use, and has its size", async () => {
  const asked: string[] = [];
  const root = fakeRoot(amdFiles("0", { files: { "power/runtime_status": "suspended\n" } }));
  const real: HostView = { root, env: {}, platform: "linux" };
  const io = ioOf(real);
  const readText = (path: string) => {
    asked.push(path);
    return io.readText(path);
  };
  const { finding, notes } = await probeAmd({ view: { ...real, io: { ...io, readText } } });
  expect(finding.gpus[0]?.vram_total_mib).toBe(16_368);
  expect(notes).toMatchObject([{ probe: "amd", code: "asleep" }]);
  expect(asked.filter((path) => /vram_used|busy/.test(path))).toEqual([]);
});

test.each([
  ["", "memory-not-reported"],
  ["0\n", "memory-not-reported"],
  ["-1\n", "impossible"],
  ["18446744073709551616\n", "impossible"],
  ["17592186044417\n", "impossible"],
  ["N/A\n", "memory-not-reported"],
  ["\0\u0001\uFFFD", "memory-not-reported"],
  ["17163091968 B\n", "memory-not-reported"],
] as const)("probeAmd: a size of %j is unknown: %s", async (text, code) => {
  const files = amdFiles("0", { files: { mem_info_vram_total: text } });
  const { finding, notes, origins } = await probe(files);
  expect(finding.gpus[0]).toMatchObject({ vram_total_mib: null, is_integrated: false });
  expect(notes.map((note) => note.code)).toEqual(["not-installed", code]);
  expect(origins).toMatchObject([{ certainty: "unknown", reason: code }]);
});

test("probeAmd: CRLF in the files changes nothing", async () => {
  const files = Object.entries(amdFiles("0")).map(([path, text]) => [
    path,
    text.replaceAll("\n", "\r\n"),
  ]);
  const { finding } = await probe(Object.fromEntries(files));
  expect(finding.gpus[0]).toMatchObject({ vram_total_mib: 16_368, bus_id: "0000:03:00.0" });
});

test("probeAmd: no card and no program is an empty list without a note", async () => {
  expect(await probe({})).toEqual({ finding: { gpus: [] }, notes: [], origins: [] });
  const windows: HostView = { root: fakeRoot(amdFiles("0")), env: {}, platform: "win32" };
  expect((await probeAmd({ view: windows })).finding.gpus).toEqual([]);
});

test("probeAmd: other makers' cards and connectors are none", async () => {
  const { finding } = await probe(amdFiles("0", { vendor: "0x10de" }));
  expect(finding.gpus).toEqual([]);
});

const STATIC = JSON.stringify([
  { gpu: 0, asic: { market_name: "AMD Instinct MI300X" }, bus: { bdf: "0000:83:00.0" } },
  { gpu: 1, asic: { market_name: "AMD Instinct MI300X" }, bus: { bdf: "0000:84:00.0" } },
]);
const AMD_SMI: readonly FakeReply[] = [
  { when: "metric --json", text: METRIC },
  { when: "static --json", text: STATIC },
];

test("probeAmd: without /sys amd-smi tells the cards", async () => {
  const program = fakeProgram("amd-smi", AMD_SMI);
  const { finding, notes, origins } = await probe({}, program.env);
  expect(finding.gpus).toMatchObject([
    { name: "AMD Instinct MI300X", vram_total_mib: 196_592, bus_id: "0000:83:00.0" },
    { name: "AMD Instinct MI300X", vram_total_mib: 196_592, bus_id: "0000:84:00.0" },
  ]);
  expect(notes).toEqual([]);
  expect(origins?.map(({ fact, source }) => [fact, source])).toEqual([
    ["gpus.0000:83:00.0.vram_total_mib", "amd-smi"],
    ["gpus.0000:84:00.0.vram_total_mib", "amd-smi"],
  ]);
  expect([...program.calls()].sort()).toEqual(["metric --json", "static --json"]);
});

test("probeAmd: where the files have the figures no program is started", async () => {
  const program = fakeProgram("amd-smi", AMD_SMI);
  await probe(amdFiles("0"), program.env);
  expect(program.calls()).toEqual([]);
});

test("probeAmd: a card of the files that the program does not know stays, unknown", async () => {
  const program = fakeProgram("amd-smi", AMD_SMI);
  const none = { files: { mem_info_vram_total: "" } };
  const known = await probe(amdFiles("0", { ...none, bus_id: "0000:83:00.0" }), program.env);
  expect(known.finding.gpus.map(({ bus_id }) => bus_id)).toEqual(["0000:83:00.0", "0000:84:00.0"]);
  const other = await probe(amdFiles("0", none), program.env);
  expect(other.finding.gpus.map(({ vram_total_mib }) => vram_total_mib)).toEqual([
    196_592,
    196_592,
    null,
  ]);
});

test("probeAmd: a broken amd-smi is followed by rocm-smi, in lines where it knows no JSON", async () => {
  const broken = fakeProgram("amd-smi", [{ when: "*", text: "Traceback", exit_code: 1 }]);
  const lines = fixture("gpu-other", "rocm-smi.rx7900xtx.text.txt");
  const old: readonly FakeReply[] = [
    { when: "*--json", text: "usage: rocm-smi", exit_code: 2 },
    { when: "--showproductname --showmeminfo vram", text: lines },
  ];
  fakeProgram("rocm-smi", old, broken.folder);
  const { finding, origins } = await probe({}, broken.env);
  expect(finding.gpus).toMatchObject([
    { name: "AMD Radeon RX 7900 XTX", vram_total_mib: 24_576, bus_id: null },
  ]);
  expect(origins).toMatchObject([{ fact: "gpus.amd-0.vram_total_mib", source: "rocm-smi" }]);
});

test("probeAmd: percentages alone are cards of unknown size", async () => {
  const text = fixture("gpu-other", "rocm-smi.showmemuse.rx6800-two.json");
  const { finding, notes } = await probe({}, fakeProgram("rocm-smi", [{ when: "*", text }]).env);
  expect(finding.gpus.map(({ vram_total_mib }) => vram_total_mib)).toEqual([null, null]);
  expect(notes.map(({ code }) => code)).toEqual(["memory-not-reported", "memory-not-reported"]);
});

test("probeAmd: a program that says nothing useful is noted", async () => {
  const { finding, notes } = await probe(
    {},
    fakeProgram("rocm-smi", [{ when: "*", text: "<html>", exit_code: 1 }]).env,
  );
  expect(finding.gpus).toEqual([]);
  expect(notes).toEqual([{ probe: "amd", code: "unparsable", detail: null }]);
});

test("probeAmd: an abort ends a program that hangs, and half an output is not read", async () => {
  const half = "GPU[0] : VRAM Total Memory (B): 2576980";
  const program = fakeProgram("rocm-smi", [{ when: "*", text: half, mode: "hang" }]);
  const controller = new AbortController();
  const view: HostView = { root: fakeRoot(), env: program.env, platform: "linux" };
  const probing = probeAmd({ view, signal: controller.signal });
  await expect.poll(() => program.calls().length).toBe(1);
  controller.abort();
  const { finding, notes } = await probing;
  expect(finding.gpus).toEqual([]);
  expect(notes).toMatchObject([{ code: "timeout" }]);
});

test.each([
  ["rocm-smi", "GPU[0] : VRAM Total Memory (B): 2576980"],
  ["amd-smi", METRIC],
] as const)("askAmdPrograms: what %s has said before it hangs is not read", async (name, text) => {
  const program = fakeProgram(name, [{ when: "*", text, mode: "hang" }]);
  const view: HostView = { root: fakeRoot(), env: program.env, platform: "linux" };
  const answer = await askAmdPrograms({ view, limit_ms: 300, runnerOf: () => ioOf(view) });
  expect(answer).toEqual({ source: null, rows: [], code: "timeout" });
});
