import fc from "fast-check";
import { expect, test } from "vitest";
import { programLinesOf } from "../src/detect/program-lines.ts";
import { directxAdaptersOf, luidOf, matchAdapters } from "../src/detect/windows-adapters.ts";
import {
  gpuOfWindowsCard,
  parseVideoControllers,
  windowsCardsOf,
} from "../src/detect/windows-cards.ts";
import {
  isSharedMemoryTrap,
  parseCounterHeader,
  parseCounterRow,
} from "../src/detect/windows-counters.ts";
import { parseRegistryQuery, registryNumberOf } from "../src/detect/windows-registry.ts";
import { fixture } from "./support/fixture.ts";
import { figuresOf, mutatedLines } from "./support/mutated-lines.ts";
import {
  COUNTER_NAMES,
  counterHeader,
  counterRow,
  directxAnswer,
  registryAnswers,
} from "./support/windows-outputs.ts";

const RUNS = 10_000;
const COUNTERS = fixture("gpu-other", "windows.typeperf-gpu-adapter-memory.csv.txt");
const ADAPTER_RAM = fixture("gpu-other", "windows.win32-videocontroller-AdapterRAM.txt");
const SIZES = fixture("gpu-other", "windows.registry-qwMemorySize.txt");
const ONE = "luid_0x00000000_0x00015A34_phys_0";
const OTHER = "luid_0x00000000_0x0001a051_phys_0";
const ANSWERS = registryAnswers([
  {
    name: "NVIDIA GeForce RTX 4070",
    device: "PCI\\VEN_10DE&DEV_2786",
    size: "REG_QWORD    0x2ff000000",
  },
  {
    name: "AMD Radeon 780M Graphics",
    device: "pci\\ven_1002&dev_15bf&x",
    size: "REG_QWORD    0x80000000",
  },
]);
const DIRECTX = directxAnswer([
  { name: "NVIDIA GeForce RTX 4070", luid: "0x15a34", ids: ["0x10de", "0x2786"] },
  { name: "AMD Radeon 780M Graphics", luid: "0x10001a051" },
]);

/** The last row of the text under its header. */
function usesOf(text: string) {
  const lines = programLinesOf(text);
  const header = lines.map(parseCounterHeader).find((one) => one !== null) ?? null;
  if (header === null) return null;
  return lines.map((line) => parseCounterRow(line, header)).findLast((one) => one !== null) ?? null;
}

test.each([
  ["REG_QWORD", "0x600000000", 25_769_803_776n],
  ["REG_QWORD", "0xFFFFFFFFFFFFFFFF", 18_446_744_073_709_551_615n],
  ["REG_QWORD", "0x1FFFFFFFFFFFFFFFF", null],
  ["REG_QWORD", "600000000", null],
  ["REG_DWORD", "0x80000000", 2_147_483_648n],
  ["REG_DWORD", "0x600000000", null],
  ["REG_BINARY", "0000004000000000", 1_073_741_824n],
  ["REG_BINARY", "00000080", 2_147_483_648n],
  ["REG_BINARY", "000000", null],
  ["REG_SZ", "0x600000000", null],
  ["REG_QWORD", "", null],
])("registryNumberOf: %s %s", (type, data, number) => {
  expect(registryNumberOf({ key: "", name: "", type, data })).toBe(number);
});

test("parseRegistryQuery: keys and values, whatever the frame says", () => {
  const text = registryAnswers([{ name: "Ä B  C" }], "Fin de la recherche : 1 correspondance(s).");
  expect(parseRegistryQuery(text.DriverDesc)).toMatchObject([
    { name: "DriverDesc", type: "REG_SZ", data: "Ä B  C" },
  ]);
  expect(parseRegistryQuery("    DriverDesc    REG_SZ    without a key\n")).toEqual([]);
  expect(parseRegistryQuery("ERROR: Access is denied.\r\n")).toEqual([]);
});

test("windowsCardsOf: name, makers' numbers and size by the key, alike cards stay two", () => {
  const card = {
    name: "NVIDIA GeForce RTX 4090",
    device: "PCI\\VEN_10DE&DEV_2684&SUBSYS_1",
    size: "REG_QWORD    0x5ff400000",
  };
  const answers = registryAnswers([card, card]);
  const cards = windowsCardsOf(Object.values(answers).flatMap(parseRegistryQuery));
  const expected = {
    name: "NVIDIA GeForce RTX 4090",
    vendor: "nvidia",
    vendor_id: 0x10de,
    device_id: 0x2684,
    memory_mib: 24_564,
  };
  expect(cards).toEqual([expected, expected]);
});

test.each([
  ["drawn by software", { name: "Microsoft Basic Display Adapter", device: "ROOT\\BasicDisplay" }],
  ["of a virtual machine", { name: "VMware SVGA 3D", device: "PCI\\VEN_15AD&DEV_0405" }],
  ["without a name", { name: "", device: "PCI\\VEN_10DE&DEV_2684" }],
])("windowsCardsOf: a card %s is none", (_, card) => {
  const values = Object.values(registryAnswers([card])).flatMap(parseRegistryQuery);
  expect(windowsCardsOf(values)).toEqual([]);
});

