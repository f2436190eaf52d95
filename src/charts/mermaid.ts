/**
 * The chart as Mermaid text: an overview, one picture per region, one per tier.
 *
 * A picture of all transitions at once would have some four hundred arrows and say nothing. So each
 * view leaves something out, and says what: the overview folds all tiers but one and draws only the
 * first choice of each cause; a tier's picture draws every pair of its rungs once, with the codes.
 */
import type { Language } from "../domain/configuration.ts";
import { REGIONS, type Region, type State } from "../domain/state.ts";
import { TIERS, type Tier } from "../domain/tier.ts";
import type { ChartModel } from "./chart-model.ts";
import type { ChartWords } from "./chart-words.ts";
import type { ViewGrounds } from "./mermaid-parts.ts";
import { overviewSketch } from "./overview-sketch.ts";
import { regionSketch } from "./region-sketch.ts";
import { mermaidTextOf, type Sketch } from "./sketch.ts";
import { tierSketch } from "./tier-sketch.ts";

/** The pictures there are, in the order in which to read them. */
export const CHART_VIEWS = ["overview", ...TIERS, ...REGIONS] as const;
export type ChartView = "overview" | Tier | Region;

export interface MermaidOptions {
  readonly view: ChartView;
  readonly language: Language;
  /** Words for labels; without them the machine's own names and codes. */
  readonly words?: ChartWords;
  /** The states to light up; none otherwise. */
  readonly active?: State;
}

/** The text of one picture, ready for a `mermaid` fence; the same arguments give the same bytes. */
export function mermaidOf(model: ChartModel, options: MermaidOptions): string {
  const { view, language, words, active } = options;
  const voice = { language, words: words ?? null };
  return mermaidTextOf(sketchOf(view, { model, voice, active: active ?? null }));
}

function sketchOf(view: ChartView, grounds: ViewGrounds): Sketch {
  if (view === "overview") return overviewSketch(grounds);
  const tier = TIERS.find((each) => each === view);
  return tier === undefined ? regionSketch(view as Region, grounds) : tierSketch(tier, grounds);
}
