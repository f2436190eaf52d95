/** `chart`: the statechart itself, as a Mermaid picture or as data. */
import { chartModel } from "../charts/chart-model.ts";
import { mermaidOf } from "../charts/mermaid.ts";
import { VIEW_NAMES, viewNamed } from "../charts/views.ts";
import { WORDS } from "../policy/words.ts";
import { oneOf } from "./arguments.ts";
import type { Context } from "./context.ts";

/** The forms of the chart. */
const CHART_FORMATS = ["mermaid", "json"] as const;

/** What to print; absent = the overview, as Mermaid. */
export interface ChartRequest {
  readonly format?: string;
  readonly view?: string;
}

/** Prints the chart; `--json` alone means the format `json`. Throws RP_USAGE for an unknown word. */
export function chartCommand(context: Context, asked: ChartRequest): void {
  const { language, output, isJson } = context;
  const format = oneOf("--format", asked.format ?? (isJson ? "json" : "mermaid"), CHART_FORMATS);
  const view = viewNamed(oneOf("--view", asked.view ?? "overview", VIEW_NAMES));
  const model = chartModel();
  if (format === "json") output.json(model, true);
  else output.line(mermaidOf(model, { view, language, words: WORDS }).trimEnd());
}
