import { expect, test } from "vitest";
import { withoutDuplicates } from "../src/detect/gpu-duplicates.ts";
import { type Gpu, UNKNOWN_GPU } from "../src/domain/host.ts";

const card = (given: Partial<Gpu>): Gpu => ({ ...UNKNOWN_GPU, vendor: "amd", ...given });
const ONE = "0000:03:00.0";
const OTHER = "0000:04:00.0";

test("withoutDuplicates: one address is one card, and the fuller entry is kept in the first place", () => {
  const named = card({ bus_id: ONE, name: "AMD GPU", driver: "6.12" });
  const sized = card({ bus_id: ONE, vram_total_mib: 16_368 });
  const second = card({ bus_id: OTHER, vram_total_mib: 8192 });
  expect(withoutDuplicates([named, second, sized])).toEqual([sized, second]);
  expect(withoutDuplicates([sized, second, named])).toEqual([sized, second]);
});

test("withoutDuplicates: of two that know as much the first is kept", () => {
  const first = card({ bus_id: ONE, name: "one" });
  expect(withoutDuplicates([first, card({ bus_id: ONE, name: "two" })])).toEqual([first]);
});

test("withoutDuplicates: the uuid decides only where an address is missing", () => {
  const plain = card({ uuid: "GPU-1", vram_total_mib: 1 });
  const addressed = card({ uuid: "GPU-1", bus_id: ONE, vram_total_mib: 1 });
  expect(withoutDuplicates([plain, addressed])).toEqual([addressed]);
  const elsewhere = card({ uuid: "GPU-1", bus_id: OTHER });
  expect(withoutDuplicates([addressed, elsewhere])).toEqual([addressed, elsewhere]);
});

test("withoutDuplicates: twins without address and uuid stay two", () => {
  const twins = [card({ name: "RX 6800" }), card({ name: "RX 6800" })];
  expect(withoutDuplicates(twins)).toEqual(twins);
  expect(withoutDuplicates([])).toEqual([]);
});

test("withoutDuplicates: three entries of one card are one", () => {
  const three = [1, 2, 3].map((mib) => card({ bus_id: ONE, vram_total_mib: mib }));
  expect(withoutDuplicates(three)).toEqual(three.slice(0, 1));
});
