import { expect, test } from "vitest";
import { chooseCards } from "../src/detect/card-choice.ts";
import { type Gpu, UNKNOWN_GPU } from "../src/domain/host.ts";

const A: Gpu = {
  ...UNKNOWN_GPU,
  vendor: "nvidia",
  name: "A",
  uuid: "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6",
  bus_id: "0000:01:00.0",
};
const B: Gpu = {
  ...A,
  name: "B",
  uuid: "GPU-8a000000-0000-0000-0000-000000000000",
  bus_id: "0000:0c:00.0",
};
const C: Gpu = {
  ...A,
  name: "C",
  uuid: "GPU-cc000000-0000-0000-0000-000000000000",
  bus_id: "0000:83:00.0",
};
const AMD: Gpu = { ...UNKNOWN_GPU, vendor: "amd", name: "AMD", bus_id: "0000:03:00.0" };
const ALL = [A, B, C, AMD];

function left(env: Record<string, string>, choice: string | null = null, cards = ALL) {
  const { gpus } = chooseCards(cards, { env, choice });
  expect(gpus).toHaveLength(cards.length);
  return gpus
    .filter(({ excluded_by }) => excluded_by === undefined)
    .map(({ name }) => name)
    .join(" ");
}

test.each([
  ["1", "B AMD"],
  ["0,2", "A C AMD"],
  ["2,0", "A C AMD"],
  [" 1 , 2 ", "B C AMD"],
  ["0,0", "A AMD"],
  ["", "AMD"],
  ["-1", "AMD"],
  ["none", "AMD"],
  ["NoDevFiles", "AMD"],
  ["0,-1,1", "A AMD"],
  ["0,7,1", "A AMD"],
  ["7,0", "AMD"],
  ["0,,1", "A AMD"],
  ["GPU-8932f937", "A AMD"],
  ["GPU-8932f937,GPU-cc", "A AMD"],
  ["GPU-cc000000-0000-0000-0000-000000000000,GPU-8a00", "B C AMD"],
  ["GPU-8", "AMD"],
  ["GPU-0000", "AMD"],
  ["hello", "AMD"],
  ["all", "AMD"],
  ["0000:01:00.0", "AMD"],
])("CUDA_VISIBLE_DEVICES=%s leaves %s", (value, names) => {
  expect(left({ CUDA_VISIBLE_DEVICES: value })).toBe(names);
});

test.each([
  ["all", "A B C AMD"],
  ["", "A B C AMD"],
  ["void", "A B C AMD"],
  ["none", "AMD"],
  ["1", "B AMD"],
  ["GPU-8932f937,2", "A C AMD"],
  // The container numbers its cards anew: an entry that names none was obeyed already.
  ["5", "A B C AMD"],
  ["1,5", "A B C AMD"],
  ["GPU-ffff0000", "A B C AMD"],
])("NVIDIA_VISIBLE_DEVICES=%s leaves %s", (value, names) => {
  expect(left({ NVIDIA_VISIBLE_DEVICES: value })).toBe(names);
});

test.each([
  ["GPU-8932f937-d72c-4106-c12f-20bd9faed9f6", "A"],
  ["gpu-8932F937", "A"],
  ["8932f937", "A"],
  ["GPU-8a00", "B"],
  ["0000:0c:00.0", "B"],
  ["00000000:0C:00.0", "B"],
  ["0C:00.0", "B"],
  ["0000:03:00.0", "AMD"],
  ["3", "AMD"],
  [" 2 ", "C"],
])("detect.gpu %s leaves %s", (choice, name) => {
  expect(left({}, choice)).toBe(name);
});

test.each(["9", "GPU-ffff", "GPU-8", "8", "c", "", "0000:99:00.0", "RTX 4090"])(
  "detect.gpu %j that names no card hides none and says so",
  (choice) => {
    const cards = [A, B];
    const { gpus, notes } = chooseCards(cards, { env: {}, choice });
    expect(gpus).toEqual(cards);
    expect(notes).toEqual([
      { probe: "static", code: "no-such-card", detail: `detect.gpu: ${choice}`.trim() },
    ]);
  },
);

test("chooseCards: says for each hidden card who hid it, and keeps the first reason", () => {
  const { gpus, notes } = chooseCards(ALL, { env: { CUDA_VISIBLE_DEVICES: "1,2" }, choice: "2" });
  expect(gpus.map(({ excluded_by }) => excluded_by)).toEqual([
    "environment",
    "configuration",
    undefined,
    "configuration",
  ]);
  expect(notes).toEqual([
    { probe: "nvidia", code: "hidden-by-choice", detail: "A: CUDA_VISIBLE_DEVICES" },
    { probe: "nvidia", code: "hidden-by-choice", detail: "B: detect.gpu" },
    { probe: "amd", code: "hidden-by-choice", detail: "AMD: detect.gpu" },
  ]);
});

test("chooseCards: without wishes or cards nothing happens", () => {
  expect(chooseCards(ALL, { env: {}, choice: null })).toEqual({ gpus: ALL, notes: [] });
  expect(chooseCards([], { env: { CUDA_VISIBLE_DEVICES: "0" }, choice: "0" })).toEqual({
    gpus: [],
    notes: [],
  });
});

test.each([
  ["MIG-00000001-0000", 33_280],
  ["MIG-00000001-0000-0000-0000-000000000001,MIG-00000000", 71_424],
  ["0", 71_424],
  [`MIG-${A.uuid}/1/0`, 71_424],
])("CUDA_VISIBLE_DEVICES=%s can use %i MiB of a card with parts", (value, usable_mib) => {
  const card: Gpu = {
    ...A,
    usable_mib: 71_424,
    mig: [
      {
        uuid: "MIG-00000000-0000-0000-0000-000000000000",
        profile: "3g.71gb",
        vram_total_mib: 71_424,
      },
      {
        uuid: "MIG-00000001-0000-0000-0000-000000000001",
        profile: "2g.35gb",
        vram_total_mib: 33_280,
      },
    ],
  };
  const { gpus } = chooseCards([card, B], { env: { CUDA_VISIBLE_DEVICES: value }, choice: null });
  expect(gpus[0]).toMatchObject({ usable_mib });
  expect(gpus[1]).toMatchObject({ excluded_by: "environment" });
});

test("CUDA_VISIBLE_DEVICES: a part that is not there hides the card", () => {
  expect(left({ CUDA_VISIBLE_DEVICES: "MIG-99" })).toBe("AMD");
});
