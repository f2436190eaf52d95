/** `what-if` on the command line: the answer as a person sees it, JSON, refusals, progress and Ctrl-C. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type BarStream, openProgressBar } from "../src/cli/progress-bar.ts";
import {
  INEXACT_WORDS,
  REMARK_WORDS,
  WHAT_IF_CODES,
  whatIfText,
} from "../src/cli/words-what-if.ts";
import { LANGUAGES } from "../src/domain/configuration.ts";
import { profileDocumentOf } from "../src/domain/profile-document.ts";
import { INEXACT_CODES } from "../src/replay/inexact.ts";
import { REMARK_CODES } from "../src/replay/what-if-view.ts";
import { cli } from "./cli-helper.ts";
import { CARD, hostWith } from "./support/stories.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";
import { tellPlato, toldLog } from "./support/told-log.ts";

/** The thresholds that are tried on the recorded card, from loose to strict. */
const TRIED = [
  ["vram.hard=0.86"],
  ["vram.enter=0.50", "vram.slow_exit=0.48", "vram.quick_exit=0.40", "vram.hard=0.60"],
  ["vram.enter=0.28", "vram.slow_exit=0.27", "vram.quick_exit=0.25", "vram.hard=0.30"],
  ["vram.enter=0.17", "vram.slow_exit=0.16", "vram.quick_exit=0.15", "vram.hard=0.18"],
];

const setsOf = (texts: readonly string[]) => texts.flatMap((text) => ["--set", text]);

function platoFolder(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "data"));
  tellPlato(join(folder, "data"));
  return folder;
}

test.each(LANGUAGES)(
  "cli what-if: the recorded exhaustion of a 20 GB card under other thresholds, in %s",
  async (language) => {
    const folder = platoFolder();
    const texts: string[] = [];
    for (const tried of TRIED) {
      const args = ["what-if", ...setsOf(tried)];
      const options = { folder, env: { TZ: "UTC" } };
      const { code, stdout, stderr } = await cli([...args, "--lang", language], options);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      texts.push(`$ runtime-profile ${args.join(" ")}\n\n${stdout}`);
    }
    await expect(texts.join("\n")).toMatchFileSnapshot(`golden/what-if-plato.${language}.txt`);
  },
);

test("cli what-if --json: the whole answer as one object", async () => {
  const folder = platoFolder();
  const set = ["--set", "vram.hard=0.86"];
  const { code, stdout } = await cli(["what-if", ...set, "--json"], { folder });
  expect(code).toBe(0);
  const view = JSON.parse(stdout);
  for (const { bands, bands_merged, transitions } of [view.actual, view.hypothetical]) {
    // Each transition begins a band, the first of them with the log, and the last one is its end.
    expect([bands.length, bands_merged]).toEqual([transitions + 1, false]);
    expect(bands[0].at).toBe(view.first_at);
    expect(bands.at(-1)).toMatchObject({ at: view.last_at, profile: "stopped" });
  }
  expect(view).toMatchObject({
    exact: true,
    measurements_fixed: true,
    readings: 1923,
    changes: { settings: [{ path: "thresholds.vram.hard", from: 0.92, to: 0.86 }], host: null },
    exhaustions: { total: 1 },
  });
});

test("cli what-if: --set and --host suppose, and change nothing of the command itself", async () => {
  const folder = platoFolder();
  // Impossible beside this process's own configuration, possible in the log.
  writeFileSync(
    join(folder, "data", "runtime-profile.json"),
    JSON.stringify({ thresholds: { vram: { enter: 0.95, hard: 0.97 } } }),
  );
  const small = hostWith({ gpus: [{ ...CARD, name: "Small Card", vram_total_mib: 12_288 }] });
  const file = join(folder, "other.json");
  writeFileSync(file, JSON.stringify(profileDocumentOf(small, null)));
  const args = ["what-if", "--set", "vram.hard=0.94", "--host", file, "--lang", "en"];
  const { code, stdout, stderr } = await cli(args, { folder });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("thresholds.vram.hard");
  expect(stdout).toContain("→ Small Card (12.0 GB)");
  expect(stdout).toContain("More was used than the supposed host has");
});

