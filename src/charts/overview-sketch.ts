/**
 * The overview: six signals as columns of their states, and the profile with one tier unfolded.
 *
 * Like the map at the entrance of a park it shows the main paths: of each cause only the target that is
 * tried first.
 */
import type { ReasonCode } from "../domain/reason.ts";
import type { Tier } from "../domain/tier.ts";
import { childrenOf, codesOf, leavesOf, type ModelState, mergedEdges } from "./chart-model.ts";
import { CAPTIONS, keyOf, OVERVIEW_NOTE, stateWord } from "./chart-words.ts";
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
import type { Sketch, SketchEdge, SketchNode } from "./sketch.ts";

/** Lines on an arrow of the overview. */
const CAUSE_LIMIT = 4;
/** Causes that come with another host or model, not with pressure; the tiers' pictures have them. */
const RARE_CAUSES: readonly ReasonCode[] = ["WOULD_NOT_FIT", "ENTRY_WOULD_NOT_FIT"];
const OTHER_TIERS = "other_tiers";

/** The sketch of the overview; `tier` is unfolded. */
export function overviewSketch(tier: Tier, grounds: ViewGrounds): Sketch {
  const open = `profile.${tier}`;
  const { model, voice } = grounds;
  const signals = model.regions.filter((region) => region !== "profile");
  return {
    title: CAPTIONS.overview[voice.language],
    direction: "LR",
    nodes: [
      {
        path: "signals",
        label: [CAPTIONS.signals[voice.language]],
        tone: null,
        direction: "TB",
        children: [
          ...signals.map((region) => signalNode(stateAt(model, region), grounds)),
          noteNode("how_to_read", OVERVIEW_NOTE[voice.language]),
        ],
      },
      profileNode(open, grounds),
    ],
    edges: [
      ...entryEdges(open, grounds),
      ...firstChoiceEdges(open, grounds, { limit: CAUSE_LIMIT, without: RARE_CAUSES }),
    ],
  };
}

/** A signal as a column of its states; what moves it is in its own picture. */
function signalNode(region: ModelState, grounds: ViewGrounds): SketchNode {
  return {
    path: region.path,
    label: [titleOf(region, grounds.voice)],
    tone: null,
    direction: "LR",
    children: leavesOf(grounds.model, region.path).map((state) => ({
      ...leafNode(state, grounds),
      label: [signalText(state, grounds)],
    })),
  };
}

/** One line: in English the name says it. */
function signalText(state: ModelState, { voice }: ViewGrounds): string {
  const word = voice.language === "en" ? null : stateWord(state, voice);
  return word === null ? state.name : `${word} ${state.name}`;
}

/** The start, the unfolded tier, and one box around all others. */
function profileNode(unfolded: string, grounds: ViewGrounds): SketchNode {
  const { model, voice } = grounds;
  const region = stateAt(model, "profile");
  const boxes = childrenOf(model, region.path);
  const folded = boxes.filter(({ path, initial }) => initial !== null && path !== unfolded);
  const between = model.transitions.filter(({ from }) => from === region.path);
  const changes = causeLines(codesOf(between), { voice, limit: CAUSE_LIMIT });
  const others: SketchNode = {
    path: OTHER_TIERS,
    label: [`${CAPTIONS.otherTiers[voice.language]} ${changes.join(", ")}`],
    tone: null,
    direction: "LR",
    children: folded.map((state) => foldedNode(state, unfolded, grounds)),
  };
  const open = boxes.filter((state) => !folded.includes(state));
  return {
    path: region.path,
    label: [CAPTIONS.profile[voice.language]],
    tone: null,
    direction: "TB",
    initial: region.initial,
    children: [...open.map((state) => treeNode(state, grounds)), others],
  };
}

/** A tier as one box that names its rungs. */
function foldedNode(state: ModelState, unfolded: string, grounds: ViewGrounds): SketchNode {
  const node = leafNode(state, grounds);
  const ladder = ladderText(state.path, grounds);
  const isSame = ladder === ladderText(unfolded, grounds);
  const last = isSame ? CAPTIONS.sameLadder[grounds.voice.language] : ladder;
  return { ...node, label: [...node.label, last] };
}

function ladderText(path: string, { model }: ViewGrounds): string {
  return leavesOf(model, path)
    .map((leaf) => keyOf(leaf.path))
    .join(" → ");
}

/** From `detecting` into the unfolded tier and into the box of the others. */
function entryEdges(open: string, grounds: ViewGrounds): readonly SketchEdge[] {
  const { model, voice } = grounds;
  const start = stateAt(model, "profile").initial;
  const boxOf = (path: string) => {
    if (path === start) return path;
    return isWithin(path, open) ? open : OTHER_TIERS;
  };
  const entering = model.transitions.filter(({ from }) => from === start);
  return mergedEdges(entering, boxOf).map(({ from, to, transitions }) => {
    const codes = codesOf(transitions);
    return { from, to, codes, label: causeLines(codes, { voice, limit: CAUSE_LIMIT }) };
  });
}
