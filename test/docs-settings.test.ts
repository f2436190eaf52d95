import { expect, test } from "vitest";
import { DEFAULT_CONFIGURATION } from "../src/domain/configuration.ts";
import { parseConfiguration } from "../src/domain/configuration-parse.ts";
import { overridesOfAssignments, withOverrides } from "../src/domain/configuration-text.ts";
import { rungsOf } from "../src/domain/rung.ts";
import { SETTINGS } from "../src/domain/setting.ts";
import { TIERS, type Tier } from "../src/domain/tier.ts";
import { gpuRowOf } from "../src/policy/model-choice.ts";
import { CLOUD_MAX_SCENES, CPU_ROW } from "../src/policy/model-table.ts";
import {
  blocksOf,
  codesIn,
  GUIDES,
  PAGES,
  QUICK,
  READMES,
  rowsOf,
  settingVariables,
  tableOf,
  textOf,
  variables,
} from "./support/pages.ts";

test("docs: every setting stands in both guides with its default", () => {
  const expected = SETTINGS.map(({ path }) => [`\`${path}\``, defaultText(path)]);
  for (const guide of GUIDES) {
    const rows = tableOf(guide, "Setting", "设置");
    expect(rows.map(([path, value]) => [path, value?.replace("不写", "absent")])).toEqual(expected);
  }
  const sentences = tableOf(GUIDES[0], "Setting").map(([, , about]) => about);
  expect(sentences).toEqual(SETTINGS.map(({ about }) => about));
});

function defaultText(path: string): string {
  const value = path
    .split(".")
    .reduce<unknown>((tree, key) => (tree as Record<string, unknown>)[key], DEFAULT_CONFIGURATION);
  return value === undefined ? "absent" : `\`${JSON.stringify(value)}\``;
}

test("docs: the table of thresholds has the defaults", () => {
  const { vram, memory, cpu, tasks } = DEFAULT_CONFIGURATION.thresholds;
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const mib = (size: number) => `${size} MiB`;
  const seconds = (ms: number) => `${ms / 1000} s`;
  const vramTexts = [
    `> ${percent(vram.enter)} for ${seconds(vram.grace_ms)}`,
    `> ${percent(vram.hard)}`,
    `< ${percent(vram.quick_exit)} for ${seconds(vram.quick_exit_ms)}`,
    `< ${percent(vram.slow_exit)} for ${seconds(vram.slow_exit_ms)}`,
  ];
  const memoryTexts = [
    `< ${mib(memory.enter)} for ${seconds(memory.grace_ms)}`,
    `< ${mib(memory.hard)}`,
    `> ${mib(memory.quick_exit)} for ${seconds(memory.quick_exit_ms)}`,
    `> ${mib(memory.slow_exit)} for ${seconds(memory.slow_exit_ms)}`,
  ];
  const cpuTexts = [
    `> ${percent(cpu.enter)} for ${seconds(cpu.grace_ms)}`,
    "–",
    `< ${percent(cpu.quick_exit)} for ${seconds(cpu.quick_exit_ms)}`,
    "–",
  ];
  const probes = {
    en: `${tasks.probes_good} of ${tasks.probes} probes succeed`,
    zh: `${tasks.probes} 次试探中 ${tasks.probes_good} 次成功`,
  };
  const expected = (language: "en" | "zh") => [
    vramTexts,
    memoryTexts,
    cpuTexts,
    [`> ${percent(tasks.enter)}`, "–", probes[language], "–"],
  ];
  // The table that begins with a signal and has five columns; README's has three.
  const rows = (guide: string) => tableOf(guide, "Signal", "信号").map(([, ...cells]) => cells);
  const inEnglish = rows(GUIDES[1]).map((row) => row.map((cell) => cell.replace("持续", "for")));
  expect(rows(GUIDES[0])).toEqual(expected("en"));
  expect(inEnglish).toEqual(expected("zh"));
});

test("docs: every table of tiers has the five, their floors and their scenes", () => {
  const { tier } = DEFAULT_CONFIGURATION;
  const floors: Partial<Record<Tier, number>> = {
    LOCAL_GPU_HIGH: tier.high_mib,
    LOCAL_GPU_MID: tier.mid_mib,
    LOCAL_GPU_LOW: tier.low_mib,
  };
  for (const page of [...READMES, ...GUIDES, ...QUICK]) {
    const rows = rowsOf(page, /^`(LOCAL|CLOUD)_[A-Z_]+`$/).filter(([cell]) =>
      TIERS.some((each) => cell === `\`${each}\``),
    );
    expect(
      rows.map(([cell]) => cell?.slice(1, -1)),
      page,
    ).toEqual(TIERS);
    for (const [index, row] of rows.entries()) {
      const each = TIERS[index] as Tier;
      const floor = floors[each];
      if (floor !== undefined) expect(row.join(" "), page).toContain(`${floor} MiB`);
      const own = gpuRowOf(each)?.max_scenes ?? CPU_ROW.max_scenes;
      const scenes = each === "CLOUD_HYBRID" ? CLOUD_MAX_SCENES : own;
      expect(
        row.some((cell) => cell.split(" ")[0] === String(scenes)),
        `${page} ${each}`,
      ).toBe(true);
      if ((GUIDES as readonly string[]).includes(page))
        expect(row.at(-1)).toBe(rungsOf(each).join(" → "));
    }
  }
});

test("docs: both guides have every environment variable and what it sets", () => {
  for (const guide of GUIDES) {
    const rows = tableOf(guide, "Variable", "变量").map((row) => codesIn(row.join(" ")));
    expect(rows.map(([name]) => name).sort()).toEqual(variables());
    for (const [name, path] of settingVariables())
      expect(rows.find(([first]) => first === name)?.[1]).toBe(path);
  }
});

test("docs: every configuration in the pages is one", () => {
  const blocks = PAGES.flatMap((page) => blocksOf(page, "json"))
    .map((block) => JSON.parse(block) as Record<string, unknown>)
    .filter((json) => !("policy" in json));
  expect(blocks.length).toBeGreaterThan(4);
  for (const json of blocks) expect(() => parseConfiguration(json)).not.toThrow();
  const written = QUICK.flatMap((page) => textOf(page).match(/`[a-z._]+` = `[^`]+`/g) ?? []);
  expect(written).toHaveLength(8);
  for (const setting of written) {
    const [path, value = ""] = codesIn(setting);
    const text = `${path}=${JSON.parse(value)}`;
    const json = withOverrides({}, overridesOfAssignments([text]));
    expect(() => parseConfiguration(json), text).not.toThrow();
  }
});
