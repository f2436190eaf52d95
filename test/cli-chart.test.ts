/** `chart` as a real child process: every form, a moment of a real log, files and viewers. */
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { chartModel } from "../src/charts/chart-model.ts";
import { statelyMachine } from "../src/charts/stately.ts";
import { snapshotOn } from "../src/runtime-moment.ts";
import { cli } from "./cli-helper.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";
import { writtenLog } from "./support/written-log.ts";
import { readXml } from "./support/xml-text.ts";

const FOLDER = join(import.meta.dirname, "..", "docs/statecharts");
const fileOf = (name: string) => readFileSync(join(FOLDER, name), "utf8");

/** A folder with an opener of this behaviour, for PATH. */
function opener(script: string): {
  readonly PATH: string;
  readonly TMPDIR: string;
  readonly SEEN: string;
} {
  const folder = temporaryFolder();
  const program = join(folder, "xdg-open");
  writeFileSync(program, `#!/bin/sh\n${script}\n`);
  chmodSync(program, 0o755);
  return { PATH: folder, TMPDIR: folder, SEEN: join(folder, "seen") };
}

test.each([
  [[], "overview.mmd"],
  [["--lang", "zh", "--view", "vram"], "region-vram.zh.mmd"],
  [["--format", "svg"], "svg/overview-LOCAL_GPU_MID.svg"],
  [
    ["--format", "svg", "--view", "LOCAL_GPU_LOW", "--theme", "dark", "--lang", "zh"],
    "svg/profile-LOCAL_GPU_LOW.zh.dark.svg",
  ],
  [["--format", "svg", "--view", "overview-CLOUD_HYBRID"], "svg/overview-CLOUD_HYBRID.svg"],
  [["--format", "scxml"], "runtime.scxml"],
])("cli chart %j: prints the committed file %s", async (args, name) => {
  const { code, stdout, stderr } = await cli(["chart", ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toBe(fileOf(name));
});

test.each([
  [["--format", "json"], chartModel()],
  [["--json"], chartModel()],
  [["--format", "stately"], statelyMachine()],
])("cli chart %j: prints JSON", async (args, value) => {
  const { code, stdout } = await cli(["chart", ...args]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(value)));
});

test("cli chart --at: lights the state and the last step of that moment, in SVG and in Mermaid", async () => {
  const { log, beats, folder } = writtenLog();
  beats(500, (index) => (index > 300 ? 19_900 : 4000));
  const env = { RUNTIME_PROFILE_DATA_DIR: folder };
  const steps = log.read({ type: "transition", limit: 10 });
  expect(steps.length).toBeGreaterThan(1);
  for (const { seq } of steps) {
    const { state, reason, tier } = await snapshotOn(folder, {
      moment: String(seq),
      language: "en",
    });
    const view = ["--view", `profile-${tier}`];
    const svg = await cli(["chart", "--format", "svg", "--at", String(seq), ...view], { env });
    const marked = (mark: string) =>
      readXml(svg.stdout).elements.filter(({ attributes }) => attributes.get(mark) === "true");
    expect(marked("data-active").map(({ attributes }) => attributes.get("data-state"))).toEqual([
      `profile.${state.profile}`,
    ]);
    const [last] = marked("data-last");
    expect(`profile.${reason?.from}`).toContain(last?.attributes.get("data-from") ?? "nothing");
    const mermaid = await cli(["chart", "--at", String(seq)], { env });
    expect(mermaid.stdout).toContain(`profile_${state.profile.replaceAll(".", "_")}`);
    expect(mermaid.stdout).toMatch(/^ {2}class [\w,]+ active$/m);
  }
});

test("cli chart --at: a moment that cannot be meant, or no log, is refused with a remedy", async () => {
  const { folder } = writtenLog();
  const env = { RUNTIME_PROFILE_DATA_DIR: folder };
  const odd = await cli(["chart", "--format", "svg", "--at", "yesterday"], { env });
  expect(odd).toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringContaining("ISO 8601 time"),
  });
  const none = await cli(["chart", "--format", "svg", "--at", "-10m"]);
  expect(none).toMatchObject({ code: 1, stdout: "" });
});

test("cli chart --out: the ending says the form, and what was written is said", async () => {
  const folder = temporaryFolder();
  for (const [name, committed] of [
    ["chart.svg", "svg/overview-LOCAL_GPU_MID.svg"],
    ["chart.mmd", "overview.mmd"],
    ["chart.scxml", "runtime.scxml"],
    ["chart.txt", "overview.mmd"],
  ] as const) {
    const path = join(folder, name);
    const { code, stdout, stderr } = await cli(["chart", "--out", path]);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: "",
      stderr: `✅ Wrote ${path}.\n`,
    });
    expect(readFileSync(path, "utf8")).toBe(fileOf(committed));
  }
  const path = join(folder, "stately.json");
  const { stderr } = await cli(["chart", "--format", "stately", "--out", path, "--lang", "zh"]);
  expect(stderr).toBe(`✅ 已写入 ${path}\n`);
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(
    JSON.parse(JSON.stringify(statelyMachine())),
  );
  const png = join(folder, "chart.png");
  const odd = await cli(["chart", "--out", png]);
  expect(odd.code).toBe(1);
  expect(odd.stderr).toContain("ends in .mmd, .svg, .scxml, .json, got .png");
  expect(existsSync(png)).toBe(false);
  const unnamed = await cli(["chart", "--out", ""]);
  expect(unnamed.code).toBe(1);
  expect(unnamed.stderr).toContain('Expected the name of a file at --out, got "";');
  const nowhere = await cli(["chart", "--out", join(folder, "none", "chart.svg")]);
  expect(nowhere.code).toBe(1);
  expect(nowhere.stderr).toContain("name another file at --out");
});

test.runIf(process.platform === "linux")(
  "cli chart --open: the viewer gets a file with the picture, in a temporary place or the one of --out",
  async () => {
    const env = opener('printf "%s" "$1" > "$SEEN"');
    const { code, stdout, stderr } = await cli(["chart", "--open", "--theme", "dark"], { env });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    const path = readFileSync(env.SEEN, "utf8");
    expect(stderr).toBe(`🖼 Opened ${path}.\n`);
    expect(path.startsWith(env.TMPDIR)).toBe(true);
    expect(readFileSync(path, "utf8")).toBe(fileOf("svg/overview-LOCAL_GPU_MID.dark.svg"));
    const own = join(env.TMPDIR, "own.svg");
    expect((await cli(["chart", "--open", "--out", own], { env })).code).toBe(0);
    expect(readFileSync(env.SEEN, "utf8")).toBe(own);
  },
);

test.runIf(process.platform === "linux").each([
  ["no opener", undefined, "ENOENT"],
  ["an opener without a viewer", "exit 3", "exit code 3 of xdg-open"],
])(
  "cli chart --open: with %s it says so, and where the picture is",
  async (_what, script, words) => {
    const folder = temporaryFolder();
    const env = script === undefined ? { TMPDIR: folder } : opener(script);
    const { code, stdout, stderr } = await cli(["chart", "--open"], { env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(words);
    const [, path = ""] = /open it yourself: (.*\.svg)\n$/.exec(stderr) ?? [];
    expect(existsSync(path), stderr).toBe(true);
    expect(readdirSync(env.TMPDIR).some((name) => name.startsWith("runtime-profile-"))).toBe(true);
  },
);
