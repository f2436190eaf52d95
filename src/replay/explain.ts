/** Why it runs as it does: what led here, what stands in the way now, and the chain of transitions. */
import type { TransitionOutput } from "../domain/output.ts";
import type { Entry } from "../log/entry.ts";
import { placeOf, type RuntimeState } from "../machines/runtime-state.ts";
import {
  heldText,
  lastStepText,
  unmetTexts,
  whatBringsItBack,
  whyNotBetter,
} from "../policy/outlook.ts";
import { sentenceOf } from "../policy/sentence.ts";
import { outlookOf } from "./outlook.ts";
import { explanationIn, type Frame } from "./projection.ts";
import type { ExplainLink, ExplainView } from "./views.ts";

/** `newestFirst`: the latest transition entries; the chain reaches back to the last nominal state. */
export function explainIn(
  state: RuntimeState,
  frame: Frame,
  newestFirst: readonly Entry[],
): ExplainView {
  const { language } = frame;
  return {
    seq: frame.seq,
    state: state.chart.state,
    rung: placeOf(state)?.rung ?? null,
    explanation: explanationIn(state, language),
    sentences: sentencesOf(state, frame),
    reason: state.lastTransition?.reason ?? null,
    chain: chainOf(newestFirst, frame),
  };
}

/** The hold first, for it explains more than anything that happened before it. */
function sentencesOf(state: RuntimeState, { language }: Frame): readonly string[] {
  const outlook = outlookOf(state);
  if (outlook === null) return [];
  const { thresholds } = state.configuration;
  const telling = { language, thresholds };
  const reason = state.lastTransition?.reason ?? null;
  const isBest = outlook.refused.length === 0;
  return [
    heldText(outlook, telling),
    ...unmetTexts(outlook, telling),
    reason === null ? null : lastStepText(reason, outlook, language),
    isBest ? null : whyNotBetter(outlook, telling),
    whatBringsItBack(outlook, telling),
  ].filter((sentence) => sentence !== null);
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
