/** Why it runs as it does: two or three sentences, and the chain of transitions that led here. */
import type { TransitionOutput } from "../domain/output.ts";
import type { Entry } from "../log/entry.ts";
import { placeOf, type RuntimeState } from "../machines/decider.ts";
import { sentenceOf, whatBringsItBack, whyNotBetter } from "../policy/sentence.ts";
import { explanationIn, type Frame } from "./projection.ts";
import type { ExplainLink, ExplainView } from "./views.ts";

/** `newestFirst`: the latest transition entries; the chain reaches back to the last nominal state. */
export function explainIn(
  state: RuntimeState,
  frame: Frame,
  newestFirst: readonly Entry[],
): ExplainView {
  const reason = state.lastTransition?.reason ?? null;
  const place = placeOf(state);
  const { language } = frame;
  const sentences: string[] = [];
  if (reason !== null) sentences.push(sentenceOf(reason, language));
  if (reason !== null && place !== null && place.rung !== "nominal") {
    sentences.push(
      whyNotBetter(reason, language),
      whatBringsItBack(reason, language, state.configuration.thresholds),
    );
  }
  return {
    seq: frame.seq,
    state: state.chart.state,
    rung: place?.rung ?? null,
    explanation: explanationIn(state, language),
    sentences,
    reason,
    chain: chainOf(newestFirst, frame),
  };
}

function chainOf(newestFirst: readonly Entry[], { language, timeOf }: Frame): ExplainLink[] {
  const chain: ExplainLink[] = [];
  for (const entry of newestFirst) {
    const { from, to, reason } = entry.data as TransitionOutput;
    const sentence = sentenceOf(reason, language);
    const time = timeOf(entry.at);
    chain.unshift({ seq: entry.seq, at: entry.at, time, from, to, code: reason.code, sentence });
    if (from === "detecting" || from.endsWith(".nominal")) break;
  }
  return chain;
}
