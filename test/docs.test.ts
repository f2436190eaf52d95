/** The documents say what the code does, and all of it: both are compared, in both directions. */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { text as textOfStream } from "node:stream/consumers";
import { expect, test } from "vitest";
import { openOutput } from "../src/cli/output.ts";
import { createProgram } from "../src/cli/program.ts";
import { nvidiaCellCode, nvidiaFailureCode } from "../src/detect/nvidia-failure.ts";
import { DEFAULT_CONFIGURATION } from "../src/domain/configuration.ts";
import { parseConfiguration } from "../src/domain/configuration-parse.ts";
import { overridesOfAssignments, withOverrides } from "../src/domain/configuration-text.ts";
import { ERROR_CODES, type ErrorCode, RuntimeProfileError } from "../src/domain/error.ts";
import { NOTE_CODES } from "../src/domain/host.ts";
import { REFUSAL_CODES } from "../src/domain/reason.ts";
import { rungsOf } from "../src/domain/rung.ts";
import { SETTINGS } from "../src/domain/setting.ts";
import { TIERS, type Tier } from "../src/domain/tier.ts";
import { PACKAGE_VERSION } from "../src/domain/version.ts";
import { refusalOf } from "../src/http/problem.ts";
import { DESCRIPTIONS } from "../src/machines/descriptions.ts";
import { XSTATE_VERSION } from "../src/machines/runtime-machine.ts";
import { gpuRowOf } from "../src/policy/model-choice.ts";
import { CLOUD_MAX_SCENES, CPU_ROW } from "../src/policy/model-table.ts";
import { MISSING_CODES } from "../src/policy/policy.ts";
import { startService } from "./http-helper.ts";
import { fakeNvidiaSmi, nvidiaRow } from "./support/fake-nvidia-smi.ts";
import { fakeOllama } from "./support/fake-ollama.ts";
import { LAW } from "./support/house-law.ts";
import { entryOf, fileHost, live } from "./support/live.ts";
import { quickConfiguration } from "./support/quick-configuration.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const ROOT = join(import.meta.dirname, "..");
const READMES = ["README.md", "README.zh-CN.md"] as const;
const GUIDES = ["docs/guide.md", "docs/guide.zh-CN.md"] as const;
const QUICK = ["docs/quick-reference.md", "docs/quick-reference.zh-CN.md"] as const;

/** Every page that is written by hand. */
const PAGES = [
  ...["", "docs", "docs/decisions"].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => join(folder, name)),
  ),
];

function textOf(page: string): string {
  return readFileSync(join(ROOT, page), "utf8");
}

/** The rows of all tables of a page whose first cell begins as wanted, without the backticks. */
function rowsOf(page: string, first: RegExp): string[][] {
  return textOf(page)
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.slice(2, -2).split(" | "))
    .filter(([cell = ""]) => first.test(cell));
}

/** The rows of the first table after a heading cell of that name. */
function tableOf(page: string, ...heading: string[]): string[][] {
  const lines = textOf(page).split("\n");
  const start = lines.findIndex((line) => heading.some((cell) => line.startsWith(`| ${cell} |`)));
  if (start < 0) throw new Error(`${page} has no table that begins with ${heading.join(" or ")}`);
  const end = lines.findIndex((line, index) => index > start && !line.startsWith("|"));
  return lines.slice(start + 2, end).map((line) => line.slice(2, -2).split(" | "));
}

/** Texts in backticks, without the fenced blocks. */
function codesIn(text: string): string[] {
  const bare = text.replace(/^```[\s\S]*?^```/gm, "");
  return [...bare.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string);
}

/** The fenced blocks of a language. */
function blocksOf(page: string, language: string): string[] {
  const fences = textOf(page).matchAll(
    new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"),
  );
  return [...fences].map((match) => match[1] as string);
}

/** The anchor that a heading gets. */
function anchorOf(heading: string): string {
  const words = heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "");
  return words.trim().replaceAll(" ", "-");
}

function headingsOf(page: string): { level: number; title: string }[] {
  const bare = textOf(page).replace(/^```[\s\S]*?^```/gm, "");
  return [...bare.matchAll(/^(#+) (.*)$/gm)].map(([, marks, title]) => ({
    level: (marks as string).length,
    title: title as string,
  }));
}

