/**
 * Writes docs/statecharts from the machine itself: `npm run charts`.
 * With `--check` it writes nothing, names each file that differs, and ends with 1. Another folder may be
 * named as the last word.
 *
 * README.md there is written by hand; only what stands between `<!-- begin NAME -->` and
 * `<!-- end NAME -->` is replaced.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ChartModel, chartModel } from "../src/charts/chart-model.ts";
import type { ChartWords } from "../src/charts/chart-words.ts";
import { mermaidOf } from "../src/charts/mermaid.ts";
import { THEMES } from "../src/charts/palette.ts";
import { scxmlOf } from "../src/charts/scxml.ts";
import { statelyMachine } from "../src/charts/stately.ts";
import { svgOf } from "../src/charts/svg.ts";
import { reasonsTable, transitionsPage } from "../src/charts/tables.ts";
import { type ChartView, PICTURE_VIEWS, pictureFile } from "../src/charts/view-names.ts";
import { sketchOf } from "../src/charts/views.ts";
import { LANGUAGES } from "../src/domain/configuration.ts";
import { machineDefinition } from "../src/machines/runtime-machine.ts";
import { WORDS } from "../src/policy/words.ts";
import { placeSketch } from "./chart-layout.ts";

const FOLDER = fileURLToPath(new URL("../docs/statecharts/", import.meta.url));
const README = "README.md";

/** The views that are drawn as Mermaid too; one overview is enough there. */
const MERMAID_VIEWS: readonly ChartView[] = [
  "overview",
  ...PICTURE_VIEWS.filter((view) => !view.startsWith("overview-")),
];

/** What the files are made from: the machine that runs, and the words of the policy. */
interface Grounds {
  readonly model: ChartModel;
  readonly words: ChartWords;
}

/** Every file of docs/statecharts by name; `readme` is the text whose blocks are filled in. */
export async function chartFiles(
  readme: string,
  grounds: Grounds = { model: chartModel(), words: WORDS },
): Promise<ReadonlyMap<string, string>> {
  const { model, words } = grounds;
  const mermaids = MERMAID_VIEWS.flatMap((view) =>
    LANGUAGES.map((language) => {
      const name = `${view}${language === "en" ? "" : `.${language}`}.mmd`;
      return [name, mermaidOf(model, { view, language, words })] as const;
    }),
  );
  const svgs = await pictures(grounds);
  const blocks = new Map<string, string>([
    ...svgs.map(([name, svg]) => [name, pictureMarkup(name, svg)] as const),
    ["reasons", reasonsTable(model, words)],
  ]);
  return new Map([
    ...mermaids,
    ...svgs,
    ["runtime.json", `${JSON.stringify(machineDefinition(), null, 1)}\n`],
    ["runtime.scxml", scxmlOf(model)],
    ["stately.json", `${JSON.stringify(statelyMachine(), null, 1)}\n`],
    ["transitions.md", transitionsPage(model, words)],
    [README, withBlocks(readme, blocks)],
  ]);
}

/** Every picture in both languages and both themes; the themes share one layout. */
async function pictures({
  model,
  words,
}: Grounds): Promise<readonly (readonly [string, string])[]> {
  const files: (readonly [string, string])[] = [];
  for (const view of PICTURE_VIEWS) {
    for (const language of LANGUAGES) {
      const sketch = sketchOf(view, { model, voice: { language, words }, active: null });
      const placed = await placeSketch(sketch);
      for (const theme of THEMES) {
        const name = `svg/${pictureFile({ view, language, theme })}`;
        files.push([name, svgOf(sketch, placed, { view, language, theme })]);
      }
    }
  }
  return files;
}

/** The picture in a page, dark for whoever reads in the dark; its title is its other text. */
function pictureMarkup(name: string, svg: string): string {
  const [, title = ""] = /<title>(.*?)<\/title>/.exec(svg) ?? [];
  const dark = name.replace(/\.svg$/, ".dark.svg");
  return [
    "<picture>",
    `  <source media="(prefers-color-scheme: dark)" srcset="${dark}">`,
    `  <img alt="${title}" src="${name}">`,
    "</picture>",
  ].join("\n");
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
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => name.replaceAll("\\", "/"))
    .sort();
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
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

async function main(isCheck: boolean, folder: string): Promise<number> {
  const present = existsSync(folder) ? presentFiles(folder) : new Map<string, string>();
  const wanted = await chartFiles(present.get(README) ?? "");
  const wrong = differences(wanted, present);
  if (isCheck) {
    for (const line of wrong) console.error(`docs/statecharts/${line}`);
    if (wrong.length > 0) console.error("Run: npm run charts");
    return wrong.length > 0 ? 1 : 0;
  }
  mkdirSync(join(folder, "svg"), { recursive: true });
  for (const [name, text] of wanted) writeFileSync(join(folder, name), text);
  for (const name of present.keys()) if (!wanted.has(name)) rmSync(join(folder, name));
  console.log(`docs/statecharts: ${wanted.size} files, ${wrong.length} changed`);
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const given = process.argv.slice(2);
  const folder = given.find((word) => !word.startsWith("--"));
  process.exitCode = await main(given.includes("--check"), folder ?? FOLDER);
}
