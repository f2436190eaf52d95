/**
 * `chart`: the statechart itself, as a picture or as data; with `--at` a moment of the log is lit in it,
 * beside a live runtime or without one.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { chartModel } from "../charts/chart-model.ts";
import { mermaidOf } from "../charts/mermaid.ts";
import { THEMES } from "../charts/palette.ts";
import { scxmlOf } from "../charts/scxml.ts";
import { statelyMachine } from "../charts/stately.ts";
import { VIEW_NAMES, viewNamed } from "../charts/view-names.ts";
import { RuntimeProfileError } from "../domain/error.ts";
import { pictureSvg } from "../http/picture-files.ts";
import { WORDS } from "../policy/words.ts";
import type { SnapshotView } from "../replay/views.ts";
import { oneOf } from "./arguments.ts";
import type { Context } from "./context.ts";
import { openExportFile } from "./export-file.ts";
import { openInViewer } from "./viewer.ts";
import { chartOpenedText, chartWrittenText } from "./words-chart.ts";

/** The forms of the chart. */
const CHART_FORMATS = ["mermaid", "svg", "scxml", "json", "stately"] as const;
type ChartFormat = (typeof CHART_FORMATS)[number];

/** Endings of the forms' files; a file's ending says the form where nobody else does. */
const ENDINGS: Readonly<Record<ChartFormat, string>> = {
  mermaid: ".mmd",
  svg: ".svg",
  scxml: ".scxml",
  json: ".json",
  stately: ".json",
};

/** Endings of plain text, which Mermaid is too. */
const TEXT_ENDINGS: readonly string[] = ["", ".txt", ".md"];

/** The whole chart at once: neither a view nor a moment can be picked out of it. */
const WHOLE: readonly ChartFormat[] = ["scxml", "json", "stately"];

/** What to print; absent = the overview, as Mermaid. */
export interface ChartRequest {
  readonly format?: string;
  readonly view?: string;
  readonly theme?: string;
  readonly at?: string;
  readonly out?: string;
  readonly open?: boolean;
}

/**
 * Prints, writes or opens the chart. Throws RP_USAGE for what does not go together, RP_INPUT for the
 * file, RP_NOT_FOUND and RP_REQUEST for the moment, RP_NOT_FOUND without a viewer.
 */
export async function chartCommand(context: Context, asked: ChartRequest): Promise<void> {
  const { language, output, dataFolder } = context;
  const format = formatOf(asked, context.isJson);
  refuseUnfit(asked, format);
  const text = await chartText(format, asked, context);
  const isOpening = asked.open === true;
  if (asked.out === undefined && !isOpening) return output.text(text);
  const path = asked.out ?? temporaryFile(format);
  const file = openExportFile(path, { dataFolder: dataFolder, flag: "--out" });
  try {
    file.write(text);
    file.keep();
  } finally {
    file.drop();
  }
  if (isOpening) await openInViewer(path);
  output.note((isOpening ? chartOpenedText : chartWrittenText)(path, language));
}

function formatOf({ format, out, open }: ChartRequest, isJson: boolean): ChartFormat {
  if (format !== undefined) return oneOf("--format", format, CHART_FORMATS);
  if (isJson) return "json";
  const ending = out === undefined ? "" : extname(out).toLowerCase();
  const byName = CHART_FORMATS.find((one) => ENDINGS[one] === ending);
  if (byName !== undefined) return byName;
  if (!TEXT_ENDINGS.includes(ending)) throw unknownEnding(ending);
  return open === true ? "svg" : "mermaid";
}

function refuseUnfit({ view, theme, at }: ChartRequest, format: ChartFormat): void {
  const isWhole = WHOLE.includes(format);
  if (isWhole && view !== undefined) throw unfit("--view", "svg or mermaid", format);
  if (isWhole && at !== undefined) throw unfit("--at", "svg or mermaid", format);
  if (format !== "svg" && theme !== undefined) throw unfit("--theme", "svg", format);
}

/** The text with its last line's end. */
async function chartText(
  format: ChartFormat,
  asked: ChartRequest,
  context: Context,
): Promise<string> {
  const { language } = context;
  const view = viewNamed(oneOf("--view", asked.view ?? "overview", VIEW_NAMES));
  const theme = oneOf("--theme", asked.theme ?? "light", THEMES);
  const { at } = asked;
  const moment = at === undefined ? null : await momentOf(at, context);
  switch (format) {
    case "svg":
      return pictureSvg({ view, theme, language, moment });
    case "mermaid": {
      const active = moment === null ? {} : { active: moment.state };
      return mermaidOf(chartModel(), { view, language, words: WORDS, ...active });
    }
    case "scxml":
      return scxmlOf(chartModel());
    case "json":
      return jsonText(chartModel());
    case "stately":
      return jsonText(statelyMachine());
  }
}

/** The log is opened only for whoever asks for a moment of it. */
async function momentOf(at: string, { dataFolder, language }: Context): Promise<SnapshotView> {
  const { snapshotOn } = await import("../runtime-moment.ts");
  return snapshotOn(dataFolder, { moment: at, language });
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** It stays: the viewer reads it after we have ended. */
function temporaryFile(format: ChartFormat): string {
  return join(mkdtempSync(join(tmpdir(), "runtime-profile-")), `chart${ENDINGS[format]}`);
}

/** Mermaid in a file called .png would be found out only by whoever opens it. */
function unknownEnding(ending: string): RuntimeProfileError {
  return new RuntimeProfileError(
    "RP_USAGE",
    `Expected a file at --out that ends in ${[...new Set(Object.values(ENDINGS))].join(", ")}, got ${ending}; name it so, or say its form with --format.`,
    { path: "--out" },
  );
}

function unfit(option: string, fitting: string, format: ChartFormat): RuntimeProfileError {
  return new RuntimeProfileError(
    "RP_USAGE",
    `Expected ${option} with --format ${fitting}, got --format ${format}; leave ${option} out, or choose another form.`,
    { path: option },
  );
}