const output = openOutput();

function program() {
  return createProgram({ output, language: "en" });
}

test("docs: every link inside the repository leads somewhere", () => {
  const broken = PAGES.flatMap((page) =>
    [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
      if (/^[a-z]+:/.test(link)) return [];
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page : join(dirname(page), path);
      if (!existsSync(join(ROOT, target))) return [`${page}: ${link}`];
      const isMissing =
        anchor !== undefined && !headingsOf(target).some(({ title }) => anchorOf(title) === anchor);
      return isMissing ? [`${page}: ${link}`] : [];
    }),
  );
  expect(broken).toEqual([]);
});

test("docs: both languages have the same headings, code and data", () => {
  for (const [english, chinese] of [READMES, GUIDES, QUICK]) {
    const levels = (page: string) => headingsOf(page).map(({ level }) => level);
    expect(levels(chinese), chinese).toEqual(levels(english));
    expect(blocksOf(chinese, "ts"), chinese).toEqual(blocksOf(english, "ts"));
    expect(blocksOf(chinese, "json"), chinese).toEqual(blocksOf(english, "json"));
  }
});

test("docs: the guides have every route of the server and no other", async () => {
  const service = await startService();
  const { json } = await service.ask("/docs/json");
  const pages = await Promise.all(["/", "/docs"].map((path) => service.ask(path)));
  await service.stop();
  expect(pages.map(({ status }) => status)).toEqual([200, 200]);
  const paths = json["paths"] as Record<string, Record<string, unknown>>;
  const served = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const all = [...served, "GET /docs", "GET /"].sort();
  for (const guide of GUIDES) {
    const listed = tableOf(guide, "Route", "路由").flatMap(([cell = ""]) => codesIn(cell));
    expect(listed.sort(), guide).toEqual(all);
  }
  const known = new Set(Object.keys(paths));
  for (const page of PAGES) {
    const named = [...textOf(page).matchAll(/\/api\/runtime\/[a-z/.{}-]*[a-z}]/g)];
    expect(named.map(([path]) => path).filter((path) => !known.has(path))).toEqual([]);
  }
});

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

test("docs: both guides have every reason code and every error code, and no other", () => {
  for (const guide of GUIDES) {
    const reasons = tableOf(guide, "Code | Meaning", "代码 | 含义");
    expect(reasons.map(([code]) => code)).toEqual(REFUSAL_CODES.map((code) => `\`${code}\``));
    const errors = tableOf(guide, "Code | When", "代码 | 情形");
    expect(errors.map(([code]) => code)).toEqual(ERROR_CODES.map((code) => `\`${code}\``));
    for (const [code = "", , statuses = ""] of errors) {
      const error = new RuntimeProfileError(code.slice(1, -1) as ErrorCode, "");
      if (statuses !== "–") expect(statuses, code).toContain(String(refusalOf(error).status));
    }
  }
  const meanings = tableOf(GUIDES[0], "Code | Meaning").map(([, meaning]) => meaning);
  expect(meanings.slice(0, -1)).toEqual(Object.values(DESCRIPTIONS));
});

test("docs: no page names a code that does not exist", () => {
  const others = ["DEFAULT_CONFIGURATION", "ERROR_CODES", "REASON_CODES", "DECIDER_VERSION"];
  const ofSystems = ["NO_COLOR", "XDG_DATA_HOME"];
  const known = new Set<string>([
    ...[...REFUSAL_CODES, ...ERROR_CODES, ...MISSING_CODES, ...TIERS],
    ...variables(),
    ...[...others, ...ofSystems],
  ]);
  const unknown = PAGES.flatMap((page) =>
    codesIn(textOf(page))
      .filter((code) => /^[A-Z]+(_[A-Z]+)+$/.test(code) && !known.has(code))
      .map((code) => `${page}: ${code}`),
  );
  expect(unknown).toEqual([]);
});

/** The variables that give a setting, as their table in the source has them. */
function settingVariables(): (readonly [name: string, path: string])[] {
  const rows = textOf("src/domain/configuration-text.ts").matchAll(
    /\["([A-Z_]+)", "([a-z._]+)"\]/g,
  );
  return [...rows].map(([, name = "", path = ""]) => [name, path] as const);
}

