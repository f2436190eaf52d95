/**
 * One tier's ladder: how the tier is entered, and between its rungs the first choice of every cause,
 * with all reason codes. Rejected: an arrow for every pair of rungs. Twenty arrows with ten codes each
 * were drawn and looked at; nobody could follow one. The table of transitions has them all.
 */
import type { Tier } from "../domain/tier.ts";
import { codesOf, mergedEdges } from "./chart-model.ts";
import { CAPTIONS, LADDER_NOTE } from "./chart-words.ts";
import {
  causeLines,
  firstChoiceEdges,
  leafNode,
  noteNode,
  stateAt,
  titleOf,
  treeNode,
  type ViewGrounds,
} from "./mermaid-parts.ts";
import { isWithin } from "./paths.ts";
import type { Sketch, SketchEdge } from "./sketch.ts";

/** The region itself stands for every state that has no box of its own here. */
const OTHER_TIER = "profile";

/** The sketch of a tier. */
export function tierSketch(tier: Tier, grounds: ViewGrounds): Sketch {
  const { model, voice } = grounds;
  const state = stateAt(model, `profile.${tier}`);
  const detecting = stateAt(model, "profile.detecting");
  return {
    title: `${titleOf(state, voice)}: ${CAPTIONS.tier[voice.language]}`,
    direction: "TB",
    nodes: [
      leafNode(detecting, grounds),
      { path: OTHER_TIER, label: [CAPTIONS.anotherTier[voice.language]], tone: "open" },
      treeNode(state, grounds),
      noteNode("how_to_read", LADDER_NOTE[voice.language]),
    ],
    edges: [
      ...entryEdges(state.path, grounds),
      ...firstChoiceEdges(state.path, grounds, { limit: null, without: [] }),
    ],
  };
}

/** The ways into the tier; each stands for several, to whichever rung fits then. */
function entryEdges(path: string, { model, voice }: ViewGrounds): readonly SketchEdge[] {
  const entering = model.transitions.filter(
    ({ from, to }) => to !== null && isWithin(to, path) && !isWithin(from, path),
  );
  return mergedEdges(entering, (each) => (isWithin(each, path) ? path : each)).map((edge) => {
    const codes = codesOf(edge.transitions);
    return {
      from: edge.from,
      to: edge.to,
      codes,
      label: causeLines(codes, { voice, limit: null }),
    };
  });
}
