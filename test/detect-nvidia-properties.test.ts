/** What nvidia-smi and Ollama print, damaged ten thousand times for each parser: nothing throws or is made up. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseComputeApps } from "../src/detect/nvidia-apps.ts";
import { cudaVersionOf } from "../src/detect/nvidia-cuda.ts";
import { createLineCutter } from "../src/detect/nvidia-lines.ts";
import { listedPartsOf, measuredCardsOf } from "../src/detect/nvidia-mig.ts";
import { parseNvidiaRows } from "../src/detect/nvidia-smi.ts";
import { parseOllamaShow } from "../src/detect/ollama-show.ts";
import { fixture } from "./support/fixture.ts";
import { mutatedText, numbersIn } from "./support/mutated-text.ts";

const RUNS = { numRuns: 10_000, seed: 20_261_129 };
const text = (name: string): string => fixture("nvidia-smi", name);

function holds(bases: readonly string[], judge: (damaged: string) => void): void {
  fc.assert(fc.property(mutatedText(bases), judge), RUNS);
}

/** Every number of a value, at any depth, stands in the text. */
function expectTold(value: unknown, damaged: string): void {
  if (typeof value === "number") {
    expect(Number.isFinite(value) && value >= 0).toBe(true);
    expect([...numbersIn(damaged)].map(Number)).toContain(value);
  } else if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) expectTold(inner, damaged);
  }
}

test("nvidia rows: damaged queries and loops tell no other number", () => {
  const names = [
    "rtx2080s-8gb-linux.idle.query-gpu.csv.txt",
    "h200-mig-linux.idle.query-gpu.csv.txt",
    "two-gpu-rtx3090-linux.csv.txt",
  ];
  holds(names.map(text), (damaged) => {
    for (const row of parseNvidiaRows(damaged).rows) {
      expectTold(row, damaged);
      const { total_mib, used_mib, free_mib, utilization_percent } = row;
      expect(Math.max(used_mib ?? 0, free_mib ?? 0)).toBeLessThanOrEqual(total_mib ?? Infinity);
      expect(utilization_percent ?? 0).toBeLessThanOrEqual(100);
    }
  });
  holds([text("loop-two-gpu.derived.nounits.txt")], (damaged) => {
    const { lines } = createLineCutter()(`${damaged}\n`);
    for (const line of lines) expect(damaged).toContain(line);
  });
});

/** Pages are long, so ten thousand of them take a while on a busy computer. */
const PATIENT = { timeout: 120_000 };

test("nvidia parts: damaged lists and pages tell no other number", PATIENT, () => {
  holds([text("h200-mig-linux.list-L.txt")], (damaged) => {
    for (const { device } of listedPartsOf(damaged)) expectTold(device, damaged);
  });
  holds([text("a100-40gb-mig-linux.q-x.xml.txt")], (damaged) => {
    for (const { parts } of measuredCardsOf(damaged)) expectTold(parts, damaged);
  });
});

test("nvidia programs and versions: damaged texts tell no other", PATIENT, () => {
  const apps = [
    "h100-80gb-linux.load.compute-apps.csv.txt",
    "rtx2080s-8gb-windows.idle.compute-apps.csv.txt",
  ];
  holds(apps.map(text), (damaged) => {
    for (const { pid, used_mib } of parseComputeApps(damaged)) expectTold([pid, used_mib], damaged);
  });
  const versions = [
    "rtx2080s-8gb-linux-driver610.version.txt",
    "rtx4060-laptop-8gb-linux.table.txt",
  ];
  holds(versions.map(text), (damaged) => {
    const version = cudaVersionOf(damaged);
    if (version !== null) expect(damaged).toContain(version);
  });
});

test("ollama show: damaged answers tell no other number", () => {
  const names = ["show.vision-gemma4.json", "show.text-only.derived.json"];
  holds(
    names.map((name) => fixture("ollama", name)),
    (damaged) => {
      for (const value of Object.values(parseOllamaShow(damaged) ?? {})) {
        if (typeof value !== "number") continue;
        expect(Number.isFinite(value) && value >= 0).toBe(true);
        // A fraction or an exponent is written in JSON in ways of its own.
        if (!/\d[eE.]\d/.test(damaged)) expectTold(value, damaged);
      }
    },
  );
});
