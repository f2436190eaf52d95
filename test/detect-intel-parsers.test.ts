import fc from "fast-check";
import { expect, test } from "vitest";
import {
  parseXpuDiscovery,
  parseXpuTable,
  parseXpuUsed,
  type XpuRow,
} from "../src/detect/intel-xpu-smi.ts";
import { fixture } from "./support/fixture.ts";
import { mutatedText, numbersIn } from "./support/mutated-text.ts";

const DISCOVERY = fixture("gpu-other", "xpu-smi.discovery.arc-pro.json");
const TABLE = fixture("gpu-other", "xpu-smi.v2-table.arc-a770.txt");
const STATS = `{
  "device_id": 0,
  "device_level": [
    { "metrics_type": "XPUM_STATS_POWER", "value": 45.5 },
    { "metrics_type": "XPUM_STATS_MEMORY_USED", "value": 3642.75 }
  ]
}`;
const TILES = `{
  "device_level": [],
  "tile_level": [
    { "tile_id": 0, "data_list": [{ "metrics_type": "XPUM_STATS_MEMORY_USED", "value": 300 }] },
    { "tile_id": 1, "data_list": [{ "metrics_type": "XPUM_STATS_MEMORY_USED", "value": 45.9 }] }
  ]
}`;
const SEED = 20262;
const RUNS = 10_000;

test("xpu-smi discovery: sizes are texts of bytes, the device file names the card", () => {
  expect(parseXpuDiscovery(DISCOVERY)).toEqual([
    {
      index: 0,
      name: "Intel(R) Graphics [0xe211]",
      bus_id: null,
      position: 0,
      driver: "7B7A46009E666C4D10E1134",
      figures: { total_mib: 24_480, used_mib: null, code: "memory-not-reported" },
    },
  ]);
});

test.each([
  '""',
  '"N/A"',
  "null",
  '"0"',
  '"24480 MiB"',
  "2.5e10",
  '"-5"',
  '"18446744073709551615"',
])("xpu-smi discovery: a size of %s is unknown", (size) => {
  const text = DISCOVERY.replace('"25669140480"', size);
  const [row] = parseXpuDiscovery(text);
  expect(row?.figures.total_mib).toBeNull();
  expect(row?.index).toBe(0);
});

test("xpu-smi stats: of the card, else of its tiles together; the whole part counts", () => {
  expect(parseXpuUsed(STATS)).toEqual({ mib: 3642, code: null });
  expect(parseXpuUsed(TILES)).toEqual({ mib: 345, code: null });
  const twice = TILES.replace('"tile_id": 1', '"tile_id": 0');
  expect(parseXpuUsed(twice)).toEqual({ mib: 300, code: null });
});

test.each([
  [STATS.replace("3642.75", "-1"), "impossible"],
  [STATS.replace("3642.75", "99999999999999999999"), "impossible"],
  [STATS.replace("3642.75", '"N/A"'), "memory-not-reported"],
  [STATS.replace("3642.75", "1e3"), "memory-not-reported"],
  [TILES.replace("45.9", "null"), "memory-not-reported"],
  ['{"device_level": []}', "memory-not-reported"],
  ["", "memory-not-reported"],
])("xpu-smi stats: %j is unknown: %s", (text, code) => {
  expect(parseXpuUsed(text)).toEqual({ mib: null, code });
});

test("xpu-smi table: name over two lines, address, use and size", () => {
  const row = {
    index: 0,
    name: "Intel(R) Arc(TM) A770 Graphics",
    bus_id: "0000:03:00.0",
    position: null,
    driver: null,
    figures: { total_mib: 16_288, used_mib: 3642, code: null },
  };
  expect(parseXpuTable(TABLE)).toEqual([row]);
  expect(parseXpuTable(TABLE.replaceAll("\n", "\r\n"))).toEqual([row]);
});

test("xpu-smi table: two cards, and a use above the size is dropped", () => {
  const [, , , , , ...rows] = TABLE.trimEnd().split("\n");
  const second = rows.join("\n").replace("|   0  ", "|   1  ").replace("0000:03", "0000:04");
  const two = parseXpuTable(`${TABLE}${second.replace("3642MiB", "16289MiB")}\n`);
  expect(two.map(({ index, bus_id, figures }) => [index, bus_id, figures.used_mib])).toEqual([
    [0, "0000:03:00.0", 3642],
    [1, "0000:04:00.0", null],
  ]);
  expect(two[1]?.figures.code).toBe("impossible");
});

test("xpu-smi table: memory without a card before it belongs to none", () => {
  const lines = TABLE.split("\n");
  expect(parseXpuTable(lines.filter((line) => !line.includes("0000:03")).join("\n"))).toEqual([]);
  const memory = lines.findIndex((line) => line.includes("16288MiB"));
  const dashes = lines.toSpliced(memory, 0, lines[0] ?? "");
  expect(parseXpuTable(dashes.join("\n"))).toEqual([]);
});

test.each(["", "Error: no device", "[]", "{}", "null", '{"device_list": 5}', "\0|\0"])(
  "xpu-smi: %j is no card",
  (text) => {
    expect(parseXpuDiscovery(text)).toEqual([]);
    expect(parseXpuTable(text)).toEqual([]);
    expect(parseXpuUsed(text).mib).toBeNull();
  },
);

/** Whether each figure can be and stands in the text, as MiB or as bytes. */
function isHonest(text: string, rows: readonly XpuRow[]): boolean {
  const numbers = [...numbersIn(text)];
  const stands = (mib: number | null): boolean =>
    mib === null || numbers.some((number) => [number, number / 1024n ** 2n].includes(BigInt(mib)));
  return rows.every(({ index, position, figures: { total_mib, used_mib } }) => {
    const isTotal = total_mib === null || (total_mib > 0 && total_mib <= 16 * 1024 ** 2);
    const isUsed = used_mib === null || (used_mib >= 0 && used_mib <= (total_mib ?? used_mib));
    const isNamed = [index, position ?? index].every((one) => numbers.includes(BigInt(one)));
    return isTotal && isUsed && isNamed && stands(total_mib) && stands(used_mib);
  });
}

test("xpu-smi discovery: damaged outputs never throw and never tell a number that is not there", () => {
  fc.assert(
    fc.property(mutatedText([DISCOVERY]), (text) => isHonest(text, parseXpuDiscovery(text))),
    { seed: SEED, numRuns: RUNS },
  );
});

test("xpu-smi table: damaged outputs never throw and never tell a number that is not there", () => {
  fc.assert(
    fc.property(mutatedText([TABLE]), (text) => isHonest(text, parseXpuTable(text))),
    { seed: SEED, numRuns: RUNS },
  );
});

test("xpu-smi stats: damaged outputs never throw and never tell a number that is not there", () => {
  const isHonestUse = (text: string): boolean => {
    const { mib, code } = parseXpuUsed(text);
    if (mib === null) return code !== null;
    const numbers = [...numbersIn(text), 0n];
    const isSum = numbers.some((one) =>
      numbers.some((other) => numbers.includes(BigInt(mib) - one - other)),
    );
    return isSum && mib <= 16 * 1024 ** 2 && code === null;
  };
  fc.assert(fc.property(mutatedText([STATS, TILES]), isHonestUse), { seed: SEED, numRuns: RUNS });
});