test.each([
  ["AMD Radeon 780M Graphics", 512, true],
  ["AMD Radeon(TM) Graphics", 2048, true],
  ["AMD Radeon(TM) Graphics", 2049, false],
  ["AMD Radeon(TM) 8060S Graphics", 98_304, false],
  ["AMD Radeon(TM) Graphics", null, true],
  ["AMD Radeon RX 6400", 4080, false],
  ["AMD Radeon RX 550", 2048, false],
  ["Intel(R) UHD Graphics 770", 128, true],
  ["Intel(R) Iris(R) Xe Graphics", 1024, true],
  ["Intel(R) Arc(TM) Graphics", 128, true],
  ["Intel(R) Arc(TM) A310 Graphics", 2048, false],
  ["Intel(R) Arc(TM) B580 Graphics", 12_216, false],
  ["NVIDIA GeForce GT 1030", 2048, false],
] as const)(
  "gpuOfWindowsCard: %s with %s MiB is integrated: %s",
  (name, memory_mib, integrated) => {
    const vendor = name.startsWith("AMD") ? "amd" : name.startsWith("Intel") ? "intel" : "nvidia";
    const card = { name, vendor, vendor_id: null, device_id: null, memory_mib } as const;
    expect(gpuOfWindowsCard(card)).toMatchObject({
      vendor,
      vram_total_mib: memory_mib,
      is_integrated: integrated,
      unified: integrated,
    });
  },
);

test("parseVideoControllers: a size of 4 GB or more is not believed", () => {
  expect(parseVideoControllers(ADAPTER_RAM).map((card) => [card.name, card.memory_mib])).toEqual([
    ["NVIDIA GeForce RTX 4070", null],
    ["AMD Radeon 780M Graphics", 2048],
    ["AMD Radeon AI PRO R9700", null],
    ["AMD Radeon PRO V710", null],
  ]);
  const mib = (bytes: string) => parseVideoControllers(`AMD Radeon X|${bytes}`)[0]?.memory_mib;
  expect(mib("4293918719")).toBe(4094);
  expect(mib("4293918720")).toBeNull();
  expect(mib("")).toBeNull();
  expect(mib("2,147,483,648")).toBeUndefined();
  expect(parseVideoControllers("Microsoft Basic Display Adapter|\r\n<html>|5")).toEqual([]);
});

test("windowsCardsOf: the recorded 64-bit sizes come through as they are", () => {
  for (const line of programLinesOf(SIZES)) {
    const [name = "", bytes = ""] = line.split("|");
    const size = `REG_QWORD    0x${BigInt(bytes).toString(16)}`;
    const values = Object.values(registryAnswers([{ name, size }])).flatMap(parseRegistryQuery);
    expect(windowsCardsOf(values)[0]?.memory_mib).toBe(Number(bytes) / 2 ** 20);
  }
});

test("directxAdaptersOf: LUIDs in halves, with what else is told", () => {
  expect(directxAdaptersOf(parseRegistryQuery(DIRECTX))).toEqual([
    {
      luid: "0x00000000_0x00015a34",
      name: "NVIDIA GeForce RTX 4070",
      vendor_id: 0x10de,
      device_id: 0x2786,
    },
    {
      luid: "0x00000001_0x0001a051",
      name: "AMD Radeon 780M Graphics",
      vendor_id: null,
      device_id: null,
    },
  ]);
});

test("matchAdapters: by numbers, else by name, each LUID once", () => {
  const adapter = (luid: string, name: string, device_id: number | null) => {
    const vendor_id = device_id === null ? null : 0x1002;
    return { luid, name, vendor_id, device_id };
  };
  const adapters = [adapter("a", "Card", 1), adapter("b", "Card", 1), adapter("c", "Named", null)];
  const search = (name: string, device_id: number | null) => {
    const vendor_id = device_id === null ? null : 0x1002;
    return { name, vendor_id, device_id };
  };
  const searches = [search("x", 1), search("y", 1), search("z", 1), search("Named", 2)];
  expect(matchAdapters(searches, adapters)).toEqual(["a", "b", null, "c"]);
  expect(matchAdapters([search("Other", null)], adapters)).toEqual([null]);
});

test("parseCounterRow: the recorded table, whose LUID has one half", () => {
  expect(usesOf(COUNTERS)).toEqual([
    { luid: luidOf("0", "1"), dedicated_bytes: 24_956_108_800, shared_bytes: 4_404_019_200 },
  ]);
});

test.each([
  ["English", COUNTER_NAMES.english, "100.000000", "7.000000"],
  ["German, with a decimal comma", COUNTER_NAMES.german, "100,000000", "7,000000"],
  ["Chinese, whole figures", COUNTER_NAMES.chinese, "100", "7"],
])("parseCounterRow: in %s", (_, names, dedicated, shared) => {
  const header = counterHeader([ONE, OTHER], names);
  const row = counterRow([dedicated, "200.5", shared, "8"]);
  for (const end of ["\n", "\r\n"]) {
    expect(usesOf(`\uFEFF${end}${header}${end}${row}${end}`)).toEqual([
      { luid: "0x00000000_0x00015a34", dedicated_bytes: 100, shared_bytes: 7 },
      { luid: "0x00000000_0x0001a051", dedicated_bytes: 200, shared_bytes: 8 },
    ]);
  }
});

