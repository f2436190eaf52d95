import fc from "fast-check";
import { expect, test } from "vitest";
import type { HostView } from "../src/detect/host-io.ts";
import { parseTegrastats } from "../src/detect/jetson-tegrastats.ts";
import { probeJetson } from "../src/detect/probe-jetson.ts";
import { DEFAULT_CONFIGURATION } from "../src/domain/configuration.ts";
import { UNKNOWN_HOST } from "../src/domain/host.ts";
import { tierOf } from "../src/domain/tier.ts";
import { fixture } from "./support/fixture.ts";
import { figuresOf, mutatedLines } from "./support/mutated-lines.ts";
import { fakeRoot } from "./support/temporary-folder.ts";

const RUNS = 10_000;
const LINES = fixture("gpu-other", "tegrastats.orin-nano.txt");
const [FIRST = "", SECOND = ""] = LINES.split("\n");
const NAME = "NVIDIA Jetson Orin Nano Engineering Reference Developer Kit Super";
const MEMINFO = { "proc/meminfo": "MemTotal:        7802880 kB\nMemAvailable: 5000000 kB\n" };
const NOTHING = { finding: { gpus: [], pool_mib: null }, notes: [] };

function board(files: Record<string, string>, env: HostView["env"] = {}): { view: HostView } {
  return { view: { root: fakeRoot({ ...MEMINFO, ...files }), env, platform: "linux" } };
}

test.each([
  ["its name in the device tree", { "proc/device-tree/model": `${NAME}\u0000` }, {}, NAME],
  ["its release file", { "etc/nv_tegra_release": "# R36 (release)\n" }, {}, null],
  ["the variable of its images", {}, { JETSON_JETPACK: "6" }, null],
])("probeJetson: a Jetson by %s is unified, with the system's memory as pool", async (...signs) => {
  const [, files, env, name] = signs;
  const { finding, notes, origins } = await probeJetson(board(files, env));
  expect(finding.pool_mib).toBe(7620);
  expect(finding.gpus).toMatchObject([
    { vendor: "nvidia", name, unified: true, is_integrated: false, vram_total_mib: null },
  ]);
  expect(notes).toMatchObject([{ probe: "jetson", code: "unified-memory" }]);
  expect(origins).toMatchObject([{ certainty: "unknown", reason: "unified-memory" }]);
});

test("probeJetson: its tier comes from the share of the pool", async () => {
  const { finding } = await probeJetson(board({ "etc/nv_tegra_release": "# R36" }));
  const memory = { total_mib: finding.pool_mib, available_mib: null, limited_by: "host" as const };
  const host = { ...UNKNOWN_HOST, memory, gpus: finding.gpus };
  expect(tierOf(host, DEFAULT_CONFIGURATION.tier)).toBe("LOCAL_GPU_LOW");
});

test("probeJetson: another board with a device tree is none", async () => {
  const files = { "proc/device-tree/model": "Raspberry Pi 5 Model B Rev 1.0\u0000" };
  expect(await probeJetson(board(files))).toEqual(NOTHING);
  expect(await probeJetson(board({}, { JETSON_JETPACK: "" }))).toEqual(NOTHING);
});

test("probeJetson: nothing on other systems; without meminfo the pool is unknown", async () => {
  const files = { "etc/nv_tegra_release": "# R36" };
  const view: HostView = { ...board(files).view, platform: "win32" };
  expect(await probeJetson({ view })).toEqual(NOTHING);
  const { finding } = await probeJetson(board({ ...files, "proc/meminfo": "" }));
  expect(finding).toMatchObject({ pool_mib: null, gpus: [{}] });
});

test.each([
  ["with decimals", FIRST, [2272, 7620, 0, 55.468]],
  ["the last of two", LINES, [3595, 7607, 0, 50.625]],
  ["CRLF", `${LINES.replaceAll("\n", "\r\n")}`, [3595, 7607, 0, 50.625]],
  ["a cut last line", `${FIRST}\n${SECOND.slice(0, 30)}`, [null, null, null, null]],
  ["whole degrees", SECOND.replace("gpu@50.625C", "gpu@51C"), [3595, 7607, 0, 51]],
  ["used above total", FIRST.replace("2272", "7621"), [null, 7620, 0, 55.468]],
  ["no memory at all", FIRST.replace("2272/7620", "0/0"), [0, null, 0, 55.468]],
  ["load above 100", FIRST.replace("FREQ 0%", "FREQ 101%"), [2272, 7620, null, 55.468]],
  ["a decimal comma", FIRST.replace("55.468", "55,468"), [2272, 7620, 0, null]],
  ["a minus", FIRST.replace("2272/", "-2272/"), null],
  ["nothing", "", null],
  ["a page", "<html>RAM</html>", null],
])("parseTegrastats: %s", (_, text, figures) => {
  const load = parseTegrastats(text);
  const seen = load && [
    load.memory_used_mib,
    load.memory_total_mib,
    load.gpu_percent,
    load.gpu_celsius,
  ];
  expect(seen).toEqual(figures);
});

test("parseTegrastats: never throws, and tells only figures of the text", () => {
  fc.assert(
    fc.property(mutatedLines([LINES, FIRST, SECOND]), (text) => {
      const load = parseTegrastats(text);
      if (load === null) return true;
      const told = figuresOf(text);
      const whole = [load.memory_used_mib, load.memory_total_mib, load.gpu_percent];
      const isTold = whole.every((one) => one === null || told.has(one));
      const { memory_used_mib: used, memory_total_mib: total } = load;
      const isRoom = used === null || total === null || used <= total;
      return isTold && isRoom && total !== 0 && (load.gpu_percent ?? 0) <= 100;
    }),
    { numRuns: RUNS },
  );
});
