/** A card in one line, for each kind of card. */
import { expect, test } from "vitest";
import { gpuText } from "../src/cli/gpu-text.ts";
import { type Gpu, UNKNOWN_GPU } from "../src/domain/host.ts";

const CARD: Gpu = {
  ...UNKNOWN_GPU,
  vendor: "nvidia",
  name: "NVIDIA H200",
  vram_total_mib: 143_771,
  driver: "590.48.01",
  cuda: "13.1",
};

test("gpuText: memory, driver and CUDA, and only what is known", () => {
  expect(gpuText(CARD, "en")).toBe("NVIDIA H200 · 140.4 GB · driver 590.48.01 · CUDA 13.1");
  expect(gpuText({ ...UNKNOWN_GPU, vendor: "amd" }, "en")).toBe("amd · unknown");
  const integrated = { ...UNKNOWN_GPU, name: "Intel UHD", is_integrated: true };
  expect(gpuText(integrated, "en")).toBe("Intel UHD · integrated");
});

test("gpuText: a unified card says what a model can use of the shared memory", () => {
  const apple = { ...UNKNOWN_GPU, name: "Apple M1 Pro", unified: true, usable_mib: 10_923 };
  expect(gpuText(apple, "en")).toBe(
    "Apple M1 Pro · shares memory with the CPU · usable by a model 10.7 GB",
  );
  expect(gpuText(apple, "zh")).toBe("Apple M1 Pro · 与 CPU 共用内存 · 可用于模型 10.7GB");
});

test("gpuText: parts of a card in MIG mode are listed, eight of them cut", () => {
  const part = { uuid: null, profile: "1g.18gb", vram_total_mib: null };
  const text = gpuText({ ...CARD, usable_mib: 71_424, mig: Array(8).fill(part) }, "en");
  expect(text).toContain("140.4 GB · usable by a model 69.8 GB · MIG 1g.18gb");
  expect(text.match(/1g/g)).toHaveLength(7);
  expect(text).toContain(", …");
});

test("gpuText: who left the card out is said", () => {
  expect(gpuText({ ...CARD, excluded_by: "environment" }, "en")).toMatch(
    /left out by the environment$/,
  );
  expect(gpuText({ ...CARD, excluded_by: "configuration" }, "zh")).toMatch(/设置排除了它$/);
});
