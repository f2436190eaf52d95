/** docs/statecharts is what `npm run charts` writes: nothing missing, nothing old, nothing left over. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { chartFiles, differences, presentFiles } from "../scripts/charts.ts";
import { chartModel } from "../src/charts/chart-model.ts";
import { machineDefinition } from "../src/machines/runtime-machine.ts";
import { WORDS } from "../src/policy/words.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const ROOT = join(import.meta.dirname, "..");
const model = chartModel();
const present = presentFiles();
const readme = present.get("README.md") ?? "";

test("docs/statecharts: the files are those of the machine (else run: npm run charts)", async () => {
  const wrong = differences(await chartFiles(readme), present);
  expect(wrong, "what is out of date is written anew by: npm run charts").toEqual([]);
});

test("docs/statecharts: generating twice gives the same bytes", async () => {
  expect([...(await chartFiles(readme))]).toEqual([...(await chartFiles(readme))]);
});

test("docs/statecharts: a renamed guard is seen in every file that names it", async () => {
  const renamed = (guard: string | null) => (guard === "hasVram" ? "hasMemory" : guard);
  const transitions = model.transitions.map((each) => ({ ...each, guard: renamed(each.guard) }));
  const wanted = await chartFiles(readme, { model: { ...model, transitions }, words: WORDS });
  const pictures = ["", ".dark", ".zh", ".zh.dark"].map((kind) => `svg/region-vram${kind}.svg`);
  const files = ["region-vram.mmd", "region-vram.zh.mmd", "runtime.scxml", "transitions.md"];
  expect(differences(wanted, present).toSorted()).toEqual(
    [...files, ...pictures].map((name) => `${name} is out of date`).toSorted(),
  );
});

test("docs/statecharts: a changed reason is seen in the ladders, the tables and SCXML", async () => {
  const transitions = model.transitions.map((each) =>
    each.code === "EDITOR_BUSY" ? { ...each, code: "MANUAL_HOLD" as const } : each,
  );
  const wanted = await chartFiles(readme, { model: { ...model, transitions }, words: WORDS });
  const wrong = differences(wanted, present);
  for (const name of ["svg/profile-LOCAL_GPU_MID.svg", "runtime.scxml", "transitions.md"]) {
    expect(wrong).toContain(`${name} is out of date`);
  }
  expect(wrong).not.toContain("svg/region-vram.svg is out of date");
});

test("docs/statecharts: a changed word is seen in the pictures of its language, and in no other", async () => {
  const cloud = { ...WORDS.region.cloud, zh: () => "云" };
  const words = { ...WORDS, region: { ...WORDS.region, cloud } };
  const wrong = differences(await chartFiles(readme, { model, words }), present);
  expect(wrong).toContain("svg/region-cloud.zh.svg is out of date");
  expect(wrong).toContain("transitions.md is out of date");
  expect(wrong.filter((each) => each.includes("svg/") && !each.includes(".zh."))).toEqual([]);
});

test("docs/statecharts: a changed, a missing and a left-over file are each named", () => {
  const wanted = new Map([
    ["a", "1"],
    ["b", "1"],
    ["c", "1"],
  ]);
  const found = new Map([
    ["a", "1"],
    ["b", "2"],
    ["d", "1"],
  ]);
  expect(differences(wanted, found)).toEqual([
    "b is out of date",
    "c is missing",
    "d belongs to no part of the chart",
  ]);
});

test("docs/statecharts: an unknown block in the readme is refused", async () => {
  const text = "<!-- begin moon.mmd -->\n<!-- end moon.mmd -->";
  await expect(chartFiles(text)).rejects.toThrow("moon.mmd");
});

test("docs/statecharts: the readme shows the overview in both languages and links only to files", () => {
  for (const name of ["overview-LOCAL_GPU_MID", "overview-LOCAL_GPU_MID.zh"]) {
    expect(readme).toContain(`srcset="svg/${name}.dark.svg"`);
    expect(readme).toContain(`src="svg/${name}.svg"`);
  }
  const links = [...readme.matchAll(/\]\(([^)#]+)\)|(?:src|srcset)="([^"]+)"/g)]
    .map(([, link, source]) => link ?? source ?? "")
    .filter((link) => !/^https:/.test(link));
  expect(links.length).toBeGreaterThan(3);
  for (const link of links) {
    expect(existsSync(join(ROOT, "docs/statecharts", link)), link).toBe(true);
  }
  const linked = [...present.keys()].filter(
    (name) => name.endsWith(".svg") && !links.includes(name),
  );
  expect(linked, "every picture is linked").toEqual([]);
});

test("docs/statecharts: runtime.json is the machine's definition", () => {
  expect(JSON.parse(present.get("runtime.json") ?? "")).toEqual(machineDefinition());
});

test("docs/statecharts: --check ends with 0 and says nothing when all is well", () => {
  expect(runCharts("--check")).toEqual([0, "", ""]);
});

test("docs/statecharts: --check ends with 1, names the file and the command, and writes nothing", () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "svg"));
  for (const [name, text] of present) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, "overview.mmd"), "stateDiagram-v2\n");
  writeFileSync(join(folder, "left-over.mmd"), "");
  const [status, output, errors] = runCharts("--check", folder);
  expect([status, output]).toEqual([1, ""]);
  expect(errors.split("\n")).toEqual([
    "docs/statecharts/overview.mmd is out of date",
    "docs/statecharts/left-over.mmd belongs to no part of the chart",
    "Run: npm run charts",
    "",
  ]);
  expect(presentFiles(folder).get("overview.mmd")).toBe("stateDiagram-v2\n");
});

test("docs/statecharts: writing mends the folder", () => {
  const folder = temporaryFolder();
  const emptied = readme.replace(/<picture>[\s\S]*?<\/picture>/, "");
  expect(emptied).not.toBe(readme);
  writeFileSync(join(folder, "README.md"), emptied);
  writeFileSync(join(folder, "left-over.mmd"), "");
  expect(runCharts(folder)[0]).toBe(0);
  expect([...presentFiles(folder)]).toEqual([...present]);
});

function runCharts(...words: readonly string[]): readonly [number | null, string, string] {
  const run = spawnSync(process.execPath, ["scripts/charts.ts", ...words], {
    cwd: ROOT,
    encoding: "utf8",
    timeout: 20_000,
  });
  return [run.status, run.stdout, run.stderr];
}
