import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { nvidiaCardsOf } from "../src/detect/nvidia-cards.ts";
import { cudaVersionOf } from "../src/detect/nvidia-cuda.ts";
import { nvidiaFailureCode } from "../src/detect/nvidia-failure.ts";
import { parseNvidiaRows, usedMibOf } from "../src/detect/nvidia-smi.ts";
import { DEFAULT_CONFIGURATION } from "../src/domain/configuration.ts";
import { UNKNOWN_HOST } from "../src/domain/host.ts";
import { tierOf } from "../src/domain/tier.ts";
import { fixture } from "./support/fixture.ts";

const SEVEN = [
  "index",
  "uuid",
  "name",
  "memory.total",
  "memory.used",
  "memory.free",
  "utilization.gpu",
];

function seven(name: string) {
  return parseNvidiaRows(fixture("nvidia-smi", name), SEVEN);
}

function memoryOf(name: string) {
  return seven(name).rows.map((row) => [row.total_mib, row.used_mib, row.free_mib]);
}

function codesOf(name: string) {
  return seven(name).remarks.map((remark) => remark.code);
}

test.each([
  ["tier-rtx4060-laptop-8gb.derived.nounits.txt", 8188, "LOCAL_GPU_MID"],
  ["tier-rtx4090-24564.derived.nounits.txt", 24_564, "LOCAL_GPU_HIGH"],
  ["tier-t4-15360.derived.nounits.txt", 15_360, "LOCAL_GPU_HIGH"],
  ["tier-rtx3060-12gb.derived.nounits.txt", 12_288, "LOCAL_GPU_MID"],
  ["tier-gtx1660ti-5912.derived.nounits.txt", 5912, "LOCAL_GPU_LOW"],
  ["tier-gtx1050ti-4gb.derived.nounits.txt", 4040, "LOCAL_GPU_LOW"],
  ["tier-p400-2gb.derived.nounits.txt", 1998, "LOCAL_CPU_ONLY"],
  ["two-gpu-rtx3090.derived.csv.txt", 24_576, "LOCAL_GPU_HIGH"],
] as const)("parseNvidiaRows: %s has %i MiB and gives %s", (name, total, tier) => {
  const { rows, remarks } = seven(name);
  expect(rows[0]?.total_mib).toBe(total);
  expect(remarks).toEqual([]);
  const host = { ...UNKNOWN_HOST, gpus: nvidiaCardsOf(rows).gpus };
  expect(tierOf(host, DEFAULT_CONFIGURATION.tier)).toBe(tier);
});

test.each([
  ["rtx2080s-8gb-linux.idle.query-gpu.csv.txt", 8192, 214, 7571, 0],
  ["rtx2080s-8gb-linux-driver610.idle.query-gpu.csv.txt", 8192, 211, 7582, 0],
  ["rtx2080s-8gb-windows.load.query-gpu.csv.txt", 8192, 1296, 6692, 7],
  ["rtx4080s-16gb-linux.load.query-gpu.csv.txt", 16_376, 1474, 14_470, 7],
  ["l40s-linux.idle.query-gpu.csv.txt", 46_068, 0, 45_460, 100],
  ["h100-80gb-linux.load.query-gpu.csv.txt", 81_559, 19_818, 61_263, 100],
  ["h200-mig-linux.idle.query-gpu.csv.txt", 143_771, 55, 143_103, null],
] as const)(
  "parseNvidiaRows: reads the capture %s by its header, with units",
  (name, ...figures) => {
    const { rows, remarks } = parseNvidiaRows(fixture("nvidia-smi", name));
    expect(remarks).toEqual([]);
    expect(rows).toHaveLength(1);
    const [row] = rows;
    expect([row?.total_mib, row?.used_mib, row?.free_mib, row?.utilization_percent]).toEqual(
      figures,
    );
  },
);

