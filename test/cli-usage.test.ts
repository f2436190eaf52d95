import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import { cli, startCli } from "./cli-helper.ts";

const BIN = join(import.meta.dirname, "..", "bin", "runtime-profile.js");
const COMMANDS = [
  "",
  "serve",
  "detect",
  "doctor",
  "explain",
  "monitor",
  "fit",
  "log",
  "replay",
  "verify",
  "what-if",
  "export",
  "import",
  "chart",
];

test("cli --version: the version of the package", async () => {
  expect(await cli(["--version"])).toEqual({
    code: 0,
    stdout: `${packageJson.version}\n`,
    stderr: "",
  });
});

test.each(["en", "zh"])(
  "cli --help: every command has its help with examples, in %s",
  async (language) => {
    const texts: string[] = [];
    for (const command of COMMANDS) {
      const words = command === "" ? [] : [command];
      const { code, stdout, stderr } = await cli([...words, "--help", "--lang", language]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      texts.push(`$ runtime-profile ${[...words, "--help"].join(" ")}\n\n${stdout}`);
    }
    await expect(texts.join("\n")).toMatchFileSnapshot(`golden/cli-help.${language}.txt`);
  },
);

test.each([
  [["detct"], 'Expected a command, got "detct"; did you mean detect?'],
  [["frobnicate"], "the commands are serve, detect"],
  [["detect", "--jsn"], "Unknown option '--jsn'; did you mean --json?"],
  [["detect", "extra"], "Too many arguments"],
  [["--port"], "argument missing"],
  [["--port", "http"], 'a whole number from 0 to 65535 at --port, got "http"'],
  [["monitor", "-n", "0"], 'a whole number from 1 to 1000000000 at --count, got "0"'],
  [["log", "--limit", "1001"], "a whole number from 1 to 1000 at --limit"],
  [["log", "--type", "transitoin"], "did you mean transition?"],
  [["chart", "--format", "png"], "write one of mermaid, svg, scxml, json, stately."],
  [["chart", "--theme", "dark"], "Expected --theme with --format svg, got --format mermaid"],
  [["chart", "--format", "json", "--at", "-10m"], "Expected --at with --format svg or mermaid"],
  [["chart", "--view", "LOCAL_GPU_MIX"], "did you mean LOCAL_GPU_MID?"],
  [["--set", "vram.enter=85"], 'got "85"; write 0.85 or "85%"'],
  [["--config", "none.json"], "none.json, got no such file"],
])("cli %j: is refused with exit code 1 and one sentence", async (args, words) => {
  const { code, stdout, stderr } = await cli(args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain(words);
  expect(stderr).toMatch(/^Error: .*[.?]\n$/);
});

test("cli --json: an error is one JSON object on standard error", async () => {
  const { code, stdout, stderr } = await cli(["detect", "--json", "--set", "vram.entr=1"]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(JSON.parse(stderr)).toEqual({
    error: {
      code: "RP_CONFIGURATION",
      path: "vram.entr",
      message: "Expected a known setting, got vram.entr; did you mean thresholds.vram.enter?",
    },
  });
});

test("cli: an error says so in the language of the person", async () => {
  const { stderr } = await cli(["detct", "--lang", "zh"]);
  expect(stderr).toMatch(/^错误: /);
});

test("cli: a token is never printed", async () => {
  const env = { RUNTIME_PROFILE_TOKEN: "s3cret" };
  const { code, stderr } = await cli(["detect"], { env });
  expect(code).toBe(1);
  expect(stderr).toContain("got 6 characters of text");
  expect(stderr).not.toContain("s3cret");
});

test.each([
  ["a pipe", {}, false],
  ["a pipe that is to be coloured", { FORCE_COLOR: "1" }, true],
  ["NO_COLOR", { NO_COLOR: "1" }, false],
])("cli: colour in the heading of a table, with %s", async (_what, env, isColoured) => {
  const { code, stdout } = await cli(["detect"], { env });
  expect(code).toBe(0);
  expect(stdout.startsWith(`${String.fromCharCode(27)}[1m🧠`)).toBe(isColoured);
});

test.each(["20.20.2", "22.17.9", "18.0.0"])(
  "bin: Node %s is told what is needed",
  async (version) => {
    const source = `Object.defineProperty(process, "versions", { value: { node: "${version}" } });`;
    const node = ["--import", `data:text/javascript,${encodeURIComponent(source)}`];
    const { code, stdout, stderr } = await cli(["detect"], { node });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(
      `runtime-profile needs Node 22.18 or later, and this is Node ${version}; install a newer one (https://nodejs.org) and start it again.\n`,
    );
  },
);

test.each(["22.18.0", "24.0.0"])("bin: Node %s is new enough", async (version) => {
  const source = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } });`;
  const node = ["--import", `data:text/javascript,${encodeURIComponent(source)}`];
  expect(await cli(["--version"], { node })).toMatchObject({ code: 0, stderr: "" });
});

test("cli: a reader that goes away is no error", async () => {
  const running = startCli(["chart", "--json"]);
  running.closeOutput();
  const { code, stderr } = await running.end;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

test.skipIf(!existsSync("/dev/full")).each([["--help"], ["--version"], ["chart"]])(
  "cli %s: what cannot be written is a failure",
  async (argument) => {
    const full = openSync("/dev/full", "w");
    const { status, stderr } = spawnSync(process.execPath, [BIN, argument], {
      stdio: ["ignore", full, "pipe"],
      encoding: "utf8",
    });
    closeSync(full);
    expect(status).toBe(1);
    expect(stderr).toContain("ENOSPC");
  },
);
