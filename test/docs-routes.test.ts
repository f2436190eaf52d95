import { expect, test } from "vitest";
import { openOutput } from "../src/cli/output.ts";
import { createProgram } from "../src/cli/program.ts";
import { startService } from "./http-helper.ts";
import { blocksOf, codesIn, GUIDES, PAGES, tableOf, textOf } from "./support/pages.ts";

const output = openOutput();

function program() {
  return createProgram({ output, language: "en" });
}

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