test("parseNvidiaRows: reads every part of a row of the basic set", () => {
  const text = "1, GPU-ab-1, 00000000:0C:00.0, NVIDIA T4, 595.71.05, 15360, 300, 14900, 7, 41\n";
  expect(parseNvidiaRows(text).rows).toEqual([
    {
      index: 1,
      uuid: "GPU-ab-1",
      bus_id: "00000000:0C:00.0",
      name: "NVIDIA T4",
      driver: "595.71.05",
      total_mib: 15_360,
      used_mib: 300,
      free_mib: 14_900,
      utilization_percent: 7,
      temperature_celsius: 41,
      is_mig: false,
      memory_code: null,
    },
  ]);
});

test("parseNvidiaRows: partial queries with a header give what they have", () => {
  const gtx = parseNvidiaRows(fixture("nvidia-smi", "gtx1660super-6gb-linux.csv.txt")).rows[0];
  expect(gtx).toMatchObject({ name: "NVIDIA GeForce GTX 1660 SUPER", total_mib: 6144 });
  expect(gtx).toMatchObject({ index: null, used_mib: null, driver: "580.173.02" });
  const two = parseNvidiaRows(fixture("nvidia-smi", "two-gpu-rtx3090-linux.csv.txt")).rows;
  expect(two.map((row) => row.index)).toEqual([0, 1]);
});

test("parseNvidiaRows: MIG is told by the field and by a MIG uuid", () => {
  const name = "h200-mig-linux.idle.query-gpu.csv.txt";
  const { rows } = parseNvidiaRows(fixture("nvidia-smi", name));
  expect(rows[0]?.is_mig).toBe(true);
  expect(nvidiaCardsOf(rows).remarks).toEqual([{ code: "mig", detail: "NVIDIA H200" }]);
  const device = parseNvidiaRows("0, MIG-1, NVIDIA A100, 9984, 10, 9974, [N/A]\n", SEVEN);
  expect(device.rows[0]?.is_mig).toBe(true);
});

test.each([
  ["GB10", "NVIDIA GB10, [N/A], 580.126.09", true],
  ["Thor", "NVIDIA Thor, [N/A], 580.0", true],
  ["Jetson Orin", "Orin (nvgpu), [N/A], [N/A]", true],
  ["GB10 with a small wrong figure", "NVIDIA GB10, 8128, 580.126.09", true],
  ["an RTX card", "NVIDIA GeForce RTX 3060, [Not Supported], 580.126.09", false],
  ["an RTX card with memory", "NVIDIA GeForce RTX 4090, 24564 MiB, 595.91.07", false],
])("nvidiaCardsOf: %s is unified: see the name", (_, line, unified) => {
  const { rows } = parseNvidiaRows(line, ["name", "memory.total", "driver_version"]);
  const { gpus, remarks } = nvidiaCardsOf(rows);
  expect(gpus[0]).toMatchObject({ unified, vendor: "nvidia", is_integrated: false });
  if (unified) expect(gpus[0]?.vram_total_mib).toBeNull();
  expect(remarks.some((remark) => remark.code === "unified-memory")).toBe(unified);
});

test("nvidiaCardsOf: GB10 gets its tier from the pool, a card of unknown size gets none", () => {
  const tierOfLine = (line: string) => {
    const { rows } = parseNvidiaRows(line, ["name", "memory.total"]);
    const memory = { total_mib: 124_610, available_mib: 115_787, limited_by: "host" as const };
    const host = { ...UNKNOWN_HOST, memory, gpus: nvidiaCardsOf(rows).gpus };
    return tierOf(host, DEFAULT_CONFIGURATION.tier);
  };
  expect(tierOfLine("NVIDIA GB10, [N/A]")).toBe("LOCAL_GPU_HIGH");
  expect(tierOfLine("NVIDIA GeForce RTX 3060, [Not Supported]")).toBe("LOCAL_CPU_ONLY");
});