/** Every environment variable that gives a setting or bears this program's name. */
function variables(): string[] {
  const sources = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => textOf(join("src", file)));
  const own = sources.flatMap((code) => code.match(/RUNTIME_PROFILE_[A-Z_]+/g) ?? []);
  return [...new Set([...settingVariables().map(([name]) => name), ...own])].sort();
}

test("docs: both guides have every environment variable and what it sets", () => {
  for (const guide of GUIDES) {
    const rows = tableOf(guide, "Variable", "变量").map((row) => codesIn(row.join(" ")));
    expect(rows.map(([name]) => name).sort()).toEqual(variables());
    for (const [name, path] of settingVariables())
      expect(rows.find(([first]) => first === name)?.[1]).toBe(path);
  }
});

test("docs: both guides have every command and every option, and no other", () => {
  const longOf = (options: readonly { long?: string | undefined }[]) =>
    options.map(({ long }) => long ?? "").sort();
  const { commands, options } = program();
  const expected = commands.map((one) => [one.name(), longOf(one.options)]);
  for (const guide of GUIDES) {
    const rows = tableOf(guide, "Command | What it does", "命令 | 作用").map(
      ([name = "", , flags = ""]) => [name.slice(1, -1), codesIn(flags).sort()],
    );
    expect(rows, guide).toEqual(expected);
    const global = tableOf(guide, "Option of every command", "所有命令的选项");
    expect(global.map(([cell]) => cell?.slice(1, -1)).sort()).toEqual(
      [...longOf(options), "--help"].sort(),
    );
  }
});

test("docs: every call of the command line in the pages can be parsed", () => {
  const calls = PAGES.flatMap((page) => [
    ...[
      ...blocksOf(page, "sh")
        .join("\n")
        .matchAll(/^npx runtime-profile (.*)$/gm),
    ],
    ...codesIn(textOf(page)).map((code) =>
      /^(?:npx )?runtime-profile (?!needs)([^<]*)$/.exec(code),
    ),
  ]).flatMap((match) => match?.[1] ?? []);
  expect(calls.length).toBeGreaterThan(10);
  for (const call of calls) {
    const { commands, options } = program();
    const words = call.split(" ").filter((word) => !word.includes("="));
    const command = commands.find((one) => one.name() === words[0]);
    const known = [...options, ...(command?.options ?? [])].map(({ long }) => long);
    expect(command !== undefined || words[0]?.startsWith("--"), call).toBe(true);
    for (const flag of words.filter((word) => word.startsWith("--")))
      expect(known, call).toContain(flag);
  }
});

