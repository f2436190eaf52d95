/** The chart as Mermaid text, in the same views as the pictures. */
import type { Language } from "../domain/configuration.ts";
import type { State } from "../domain/state.ts";
import type { ChartModel } from "./chart-model.ts";
import type { ChartWords } from "./chart-words.ts";
import { mermaidTextOf } from "./sketch.ts";
import type { ChartView } from "./view-names.ts";
import { sketchOf } from "./views.ts";

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
