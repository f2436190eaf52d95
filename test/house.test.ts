/**
 * The law of the house: what each room may import, how large things may grow, what the pure rooms may
 * not touch. Change it only together with docs/architecture.md.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { expect, test } from "vitest";
import { LAW } from "./support/house-law.ts";

const ROOT = join(import.meta.dirname, "..");
const SOURCE = join(ROOT, "src");

const ONE_FILE: Record<string, string> = {
  xstate: "machines/runtime-machine.ts",
  "better-sqlite3": "log/sqlite-file.ts",
  "prom-client": "http/exposition.ts",
};
/** Pure parts of the log that rooms above may use; its stores are for the stairwell and the cli. */
const PURE_LOG = [
  "log/codec.ts",
  "log/entry.ts",
  "log/finding.ts",
  "log/piece.ts",
  "log/reading-columns.ts",
  "log/reading-row.ts",
  "log/set-aside.ts",
  "log/store.ts",
];
const PURE_ROOMS = ["domain", "policy", "machines", "replay", "charts"];
const FORBIDDEN =
  /\b(Date|performance|setTimeout|setInterval|setImmediate|queueMicrotask|process|fetch)\b(?=[.(])|\bMath\.random\b|\bnew Date\b/;
const MAX_LINES = 300;
const MAX_FUNCTION_LINES = 70;

const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.replaceAll("\\", "/"))
  .sort();

function roomOf(file: string): string {
  if (file.includes("/")) return file.split("/")[0] as string;
  return file === "index.ts" ? "index" : "stairwell";
}

function codeOf(file: string): string {
  return readFileSync(join(SOURCE, file), "utf8");
}

function importsOf(file: string): string[] {
  const code = codeOf(file);
  const found = code.matchAll(/(?:from|import)\s*\(?\s*["']([^"']+)["']/g);
  return [...found].map((match) => match[1] as string).filter((name) => /^[.@a-z]/.test(name));
}

/** The code without comments and texts, line by line. */
function bareCodeOf(file: string): string {
  return codeOf(file)
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ""))
    .replace(/(^|[^:"'`])\/\/.*$/gm, "$1")
    .replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, '""');
}

function offence(file: string, name: string): string | null {
  const room = roomOf(file);
  const law = LAW[room];
  if (law === undefined) return `${file}: the room ${room} is not in the law`;
  if (name.startsWith("node:")) return law.node ? null : `${file} imports ${name}`;
  if (!name.startsWith(".")) {
    const only = ONE_FILE[name];
    if (only !== undefined && only !== file) return `${file} imports ${name}; only ${only} may`;
    return law.packages.includes(name) ? null : `${file} imports the package ${name}`;
  }
  const target = relative(SOURCE, normalize(join(SOURCE, dirname(file), name))).replaceAll(
    "\\",
    "/",
  );
  const other = roomOf(target);
  if (other === room) return null;
  if (!law.rooms.includes(other)) return `${file} imports ${target}`;
  const mayUseStores = room === "stairwell" || room === "cli";
  if (other === "log" && !mayUseStores && !PURE_LOG.includes(target))
    return `${file} imports the store ${target}`;
  return null;
}

test("house: every import goes down, to a room that the law allows", () => {
  const offences = files
    .flatMap((file) => importsOf(file).map((name) => offence(file, name)))
    .filter((each) => each !== null);
  expect(offences).toEqual([]);
});

test("house: the check on imports sees a wrong one", () => {
  expect(offence("domain/tier.ts", "../detect/detect.ts")).toContain("imports detect/detect.ts");
  expect(offence("policy/resolve.ts", "node:fs")).toContain("node:fs");
  expect(offence("http/server.ts", "../log/sqlite-log.ts")).toContain("store");
  expect(offence("machines/chart.ts", "xstate")).toContain("only");
  expect(offence("charts/svg.ts", "elkjs/lib/elk.bundled.js")).toContain("package elkjs");
});

test("house: no file is longer than 300 lines", () => {
  const tooLong = files.filter((file) => codeOf(file).trimEnd().split("\n").length > MAX_LINES);
  expect(tooLong).toEqual([]);
});

test("house: no function is longer than 70 lines", () => {
  const tooLong: string[] = [];
  for (const file of files) {
    const lines = codeOf(file).split("\n");
    lines.forEach((line, index) => {
      const start = line.match(
        /^(\s*)(export )?(async )?(function\b|const \w+ = (async )?\(.*=> \{$|(async )?#?\w+\(.*\).*\{$)/,
      );
      if (start === null || /^\s*(if|for|while|switch|return|test|expect)\b/.test(line)) return;
      const indent = start[1] as string;
      const end = lines.findIndex((other, at) => at > index && other.startsWith(`${indent}}`));
      if (end - index + 1 > MAX_FUNCTION_LINES) tooLong.push(`${file}:${index + 1}`);
    });
  }
  expect(tooLong).toEqual([]);
});

test("house: the pure rooms touch no clock, timer, random number or process", () => {
  const offences = files
    .filter((file) => PURE_ROOMS.includes(roomOf(file)))
    .filter((file) => FORBIDDEN.test(bareCodeOf(file)));
  expect(offences).toEqual([]);
});

test("house: nobody re-exports a module; only index.ts lists names", () => {
  const barrels = files.filter(
    (file) => file !== "index.ts" && /^export (\*|\{[^}]*\} from)/m.test(codeOf(file)),
  );
  expect(barrels).toEqual([]);
});

test("house: every file begins by saying what it is", () => {
  const silent = files.filter((file) => !codeOf(file).startsWith("/**"));
  expect(silent).toEqual([]);
});

test("house: no import cycle", () => {
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) {
      cycles.push([...path.slice(path.indexOf(file)), file].join(" → "));
      return;
    }
    if (done.has(file)) return;
    for (const name of importsOf(file).filter((each) => each.startsWith("."))) {
      const target = relative(SOURCE, normalize(join(SOURCE, dirname(file), name))).replaceAll(
        "\\",
        "/",
      );
      if (files.includes(target)) visit(target, [...path, file]);
    }
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(cycles).toEqual([]);
});
