/**
 * Writes docs/statecharts from the machine itself: `npm run charts`.
 * With `--check` it writes nothing, names each file that differs, and ends with 1. Another folder may be
 * named as the last word.
 *
 * README.md there is written by hand; only what stands between `<!-- begin NAME -->` and
 * `<!-- end NAME -->` is replaced.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chartModel } from "../src/charts/chart-model.ts";
import { CHART_VIEWS, type ChartView, mermaidOf } from "../src/charts/mermaid.ts";
import { reasonsTable, transitionsPage } from "../src/charts/tables.ts";
import { LANGUAGES, type Language } from "../src/domain/configuration.ts";
import { TIERS } from "../src/domain/tier.ts";
import { machineDefinition } from "../src/machines/runtime-machine.ts";
import { WORDS } from "../src/policy/words.ts";

const FOLDER = fileURLToPath(new URL("../docs/statecharts/", import.meta.url));
const README = "README.md";

/** Every file of docs/statecharts by name; `readme` is the text whose blocks are filled in. */
export function chartFiles(readme: string): ReadonlyMap<string, string> {
  const model = chartModel();
  const pictures = CHART_VIEWS.flatMap((view) =>
    LANGUAGES.map(
      (language) =>
        [pictureName(view, language), mermaidOf(model, { view, language, words: WORDS })] as const,
    ),
  );
  const blocks = new Map<string, string>([
    ...pictures.map(([name, text]) => [name, `\`\`\`mermaid\n${text}\`\`\``] as const),
    ["reasons", reasonsTable(model, WORDS)],
  ]);
  return new Map([
    ...pictures,
    ["runtime.json", `${JSON.stringify(machineDefinition(), null, 1)}\n`],
    ["transitions.md", transitionsPage(model, WORDS)],
    [README, withBlocks(readme, blocks)],
  ]);
}

/** What is wrong with a folder: files that are missing, out of date, or belong to nothing. */
export function differences(
  wanted: ReadonlyMap<string, string>,
  present: ReadonlyMap<string, string>,
): readonly string[] {
  const stale = [...present.keys()].filter((name) => !wanted.has(name));
  return [
    ...[...wanted.keys()].flatMap((name) => {
      if (!present.has(name)) return [`${name} is missing`];
      return present.get(name) === wanted.get(name) ? [] : [`${name} is out of date`];
    }),
    ...stale.map((name) => `${name} belongs to no part of the chart`),
  ];
}

/** The files of docs/statecharts, or of another folder, as they are. */
export function presentFiles(folder: string = FOLDER): ReadonlyMap<string, string> {
  const names = readdirSync(folder).sort();
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

/** `overview.mmd`, `profile-LOCAL_GPU_MID.mmd`, `region-vram.zh.mmd`. */
function pictureName(view: ChartView, language: Language): string {
  const isTier = TIERS.some((tier) => tier === view);
  const kind = view === "overview" ? "" : isTier ? "profile-" : "region-";
  return `${kind}${view}${language === "en" ? "" : `.${language}`}.mmd`;
}

/** Fills the marked blocks. Throws on a block of an unknown name: it would stay empty unseen. */
function withBlocks(text: string, blocks: ReadonlyMap<string, string>): string {
  return text.replaceAll(
    /<!-- begin (\S+) -->\n[\s\S]*?<!-- end \1 -->/g,
    (_whole, name: string) => {
      const block = blocks.get(name);
      if (block === undefined) throw new Error(`${README}: there is no block named ${name}`);
      return `<!-- begin ${name} -->\n${block}\n<!-- end ${name} -->`;
    },
  );
}

function main(isCheck: boolean, folder: string): number {
  const present = existsSync(folder) ? presentFiles(folder) : new Map<string, string>();
  const wanted = chartFiles(present.get(README) ?? "");
  const wrong = differences(wanted, present);
  if (isCheck) {
    for (const line of wrong) console.error(`docs/statecharts/${line}`);
    if (wrong.length > 0) console.error("Run: npm run charts");
    return wrong.length > 0 ? 1 : 0;
  }
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of wanted) writeFileSync(join(folder, name), text);
  for (const name of present.keys()) if (!wanted.has(name)) rmSync(join(folder, name));
  console.log(`docs/statecharts: ${wanted.size} files, ${wrong.length} changed`);
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const given = process.argv.slice(2);
  const folder = given.find((word) => !word.startsWith("--"));
  process.exitCode = main(given.includes("--check"), folder ?? FOLDER);
}
