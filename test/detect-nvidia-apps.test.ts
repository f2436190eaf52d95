import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { askComputeApps, computeUseOf, parseComputeApps } from "../src/detect/nvidia-apps.ts";
import { type FakeAnswer, fakeNvidiaSmi } from "./support/fake-nvidia-smi.ts";
import { fixture } from "./support/fixture.ts";
import { fakeRoot } from "./support/temporary-folder.ts";

const CARD = "GPU-00000000-0000-0000-0000-000000000000";

function ask(answer: FakeAnswer, uuid: string | null = null) {
  const fake = fakeNvidiaSmi(answer);
  const view = { root: fakeRoot(), env: fake.env, platform: "linux" as const };
  return { fake, answer: askComputeApps({ view, program: fake.path, uuid }) };
}

test.each([
  ["h100-80gb-linux.load.compute-apps.csv.txt", 3],
  ["h200-linux.load.compute-apps.csv.txt", 3],
  ["h200-mig-linux.load.compute-apps.csv.txt", 3],
  ["l40s-linux.load.compute-apps.csv.txt", 2],
  ["rtx2080s-8gb-linux.load.compute-apps.csv.txt", 2],
  ["rtx4080s-16gb-linux.load.compute-apps.csv.txt", 3],
] as const)("parseComputeApps: %s has %i processes with memory", (name, count) => {
  const apps = parseComputeApps(fixture("nvidia-smi", name));
  expect(apps).toHaveLength(count);
  for (const app of apps) expect(app).toMatchObject({ gpu_uuid: CARD, pid: expect.any(Number) });
  expect(apps.every(({ used_mib }) => used_mib !== null && used_mib > 0)).toBe(true);
});

test("parseComputeApps: Windows tells the processes and none of their figures", () => {
  const text = fixture("nvidia-smi", "rtx2080s-8gb-windows.idle.compute-apps.csv.txt");
  const apps = parseComputeApps(text);
  expect(apps).toHaveLength(10);
  expect(apps[2]).toEqual({
    pid: 2056,
    name: "C:\\Windows\\System32\\dwm.exe",
    used_mib: null,
    gpu_uuid: CARD,
  });
  expect(computeUseOf(apps, { own: new Set([2056]) })).toEqual({ own_mib: null, others_mib: null });
});

test("parseComputeApps: a GB10 tells the processes although it tells no memory of its own", () => {
  const text = fixture("nvidia-smi", "gb10-unified.compute-apps.noheader-nounits.txt");
  const apps = parseComputeApps(text, ["pid", "process_name", "used_gpu_memory"]);
  expect(apps).toEqual([
    { pid: 3150, name: "python3", used_mib: 218, gpu_uuid: null },
    { pid: 6330, name: "sglang::scheduler", used_mib: 96_073, gpu_uuid: null },
  ]);
  expect(computeUseOf(apps, { own: new Set([6330]) })).toEqual({
    own_mib: 96_073,
    others_mib: 218,
  });
});

test.each([
  [`7, /opt/a, b, c, 12, ${CARD}`, { pid: 7, name: "/opt/a, b, c", used_mib: 12 }],
  [`7, /opt/1, 2, 3, 12 MiB, ${CARD}`, { pid: 7, name: "/opt/1, 2, 3", used_mib: 12 }],
  [`7, [Insufficient Permissions], [N/A], ${CARD}`, { pid: 7, name: null, used_mib: null }],
  [`7, a, -5, ${CARD}`, { used_mib: null }],
  [`7, a, 1e9, ${CARD}`, { used_mib: null }],
  [`7, a, 99999999, ${CARD}`, { used_mib: null }],
] as const)("parseComputeApps: %s", (line, app) => {
  expect(parseComputeApps(line)).toMatchObject([app]);
});

test.each([
  ["a process id that is none", `x, a, 1, ${CARD}`],
  ["too few cells", "7, a, 1"],
  ["no card at the end", "7, a, 1, hello"],
  ["a page", "<html><body>, , , "],
  ["nothing", ""],
])("parseComputeApps: a line with %s is no process", (_, line) => {
  expect(parseComputeApps(line)).toEqual([]);
});

test("computeUseOf: counts on the card that is asked for, ours and others apart", () => {
  const other = "GPU-00000000-0000-0000-0000-00000000000b";
  const apps = parseComputeApps(`1, a, 100, ${CARD}\n2, b, 30, ${CARD}\n1, a, 7, ${other}\n`);
  const own = new Set([1]);
  expect(computeUseOf(apps, { own, uuid: CARD })).toEqual({ own_mib: 100, others_mib: 30 });
  expect(computeUseOf(apps, { own })).toEqual({ own_mib: 107, others_mib: 30 });
  expect(computeUseOf([], { own })).toEqual({ own_mib: 0, others_mib: 0 });
});

test("askComputeApps: the processes of one card; none is an empty list", async () => {
  const { fake, answer } = ask({ apps: `42, ollama, 5000, ${CARD}\n` }, CARD);
  expect(await answer).toEqual({
    apps: [{ pid: 42, name: "ollama", used_mib: 5000, gpu_uuid: CARD }],
    missing: null,
  });
  expect(fake.calls()).toEqual([
    `--query-compute-apps=pid,process_name,used_gpu_memory,gpu_uuid --format=csv,noheader,nounits --id=${CARD}`,
  ]);
  expect(await ask({ apps: "" }).answer).toEqual({ apps: [], missing: null });
});

test.each([
  ["error-rc9-driver-not-loaded.stdout.txt", 9, "driver-not-loaded"],
  ["error-rc18-version-mismatch.stdout.txt", 18, "version-mismatch"],
  ["bad-html.derived.txt", 0, "unparsable"],
  ["bad-empty.derived.txt", 9, "driver-not-loaded"],
] as const)(
  "askComputeApps: %s with exit code %i is missing: %s",
  async (name, exit_code, code) => {
    const { answer } = ask({ apps: fixture("nvidia-smi", name), exit_code });
    expect(await answer).toEqual({ apps: null, missing: code });
  },
);

test("parseComputeApps: never throws and never invents a number, whatever the text", () => {
  const check = (text: string) => {
    const digits = new Set((text.match(/\d+/g) ?? []).map(Number));
    for (const { pid, used_mib } of parseComputeApps(text)) {
      expect(digits.has(pid)).toBe(true);
      if (used_mib !== null) expect(digits.has(used_mib)).toBe(true);
    }
  };
  const folder = new URL("./fixtures/nvidia-smi/", import.meta.url);
  for (const name of readdirSync(folder)) {
    const text = readFileSync(new URL(name, folder), "utf8");
    const step = Math.max(1, Math.floor(text.length / 12));
    for (let end = 0; end <= text.length; end += step) check(text.slice(0, end));
  }
  const cell = fc.oneof(
    fc.string({ unit: "binary", maxLength: 12 }),
    fc.double().map(String),
    fc.constantFrom("7", "pid", "process_name", CARD, "[N/A]", "12 MiB", "0x10"),
  );
  const line = fc.array(cell, { maxLength: 7 }).map((cells) => cells.join(", "));
  fc.assert(fc.property(fc.array(line, { maxLength: 5 }), (lines) => check(lines.join("\n"))));
});