test.each([
  [["--set", "vram.enter=0.95"], "less than thresholds.vram.hard (0.92)"],
  [["--set", "vram.entr=0.9"], "did you mean thresholds.vram.enter?"],
  [["--set", "server.port=1"], "it changes nothing in the past"],
  [["--host", "none.json"], "got no such file"],
  [["--host", "data"], "got EISDIR"],
  [["--host", "text.json"], "got no JSON"],
  [["--host", "null.json"], "got null"],
  [["--host", "list.json"], "Expected the object of runtime_profile.json as host"],
])("cli what-if %j: is refused with one sentence", async (args, words) => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "data"));
  toldLog({ folder: join(folder, "data") }).log.close();
  for (const [name, text] of [
    ["text.json", "hello"],
    ["null.json", "null"],
    ["list.json", "[]"],
  ] as const)
    writeFileSync(join(folder, name), text);
  const { code, stdout, stderr } = await cli(["what-if", ...args], { folder });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain(words);
});

test("cli what-if: without a log it says so", async () => {
  const { code, stderr } = await cli(["what-if"]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Error: /);
});

test("cli what-if: Ctrl-C cancels with exit code 1", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "data"));
  const one = toldLog({ folder: join(folder, "data") });
  one.beats(40_000);
  one.log.close();
  // Asks as soon as somebody listens, in the middle of the run.
  const source = `const poll = setInterval(() => {
    if (process.listenerCount("SIGINT") === 0) return;
    clearInterval(poll);
    process.kill(process.pid, "SIGINT");
  }, 1);`;
  const node = ["--import", `data:text/javascript,${encodeURIComponent(source)}`];
  const { code, stdout, stderr } = await cli(["what-if", "--set", "vram.hard=0.86"], {
    folder,
    node,
  });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toBe("Error: The run was cancelled before its end.\n");
});

function barOn(isTTY: boolean, columns = 80) {
  let now = 0;
  const written: string[] = [];
  const stream = { isTTY, columns, write: (text: string) => written.push(text) > 0 };
  const bar = openProgressBar("Going", stream as unknown as BarStream, () => now);
  return { bar, written, wait: (ms: number) => (now += ms) };
}

test("progress bar: nothing into a pipe, nothing in the first moment, and it takes itself away", () => {
  const pipe = barOn(false);
  pipe.wait(1000);
  pipe.bar.show({ seq: 1, through: 2 });
  pipe.bar.clear();
  expect(pipe.written).toEqual([]);
  const terminal = barOn(true);
  terminal.bar.show({ seq: 1, through: 2 });
  terminal.bar.clear();
  expect(terminal.written).toEqual([]);
  terminal.wait(400);
  terminal.bar.show({ seq: 1, through: 2 });
  terminal.bar.clear();
  terminal.bar.clear();
  expect(terminal.written).toHaveLength(2);
  expect(terminal.written[0]).toContain(`Going ${"█".repeat(12)}${"░".repeat(12)} 50%`);
  expect(terminal.written[1]).toBe("\r\u001b[2K");
});

test("progress bar: stays within 0 and 100 %, and within a narrow line", () => {
  const terminal = barOn(true, 10);
  terminal.wait(400);
  for (const [seq, through] of [
    [5, 2],
    [0, 0],
    [-1, 4],
  ] as const)
    terminal.bar.show({ seq, through });
  expect(terminal.written.map((text) => /\d+%/.exec(text)?.[0])).toEqual(["100%", "100%", "0%"]);
  expect(terminal.written.every((text) => !text.includes("█"))).toBe(true);
});

test("words of what-if: every code says something in both languages, and the Chinese is Chinese", () => {
  for (const language of LANGUAGES) {
    const texts = [
      ...WHAT_IF_CODES.map((code) => whatIfText(code, language)),
      ...INEXACT_CODES.map((code) => INEXACT_WORDS[code][language]()),
      ...REMARK_CODES.map((code) => REMARK_WORDS[code][language]()),
    ];
    for (const text of texts) {
      expect(text.trim()).not.toBe("");
      expect(/\p{Script=Han}/u.test(text), text).toBe(language === "zh");
    }
  }
});
