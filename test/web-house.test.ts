/** The page keeps house too: what it may take from the rooms, and how large things may grow. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "./support/pages.ts";

const SOURCE = join(ROOT, "web", "src");
const MAX_LINES = 300;
const PACKAGES = ["preact", "preact/hooks", "uplot"];

const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => /\.tsx?$/.test(file))
  .sort();
const codeOf = (file: string): string => readFileSync(join(SOURCE, file), "utf8");

/** What is wrong with one import; null when nothing is. */
function offence(file: string, statement: string): string | null {
  const [, name = ""] = /["']([^"']+)["'];?$/.exec(statement) ?? [];
  const isStyle = name.endsWith(".css");
  if (!name.startsWith(".")) {
    return PACKAGES.includes(name) || isStyle ? null : `${file} imports ${name}`;
  }
  const target = relative(ROOT, join(SOURCE, dirname(file), name)).replaceAll("\\", "/");
  if (target.startsWith("web/src/")) return null;
  const isType = statement.startsWith("import type");
  const isValueRoom = target.startsWith("src/domain/") || target.startsWith("src/policy/");
  return isType || isValueRoom ? null : `${file} takes more than types from ${target}`;
}

function importsOf(file: string): string[] {
  return codeOf(file).match(/^import [^;]*;/gm) ?? [];
}

test("web: takes values from domain and policy alone, and types from everywhere", () => {
  expect(files.length).toBeGreaterThan(20);
  const offences = files.flatMap((file) => importsOf(file).map((each) => offence(file, each)));
  expect(offences.filter((each) => each !== null)).toEqual([]);
  expect(offence("app.tsx", 'import { x } from "../../src/log/codec.ts";')).toContain("codec");
  expect(offence("app.tsx", 'import x from "react";')).toContain("react");
});

test("web: no file is longer than 300 lines, and each says what it is", () => {
  expect(files.filter((file) => codeOf(file).trimEnd().split("\n").length > MAX_LINES)).toEqual([]);
  expect(files.filter((file) => !codeOf(file).startsWith("/**"))).toEqual([]);
});

test("web: every text for people stands there in both languages", () => {
  const lonely = files.flatMap((file) => {
    const code = codeOf(file);
    const [zh, en] = [/\bzh: ["'`(]/g, /\ben: ["'`(]/g].map(
      (each) => code.match(each)?.length ?? 0,
    );
    return zh === en ? [] : [`${file}: ${zh} zh, ${en} en`];
  });
  expect(lonely).toEqual([]);
});