test.each([
  [
    "bad-not-supported-on-discrete.derived.nounits.txt",
    [[null, null, null]],
    ["memory-not-reported"],
  ],
  ["bad-insufficient-permissions.derived.nounits.txt", [[null, null, null]], ["permission"]],
  ["bad-all-unknown-error.derived.nounits.txt", [[null, null, null]], ["nvml-unknown"]],
  [
    "bad-lost-cells.derived.nounits.txt",
    [
      [24_576, 1024, 23_200],
      [null, null, null],
    ],
    ["gpu-lost"],
  ],
  ["bad-good-row-then-handle-error.derived.nounits.txt", [[24_576, 1024, 23_200]], ["gpu-lost"]],
  ["bad-partial-last-line.derived.nounits.txt", [[24_576, 1024, 23_200]], ["unparsable"]],
  ["bad-crlf.derived.nounits.txt", [[12_288, 900, 11_100]], []],
  ["bad-locale-comma.derived.nounits.txt", [[null, null, null]], ["unparsable"]],
  ["bad-warning-before-rows.derived.nounits.txt", [[12_288, 900, 11_100]], ["version-mismatch"]],
  ["bad-used-greater-than-total.derived.nounits.txt", [[12_288, null, null]], ["unparsable"]],
  ["bad-zero-total.derived.nounits.txt", [[null, null, null]], ["memory-not-reported"]],
  ["bad-negative.derived.nounits.txt", [[12_288, null, null]], ["unparsable"]],
  ["bad-nan-inf.derived.nounits.txt", [[null, null, null]], ["unparsable"]],
  ["bad-utilization-over-100.derived.nounits.txt", [[12_288, 900, 11_100]], []],
  ["bad-html.derived.txt", [], ["unparsable"]],
  ["bad-binary.derived.bin", [], ["unparsable"]],
  ["bad-empty.derived.txt", [], []],
] as const)("parseNvidiaRows: %s costs a value, never the rest", (name, memory, codes) => {
  expect(memoryOf(name)).toEqual(memory);
  expect(codesOf(name)).toEqual(codes);
});

test("parseNvidiaRows: utilization over 100 is unknown", () => {
  const { rows } = seven("bad-utilization-over-100.derived.nounits.txt");
  expect(rows[0]?.utilization_percent).toBeNull();
});

test.each([
  ["8192, 8192, 0", [8192, 8192, 0]],
  ["8192, 8193, 0", [8192, null, null]],
  ["8192, 0, 8192", [8192, 0, 8192]],
  ["8192, 0, 8193", [8192, null, null]],
  ["8192, [N/A], 100", [8192, null, 100]],
  ["16777216, 1, 1", [16_777_216, 1, 1]],
  ["16777217, 1, 1", [null, 1, 1]],
  ["8192.5, 1, 1", [null, 1, 1]],
])("parseNvidiaRows: memory %s is read as %o", (cells, memory) => {
  const [row] = parseNvidiaRows(`0, GPU-1, A, ${cells}, 3`, SEVEN).rows;
  expect([row?.total_mib, row?.used_mib, row?.free_mib]).toEqual(memory);
});

test.each([
  ["a byte order mark", "\uFEFF0, GPU-1, A, 8192, 1, 8191, 3\n"],
  ["colours", "\u001b[32m0, GPU-1, A, 8192, 1, 8191, 3\u001b[0m\n"],
  ["carriage returns alone", "0, GPU-1, A, 8192, 1, 8191, 3\r"],
  ["no end of line", "0, GPU-1, A, 8192, 1, 8191, 3"],
])("parseNvidiaRows: bears %s", (_, text) => {
  const { rows, remarks } = parseNvidiaRows(text, SEVEN);
  expect(rows[0]).toMatchObject({ index: 0, name: "A", total_mib: 8192, free_mib: 8191 });
  expect(remarks).toEqual([]);
});

test.each([
  ["an index that is a word", "zero, GPU-1, A, 8192, 1, 8191, 3"],
  ["an index that is too large", "1024, GPU-1, A, 8192, 1, 8191, 3"],
  ["a uuid that is none", "0, hello, A, 8192, 1, 8191, 3"],
  ["nothing but status cells", "[N/A], [N/A], [N/A], [N/A], [N/A], [N/A], [N/A]"],
  ["a cell too many", "0, GPU-1, A, 8192, 1, 8191, 3, 4"],
])("parseNvidiaRows: a line with %s is no row", (_, line) => {
  expect(parseNvidiaRows(line, SEVEN).rows).toEqual([]);
});