test("docs: both guides have every name of the library", () => {
  const names = [...textOf("src/index.ts").matchAll(/^export (?:type )?\{([^}]*)\}/gm)]
    .flatMap(([, list = ""]) => list.split(","))
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const members = [
    ...textOf("src/runtime-types.ts").matchAll(/^export interface Runtime \{[\s\S]*/gm),
  ]
    .flatMap(([body]) => [...body.matchAll(/^ {2}(?:readonly )?(\w+)[(:]/gm)])
    .map(([, name]) => name as string);
  for (const guide of GUIDES) {
    const named = codesIn(textOf(guide)).map((code) => code.split("(")[0]);
    for (const name of [...names, ...members]) expect(named, guide).toContain(name);
  }
  const listed = tableOf(GUIDES[0], "Of a running runtime").flatMap(([cell = ""]) => codesIn(cell));
  expect(listed.map((code) => code.split("(")[0]).sort()).toEqual(members.sort());
});

test("docs: the texts of nvidia-smi in both guides give the remark beside them", () => {
  for (const guide of GUIDES) {
    const rows = tableOf(guide, "Text of nvidia-smi", "nvidia-smi 的文字");
    expect(rows.length).toBeGreaterThan(10);
    for (const [text = "", remark = ""] of rows) {
      const [said] = codesIn(text);
      const [code] = codesIn(remark);
      expect(NOTE_CODES).toContain(code);
      if (said === undefined) continue;
      const found = said.startsWith("[")
        ? nvidiaCellCode(said)
        : nvidiaFailureCode({ exit_code: null, text: said });
      expect(found, said).toBe(code);
    }
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

const MOONDREAM = JSON.stringify({
  models: [
    {
      name: "moondream:latest",
      model: "moondream",
      size: 1_738_451_197,
      details: { family: "phi2", families: ["phi2", "clip"] },
      capabilities: ["completion", "vision"],
    },
  ],
});

test("docs: the answer in the README is what such a host answers", async () => {
  const card = fakeNvidiaSmi({ rows: nvidiaRow({ total: 8188, used: 3701, free: 4487 }) });
  const ollama = await fakeOllama({ tags: MOONDREAM });
  const configuration = quickConfiguration({ ollama: { host: ollama.address } });
  const host = fileHost(32_768, 12_288);
  const runtime = await live({ env: card.env, configuration, host });
  await entryOf(
    runtime,
    ({ type, data }) => type === "reading" && (data as { vram: unknown }).vram !== null,
  );
  const [answer = ""] = blocksOf("README.md", "json");
  expect(runtime.status()).toMatchObject(JSON.parse(answer));
});

test("docs: the examples in the README are the files, and they run", async () => {
  const names = readdirSync(join(ROOT, "examples"));
  const shown = [...textOf("README.md").matchAll(/^<!-- example: examples\/(.*) -->$/gm)];
  expect(shown.map(([, name]) => name).sort()).toEqual(names.sort());
  const blocks = blocksOf("README.md", "ts");
  for (const [index, [, name = ""]] of shown.entries()) {
    const [, ...lines] = textOf(join("examples", name)).split("\n");
    expect(blocks[index]).toBe(lines.join("\n").replace("../src/index.ts", "runtime-profile"));
  }
  const card = fakeNvidiaSmi({ rows: nvidiaRow({ total: 8188, used: 900, free: 7288 }) });
  const ollama = await fakeOllama({ tags: MOONDREAM });
  const home = temporaryFolder();
  const env = { ...card.env, OLLAMA_HOST: ollama.address, HOME: home, XDG_DATA_HOME: home };
  const ended = names.map(async (name) => {
    const child = spawn(process.execPath, [join(ROOT, "examples", name)], { env, stdio: "pipe" });
    const [said, errors, code] = await Promise.all([
      textOfStream(child.stdout),
      textOfStream(child.stderr),
      new Promise((resolve) => child.once("close", resolve)),
    ]);
    return { name, code, errors, hasTier: said.includes("LOCAL_GPU_MID") };
  });
  expect(await Promise.all(ended)).toEqual(
    names.map((name) => ({ name, code: 0, errors: "", hasTier: true })),
  );
});

test("docs: the table of rooms is the law of the house", () => {
  const list = (cell = "") => (cell === "–" ? [] : cell.split(", "));
  const rooms = tableOf("docs/architecture.md", "Room").map(
    ([room = "", , may, packages, node]) => [
      room.slice(1, -1),
      { rooms: list(may), packages: list(packages), node: node === "yes" },
    ],
  );
  expect(rooms).toEqual(Object.entries(LAW));
});

test("docs: versions are those of package.json", () => {
  const { version, dependencies } = JSON.parse(textOf("package.json")) as {
    version: string;
    dependencies: Record<string, string>;
  };
  expect(PACKAGE_VERSION).toBe(version);
  expect(dependencies["xstate"]).toBe(XSTATE_VERSION);
  const listed = tableOf("docs/decisions/0006-dependencies.md", "Library")
    .flatMap(([cell = ""]) => cell.split(", "))
    .sort();
  const pinned = Object.entries(dependencies).map(([name, pin]) => `${name} ${pin}`);
  expect(listed).toEqual(pinned.sort());
});

test("docs: each decision has its four parts in at most 40 lines", () => {
  const decisions = PAGES.filter((page) => page.startsWith("docs/decisions/"));
  expect(decisions.length).toBeGreaterThan(8);
  for (const page of decisions) {
    const parts = headingsOf(page).filter(({ level }) => level === 2);
    expect(parts.map(({ title }) => title)).toEqual([
      ...["Status", "Decision", "Reasons", "Consequences"],
    ]);
    expect(textOf(page).split("\n").length, page).toBeLessThanOrEqual(41);
  }
});
