/** Reading the hand-written pages: their tables, code blocks, headings, and the variables of the source. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../..");
export const READMES = ["README.md", "README.zh-CN.md"] as const;
export const GUIDES = ["docs/guide.md", "docs/guide.zh-CN.md"] as const;
export const QUICK = ["docs/quick-reference.md", "docs/quick-reference.zh-CN.md"] as const;

/** Every page that is written by hand. */
export const PAGES = [
  ...["", "docs", "docs/decisions"].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => join(folder, name)),
  ),
];

export function textOf(page: string): string {
  return readFileSync(join(ROOT, page), "utf8");
}

/** The rows of all tables of a page whose first cell begins as wanted, without the backticks. */
export function rowsOf(page: string, first: RegExp): string[][] {
  return textOf(page)
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.slice(2, -2).split(" | "))
    .filter(([cell = ""]) => first.test(cell));
}

/** The rows of the first table after a heading cell of that name. */
export function tableOf(page: string, ...heading: string[]): string[][] {
  const lines = textOf(page).split("\n");
  const start = lines.findIndex((line) => heading.some((cell) => line.startsWith(`| ${cell} |`)));
  if (start < 0) throw new Error(`${page} has no table that begins with ${heading.join(" or ")}`);
  const end = lines.findIndex((line, index) => index > start && !line.startsWith("|"));
  return lines.slice(start + 2, end).map((line) => line.slice(2, -2).split(" | "));
}

/** Texts in backticks, without the fenced blocks. */
export function codesIn(text: string): string[] {
  const bare = text.replace(/^```[\s\S]*?^```/gm, "");
  return [...bare.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string);
}

/** The fenced blocks of a language. */
export function blocksOf(page: string, language: string): string[] {
  const fences = textOf(page).matchAll(
    new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"),
  );
  return [...fences].map((match) => match[1] as string);
}

/** The anchor that a heading gets. */
export function anchorOf(heading: string): string {
  const words = heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "");
  return words.trim().replaceAll(" ", "-");
}

export function headingsOf(page: string): { level: number; title: string }[] {
  const bare = textOf(page).replace(/^```[\s\S]*?^```/gm, "");
  return [...bare.matchAll(/^(#+) (.*)$/gm)].map(([, marks, title]) => ({
    level: (marks as string).length,
    title: title as string,
  }));
}

/** The variables that give a setting, as their table in the source has them. */
export function settingVariables(): (readonly [name: string, path: string])[] {
  const rows = textOf("src/domain/configuration-text.ts").matchAll(
    /\["([A-Z_]+)", "([a-z._]+)"\]/g,
  );
  return [...rows].map(([, name = "", path = ""]) => [name, path] as const);
}

/** Every environment variable that gives a setting or bears this program's name. */
export function variables(): string[] {
  const sources = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => textOf(join("src", file)));
  const own = sources.flatMap((code) => code.match(/RUNTIME_PROFILE_[A-Z_]+/g) ?? []);
  return [...new Set([...settingVariables().map(([name]) => name), ...own])].sort();
}