test("parseNvidiaRows: reads at most 64 rows", () => {
  const text = "0, GPU-1, A, 8192, 1, 8191, 3\n".repeat(1000);
  expect(parseNvidiaRows(text, SEVEN).rows).toHaveLength(64);
});

test("nvidiaCardsOf: cards are keyed by uuid, so a swapped index or a loop adds none", () => {
  const uuids = (name: string) => nvidiaCardsOf(seven(name).rows).gpus.map((gpu) => gpu.uuid);
  const [a, b] = ["a", "b"].map((end) => `GPU-00000000-0000-0000-0000-00000000000${end}`);
  expect(uuids("two-gpu-reordered.derived.nounits.txt")).toEqual([b, a]);
  expect(uuids("two-gpu-one-left.derived.nounits.txt")).toEqual([b]);
  expect(uuids("loop-two-gpu.derived.nounits.txt")).toEqual([a, b]);
});

test.each([
  [{ total_mib: 8192, used_mib: 214, free_mib: 7571 }, 621],
  [{ total_mib: 8192, used_mib: 214, free_mib: null }, 214],
  [{ total_mib: null, used_mib: 214, free_mib: 7571 }, 214],
  [{ total_mib: 8192, used_mib: null, free_mib: 8192 }, 0],
  [{ total_mib: 8192, used_mib: null, free_mib: null }, null],
])("usedMibOf: %o uses %s MiB", (memory, used) => {
  const [row] = parseNvidiaRows("A, 1", ["name", "memory.total"]).rows;
  if (row === undefined) throw new Error("one row expected");
  expect(usedMibOf({ ...row, ...memory })).toBe(used);
});

/** Every number of the rows must stand in the text as it is. */
function expectOnlyNumbersOf(text: string, fields?: readonly string[]): void {
  const { rows } = parseNvidiaRows(text, fields);
  const digits = new Set((text.match(/\d+/g) ?? []).map(Number));
  for (const row of rows) {
    for (const value of Object.values(row)) {
      if (typeof value !== "number") continue;
      expect(Number.isFinite(value) && value >= 0).toBe(true);
      expect(digits.has(value)).toBe(true);
    }
    const { total_mib, used_mib, free_mib } = row;
    if (total_mib !== null) expect(used_mib ?? 0).toBeLessThanOrEqual(total_mib);
    if (total_mib !== null) expect(free_mib ?? 0).toBeLessThanOrEqual(total_mib);
    expect(row.utilization_percent ?? 0).toBeLessThanOrEqual(100);
  }
  expect(nvidiaFailureCode({ exit_code: null, text })).toBeTypeOf("string");
  expect(cudaVersionOf(text)).toSatisfy((found) => found === null || text.includes(found));
}

test("parseNvidiaRows: every fixture, cut at any place, gives only numbers of its text", () => {
  const folder = new URL("./fixtures/nvidia-smi/", import.meta.url);
  for (const name of readdirSync(folder)) {
    const text = readFileSync(new URL(name, folder), "utf8");
    const step = Math.max(1, Math.floor(text.length / 12));
    for (let end = 0; end <= text.length; end += step) {
      expectOnlyNumbersOf(text.slice(0, end));
      expectOnlyNumbersOf(text.slice(0, end), SEVEN);
    }
  }
});

test("parseNvidiaRows: never throws and never invents a number, whatever the text", () => {
  const cell = fc.oneof(
    fc.string({ unit: "binary", maxLength: 12 }),
    fc.integer().map(String),
    fc.double().map(String),
    fc.constantFrom("[N/A]", "[GPU is lost]", "GPU-1", "8192 MiB", "1e400", "", "NaN", "0x10"),
  );
  const line = fc.array(cell, { minLength: 5, maxLength: 11 }).map((cells) => cells.join(", "));
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(line, { maxLength: 5 }).map((lines) => lines.join("\n")),
  );
  fc.assert(fc.property(text, (some) => expectOnlyNumbersOf(some, SEVEN)));
});
