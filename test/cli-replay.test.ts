/** `replay` as a real child process over a real log. */
import { expect, test } from "vitest";
import type { SnapshotView } from "../src/replay/views.ts";
import { snapshotOn } from "../src/runtime-moment.ts";
import { cli } from "./cli-helper.ts";
import { writtenLog } from "./support/written-log.ts";

/** A log with pressure twice, and the options to ask it. */
function pressed() {
  const written = writtenLog();
  written.beats(900, (index) => (index % 400 > 300 ? 19_900 : 4000));
  return { ...written, env: { RUNTIME_PROFILE_DATA_DIR: written.folder } };
}

test("replay --to: is what was answered then, by number, time and duration, in both languages", async () => {
  const { log, env, folder } = pressed();
  const seq = log.read({ type: "transition", limit: 3 })[1]?.seq ?? 0;
  const past = (moment: string, language: "zh" | "en"): Promise<SnapshotView> =>
    snapshotOn(folder, { moment, language });
  for (const [moment, language] of [
    [String(seq), "en"],
    [(await past(String(seq), "en")).time, "zh"],
    ["-5m", "en"],
  ] as const) {
    const { stdout, code } = await cli(["replay", "--to", moment, "--json", "--lang", language], {
      env,
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(await past(moment, language))));
  }
  const { stdout } = await cli(["replay", "--to", String(seq)], { env });
  expect(stdout).toContain(`[${seq}]`);
  expect(stdout).toContain("LOCAL_GPU_HIGH");
});

test("replay: plays every step with its sentence, for programs one object a line", async () => {
  const { log, env } = pressed();
  const steps = log.read({ type: "transition", limit: 1000 });
  const { stdout, code } = await cli(["replay", "--json"], { env });
  expect(code).toBe(0);
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map(({ seq }) => seq)).toEqual(steps.map(({ seq }) => seq));
  expect(lines[0]).toMatchObject({ code: "HOST_DETECTED", from: "detecting" });
  const people = await cli(["replay", "--lang", "zh"], { env });
  expect(people.stdout).toContain("回放结束");
  expect(people.stdout.match(/→/g)?.length).toBe(steps.length);
});

test("replay: the filters leave other steps out, and say when nothing is left", async () => {
  const { env } = pressed();
  const of = async (...args: string[]) => {
    const { stdout } = await cli(["replay", "--json", ...args], { env });
    return stdout
      .trim()
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  };
  const hard = await of("--reason", "VRAM_EXHAUSTED");
  expect(hard.length).toBeGreaterThan(0);
  expect(new Set(hard.map(({ code }) => code))).toEqual(new Set(["VRAM_EXHAUSTED"]));
  expect(await of("--tier", "LOCAL_CPU_ONLY")).toEqual([]);
  const [first, ...rest] = await of();
  expect(await of("--from", String(first.seq + 1))).toEqual(rest);
  const none = await cli(["replay", "--tier", "CLOUD_HYBRID"], { env });
  expect(none.stdout).toContain("no step that matches");
});

test("replay: what cannot be meant is refused with value and remedy", async () => {
  const { env } = pressed();
  for (const [args, words] of [
    [["--to", "yesterday"], "an ISO 8601 time"],
    [["--to", "999999"], "from 1 to"],
    [["--reason", "VRAM_EXAUSTED"], "did you mean VRAM_EXHAUSTED?"],
    [["--speed", "fast"], "at --speed"],
    [["--speed", "0"], "at --speed"],
    [["--step"], "Expected a terminal"],
    [["--from", "9", "--to", "3"], "Expected --from before --to"],
  ] as const) {
    const { code, stderr } = await cli(["replay", ...args], { env });
    expect([code, stderr]).toEqual([1, expect.stringContaining(words)]);
  }
  const { code, stderr } = await cli(["replay"]);
  expect([code, stderr]).toEqual([1, expect.stringContaining("start the runtime first")]);
});
