/**
 * What is in each picture: a sketch by the picture's name.
 *
 * A picture of all transitions at once would have some four hundred arrows and say nothing. So each
 * view leaves something out, and says what: an overview folds all tiers but one and draws only the
 * first choice of each cause; a tier's picture draws every pair of its rungs once, with the codes.
 */
import type { Region } from "../domain/state.ts";
import type { Tier } from "../domain/tier.ts";
import type { ViewGrounds } from "./mermaid-parts.ts";
import { overviewSketch } from "./overview-sketch.ts";
import { regionSketch } from "./region-sketch.ts";
import type { Sketch } from "./sketch.ts";
import { tierSketch } from "./tier-sketch.ts";
import { type ChartView, pictureOf } from "./view-names.ts";

/** The boxes and arrows of a view. */
export function sketchOf(view: ChartView, grounds: ViewGrounds): Sketch {
  const picture = pictureOf(view, grounds.active);
  const [kind, name] = picture.split("-") as ["overview" | "profile" | "region", string];
  if (kind === "region") return regionSketch(name as Region, grounds);
  return kind === "profile"
    ? tierSketch(name as Tier, grounds)
    : overviewSketch(name as Tier, grounds);
}
