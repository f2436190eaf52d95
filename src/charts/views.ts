/**
 * The pictures there are, and what is in each: a sketch by its name.
 *
 * A picture of all transitions at once would have some four hundred arrows and say nothing. So each
 * view leaves something out, and says what: an overview folds all tiers but one and draws only the
 * first choice of each cause; a tier's picture draws every pair of its rungs once, with the codes.
 */
import type { Language } from "../domain/configuration.ts";
import { REGIONS, type Region, type State } from "../domain/state.ts";
import { TIERS, type Tier } from "../domain/tier.ts";
import type { ViewGrounds } from "./mermaid-parts.ts";
import { overviewSketch, tierToUnfold } from "./overview-sketch.ts";
import type { Theme } from "./palette.ts";
import { regionSketch } from "./region-sketch.ts";
import type { Sketch } from "./sketch.ts";
import { tierSketch } from "./tier-sketch.ts";

/** One picture; `overview` unfolds the active tier, or the most common one. */
export type ChartView = "overview" | `overview-${Tier}` | `profile-${Tier}` | `region-${Region}`;

/** The pictures that are files, in the order in which to read them. */
export const PICTURE_VIEWS = [
  ...TIERS.map((tier) => `overview-${tier}` as const),
  ...TIERS.map((tier) => `profile-${tier}` as const),
  ...REGIONS.map((region) => `region-${region}` as const),
] as const satisfies readonly ChartView[];

/** Every name under which a picture may be asked for; a tier or a region alone means its own picture. */
export const VIEW_NAMES = ["overview", ...PICTURE_VIEWS, ...TIERS, ...REGIONS] as const;
export type ViewName = (typeof VIEW_NAMES)[number];

/** The picture that a name means. */
export function viewNamed(name: ViewName): ChartView {
  const tier = TIERS.find((each) => each === name);
  if (tier !== undefined) return `profile-${tier}`;
  const region = REGIONS.find((each) => each === name);
  return region === undefined ? (name as ChartView) : `region-${region}`;
}

/** The file of a view: `overview` is the one whose tier is unfolded in this state. */
export function pictureOf(view: ChartView, active: State | null): Exclude<ChartView, "overview"> {
  return view === "overview" ? `overview-${tierToUnfold({ active })}` : view;
}

/** One file of a picture. */
export interface PictureFile {
  readonly view: Exclude<ChartView, "overview">;
  readonly language: Language;
  readonly theme: Theme;
}

/** Its name: `region-vram.svg`, `region-vram.dark.svg`, `region-vram.zh.svg`, `region-vram.zh.dark.svg`. */
export function pictureFile({ view, language, theme }: PictureFile): string {
  return `${view}${language === "en" ? "" : `.${language}`}${theme === "light" ? "" : `.${theme}`}.svg`;
}

/** The boxes and arrows of a view. */
export function sketchOf(view: ChartView, grounds: ViewGrounds): Sketch {
  const picture = pictureOf(view, grounds.active);
  const [kind, name] = picture.split("-") as ["overview" | "profile" | "region", string];
  if (kind === "region") return regionSketch(name as Region, grounds);
  return kind === "profile"
    ? tierSketch(name as Tier, grounds)
    : overviewSketch(name as Tier, grounds);
}