test("parseCounterHeader: English names before the order, no LUID no header", () => {
  const [object, dedicated, shared] = COUNTER_NAMES.english;
  const turned = counterHeader([ONE], [object, shared.toUpperCase(), dedicated.toLowerCase()]);
  expect(usesOf(`${turned}\n${counterRow(["7", "100"])}\n`)).toMatchObject([
    { dedicated_bytes: 100, shared_bytes: 7 },
  ]);
  expect(parseCounterHeader(counterHeader([ONE], [object, shared, shared]))).toBeNull();
  expect(parseCounterHeader(counterHeader([`pid_7_${ONE}`]))).toBeNull();
  expect(parseCounterHeader(counterRow(["1", "2"]))).toBeNull();
});

test.each([
  ["a figure that is missing", [" ", "8"], [null, 8]],
  ["a minus", ["-1", "8"], [null, 8]],
  ["no number", ["NaN", "1e9"], [null, null]],
  ["more than any card has", ["17592186044417", "8"], [null, 8]],
  ["the most that is believed", ["17592186044416", "8"], [17_592_186_044_416, 8]],
])("parseCounterRow: %s", (_, cells, figures) => {
  const uses = usesOf(`${counterHeader([ONE])}\n${counterRow(cells)}`);
  expect(uses?.map((use) => [use.dedicated_bytes, use.shared_bytes])).toEqual([figures]);
});

test("parseCounterRow: a row with other columns is none; parts of one card give the fullest", () => {
  expect(usesOf(`${counterHeader([ONE])}\n${counterRow(["1", "2", "3"])}`)).toBeNull();
  expect(usesOf(`${counterHeader([ONE])}\n"cut","1`)).toBeNull();
  const parts = counterHeader([ONE, ONE.replace("phys_0", "phys_1")]);
  expect(usesOf(`${parts}\n${counterRow(["5", "9", "1", " "])}`)).toEqual([
    { luid: "0x00000000_0x00015a34", dedicated_bytes: 9, shared_bytes: 1 },
  ]);
});

test.each([
  [23_335, 24_564, 1024, false],
  [23_336, 24_564, 1024, true],
  [23_336, 24_564, 1023, false],
  [null, 24_564, 4096, null],
  [24_000, null, 4096, null],
  [24_000, 24_564, null, null],
  [0, 0, 4096, null],
])(
  "isSharedMemoryTrap: %s of %s MiB with %s MiB lent",
  (dedicated_mib, total_mib, shared_mib, is) => {
    expect(isSharedMemoryTrap({ dedicated_mib, total_mib, shared_mib })).toBe(is);
  },
);

test("parseCounterRow: never throws, and tells only figures of the text", () => {
  const cells = ["1,5", "2,5", "3,5", "4,5"];
  const german = `${counterHeader([ONE, OTHER], COUNTER_NAMES.german)}\r\n${counterRow(cells)}`;
  fc.assert(
    fc.property(mutatedLines([COUNTERS, german]), (text) => {
      const told = figuresOf(text);
      const uses = usesOf(text) ?? [];
      const bytes = uses.flatMap((use) => [use.dedicated_bytes, use.shared_bytes]);
      return bytes.every((figure) => figure === null || told.has(figure));
    }),
    { numRuns: RUNS },
  );
});

test("parseVideoControllers: never throws, and tells only figures below 4 GB", () => {
  fc.assert(
    fc.property(mutatedLines([ADAPTER_RAM, SIZES]), (text) => {
      const told = [...figuresOf(text)].map((bytes) => Math.floor(bytes / 2 ** 20));
      const sizes = parseVideoControllers(text).map((card) => card.memory_mib);
      return sizes.every((mib) => mib === null || (mib < 4095 && told.includes(mib)));
    }),
    { numRuns: RUNS },
  );
});

test("parseRegistryQuery: never throws, and its numbers stand in the text", () => {
  fc.assert(
    fc.property(mutatedLines([DIRECTX, ...Object.values(ANSWERS)]), (text) => {
      const hex = text.toLowerCase();
      const values = parseRegistryQuery(text);
      const numbers = values
        .filter(({ type }) => type !== "REG_BINARY")
        .map(registryNumberOf)
        .filter((number) => number !== null);
      const cards = windowsCardsOf(values);
      const luids = directxAdaptersOf(values).map(({ luid }) => luid);
      return (
        numbers.every((number) => hex.includes(number.toString(16))) &&
        cards.every((card) => card.memory_mib === null || card.memory_mib > 0) &&
        luids.every((luid) => /^0x[0-9a-f]{8}_0x[0-9a-f]{8}$/.test(luid))
      );
    }),
    { numRuns: RUNS },
  );
});
