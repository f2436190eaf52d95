import { expect, test } from "vitest";
import { cudaVersionOf } from "../src/detect/nvidia-cuda.ts";
import { nvidiaFailureCode } from "../src/detect/nvidia-failure.ts";
import { parseNvidiaRows } from "../src/detect/nvidia-smi.ts";
import { fixture } from "./support/fixture.ts";

test.each([
  ["error-rc9-driver-not-loaded.stdout.txt", 9, "driver-not-loaded"],
  ["error-rc12-libnvidia-ml-missing.stdout.txt", 12, "library-missing"],
  ["error-rc18-version-mismatch.stdout.txt", 18, "version-mismatch"],
  ["error-rc255-nvml-unknown-error.stdout.txt", 255, "nvml-unknown"],
  ["error-rc255-no-supported-gpus.stdout.txt", 255, "no-devices"],
  ["error-wsl2-access-blocked.stdout.txt", 255, "blocked-by-os"],
  ["error-no-devices-were-found.stdout.txt", 0, "no-devices"],
  ["error-no-devices-not-readable.stdout.txt", 6, "permission"],
  ["error-gpu-is-lost.stdout.txt", 15, "gpu-lost"],
  ["error-device-handle-unknown-error.stdout.txt", 255, "nvml-unknown"],
  ["error-smi-nvml-mismatch-warning.txt", 0, "version-mismatch"],
  ["bad-field-not-valid.derived.stdout.txt", 2, "unsupported-field"],
  ["bad-html.derived.txt", 0, "unparsable"],
] as const)("nvidiaFailureCode: %s with exit code %i means %s", (name, exit_code, code) => {
  const text = fixture("nvidia-smi", name);
  expect(parseNvidiaRows(text).rows).toEqual([]);
  expect(nvidiaFailureCode({ exit_code, text })).toBe(code);
  // The text alone decides: versions exit differently.
  if (code !== "unparsable") expect(nvidiaFailureCode({ exit_code: 77, text })).toBe(code);
});

test.each([
  [0, "unparsable"],
  [2, "unsupported-field"],
  [3, "unsupported-field"],
  [4, "permission"],
  [6, "no-devices"],
  [9, "driver-not-loaded"],
  [12, "library-missing"],
  [15, "gpu-lost"],
  [18, "version-mismatch"],
  [255, "failed"],
  [null, "failed"],
] as const)("nvidiaFailureCode: exit code %s without a text means %s", (exit_code, code) => {
  expect(nvidiaFailureCode({ exit_code, text: "" })).toBe(code);
});

test.each([
  ["h200-linux.version.txt", "13.1"],
  ["rtx2080s-8gb-windows.version.txt", "13.1"],
  ["rtx2080s-8gb-linux-driver610.version.txt", "13.3"],
  ["rtx2080s-8gb-linux-driver610.idle.table.txt", "13.3"],
  ["rtx4060-laptop-8gb-linux.table.txt", "12.2"],
  ["rtx4060-laptop-8gb-wsl2.table.txt", "12.7"],
  ["rtx4060-laptop-8gb-windows.table.txt", "12.9"],
  ["rtx4090-two-gpu-linux.table.txt", "12.4"],
  ["jetson-orin.table.txt", "12.2"],
  ["gb10-unified.table.txt", "13.0"],
  ["error-rc9-driver-not-loaded.stdout.txt", null],
  ["rtx2080s-8gb-linux.idle.query-gpu.csv.txt", null],
] as const)("cudaVersionOf: %s says %s", (name, version) => {
  expect(cudaVersionOf(fixture("nvidia-smi", name))).toBe(version);
});
