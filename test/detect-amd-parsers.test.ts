import fc from "fast-check";
import { expect, test } from "vitest";
import { parseRocmSmi } from "../src/detect/amd-rocm-smi.ts";
import { type AmdRow, joinAmdRows, parseAmdSmi } from "../src/detect/amd-smi.ts";
import { fixture } from "./support/fixture.ts";
import { mutatedText, numbersIn } from "./support/mutated-text.ts";

const METRIC = fixture("gpu-other", "amd-smi.metric.mi300x.json");
const PERCENT = fixture("gpu-other", "rocm-smi.showmemuse.rx6800-two.json");
const LINES = fixture("gpu-other", "rocm-smi.rx7900xtx.text.txt");
const STATIC = JSON.stringify({
  gpu_data: [
    {
      gpu: 0,
      asic: { market_name: "AMD Instinct MI300X" },
      bus: { bdf: "0000:83:00.0" },
      vram: { type: "HBM3", size: { value: 196592, unit: "MB" } },
      driver: { name: "amdgpu", version: "6.19.14" },
    },
    { gpu: 1, asic: "N/A", bus: "N/A", vram: { size: "N/A" }, driver: { version: "N/A" } },
  ],
});
const ROCM_JSON =
  '{"card0": {"VRAM Total Memory (B)": "17163091968", "VRAM Total Used Memory (B)": "10485760",' +
  ' "Card series": "Radeon RX 7800 XT"}, "system": {"Driver version": "6.7.0"}}';
const SEED = 20261;
const RUNS = 10_000;

test("amd-smi: two cards with sizes and use in MiB", () => {
  const rows = parseAmdSmi(METRIC);
  expect(rows.map(({ index, figures }) => [index, figures])).toEqual([
    [0, { total_mib: 196_592, used_mib: 17_153, code: null }],
    [1, { total_mib: 196_592, used_mib: 284, code: null }],
  ]);
});

test("amd-smi: the bare list of older versions is understood, with warnings before it", () => {
  const { gpu_data } = JSON.parse(METRIC) as { gpu_data: unknown };
  const bare = `WARNING: user is missing the group render\n${JSON.stringify(gpu_data, null, 2)}`;
  expect(parseAmdSmi(bare)).toEqual(parseAmdSmi(METRIC));
});

test("amd-smi: figures, names and addresses of two outputs are one card", () => {
  const rows = joinAmdRows(parseAmdSmi(METRIC), parseAmdSmi(STATIC));
  expect(rows[0]).toEqual({
    index: 0,
    figures: { total_mib: 196_592, used_mib: 17_153, code: null },
    bus_id: "0000:83:00.0",
    name: "AMD Instinct MI300X",
    driver: "6.19.14",
  });
  expect(rows[1]).toMatchObject({ bus_id: null, name: null, driver: null });
  const sizeElsewhere = METRIC.replace(/"total_vram": \{[^}]*\}/, '"total_vram": "N/A"');
  expect(joinAmdRows(parseAmdSmi(sizeElsewhere), parseAmdSmi(STATIC))[0]?.figures).toEqual(
    rows[0]?.figures,
  );
});

test.each([
  ['{"value": "N/A", "unit": "MB"}', "memory-not-reported"],
  ['"N/A"', "memory-not-reported"],
  ['{"value": 196592, "unit": "bananas"}', "memory-not-reported"],
  ['{"value": 196592, "unit": "constructor"}', "memory-not-reported"],
  ['{"value": 1.9e5, "unit": "MB"}', "memory-not-reported"],
  ['{"value": 0, "unit": "MB"}', "memory-not-reported"],
  ['{"value": -5, "unit": "MB"}', "impossible"],
  ['{"value": 18446744073709551615, "unit": "B"}', "impossible"],
] as const)("amd-smi: a total of %s is unknown: %s", (total, code) => {
  const text = `[{"gpu": 0, "mem_usage": {"total_vram": ${total}, "used_vram": "N/A"}}]`;
  expect(parseAmdSmi(text)[0]?.figures).toEqual({ total_mib: null, used_mib: null, code });
});

test("rocm-smi: the lines of one card", () => {
  expect(parseRocmSmi(LINES)).toEqual([
    {
      index: 0,
      figures: { total_mib: 24_576, used_mib: 1, code: null },
      bus_id: null,
      name: "AMD Radeon RX 7900 XTX",
      driver: null,
    },
  ]);
  expect(parseRocmSmi(LINES.replaceAll("\n", "\r\n"))).toEqual(parseRocmSmi(LINES));
});

test("rocm-smi: values in JSON are texts, key names vary in case", () => {
  expect(parseRocmSmi(ROCM_JSON)).toMatchObject([
    { index: 0, name: "Radeon RX 7800 XT", figures: { total_mib: 16_368, used_mib: 10 } },
  ]);
});

test("rocm-smi: percentages alone tell no size", () => {
  const unknown = { total_mib: null, used_mib: null, code: "memory-not-reported" };
  expect(parseRocmSmi(PERCENT).map(({ figures }) => figures)).toEqual([unknown, unknown]);
});

test.each(["", "ERROR: no GPU", "<html></html>", "[]", "{}", "null", '{"card0": 5}', "\0\0"])(
  "amd: %j is no card",
  (text) => {
    expect(parseAmdSmi(text)).toEqual([]);
    expect(parseRocmSmi(text)).toEqual([]);
  },
);

/** Whether each figure can be and stands in the text, in one of the units that the programs print. */
function isHonest(text: string, rows: readonly AmdRow[]): boolean {
  const numbers = [...numbersIn(text)];
  const stands = (mib: number | null): boolean =>
    mib === null ||
    numbers.some((number) =>
      [number, number / 1024n, number / 1024n ** 2n, number * 1024n].includes(BigInt(mib)),
    );
  return rows.every(({ index, figures: { total_mib, used_mib, code } }) => {
    const isTotal = total_mib === null || (total_mib > 0 && total_mib <= 16 * 1024 ** 2);
    const isUsed = used_mib === null || (used_mib >= 0 && used_mib <= (total_mib ?? used_mib));
    const isCoded = (code === null) === (total_mib !== null && used_mib !== null);
    const isThere = numbers.includes(BigInt(index)) && stands(total_mib) && stands(used_mib);
    return isTotal && isUsed && isCoded && isThere;
  });
}

test("amd-smi: damaged outputs never throw and never tell a number that is not there", () => {
  fc.assert(
    fc.property(mutatedText([METRIC, STATIC]), (text) => isHonest(text, parseAmdSmi(text))),
    { seed: SEED, numRuns: RUNS },
  );
});

test("rocm-smi: damaged outputs never throw and never tell a number that is not there", () => {
  fc.assert(
    fc.property(mutatedText([LINES, PERCENT, ROCM_JSON]), (text) =>
      isHonest(text, parseRocmSmi(text)),
    ),
    { seed: SEED, numRuns: RUNS },
  );
});
