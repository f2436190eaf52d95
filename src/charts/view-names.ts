/** The names of the pictures and of their files; nothing here knows what is in them. */
import type { Language } from "../domain/configuration.ts";
import { REGIONS, type Region, type State } from "../domain/state.ts";
import { TIERS, type Tier } from "../domain/tier.ts";
import type { Theme } from "./palette.ts";

/** A picture that is a file. */
export type PictureView = `overview-${Tier}` | `profile-${Tier}` | `region-${Region}`;

/** What may be drawn; `overview` unfolds the active tier, or the most common one. */
export type ChartView = "overview" | PictureView;

/** The pictures that are files, in the order in which to read them. */
export const PICTURE_VIEWS: readonly PictureView[] = [
  ...TIERS.map((tier) => `overview-${tier}` as const),
  ...TIERS.map((tier) => `profile-${tier}` as const),
  ...REGIONS.map((region) => `region-${region}` as const),
];

/** Every name under which a picture may be asked for; a tier or a region alone means its own picture. */
export const VIEW_NAMES = ["overview", ...PICTURE_VIEWS, ...TIERS, ...REGIONS] as const;
export type ViewName = (typeof VIEW_NAMES)[number];

/** The tier that most people have. */
const UNFOLDED_TIER: Tier = "LOCAL_GPU_MID";

/** The picture that a name means. */
export function viewNamed(name: ViewName): ChartView {
  const tier = TIERS.find((each) => each === name);
  if (tier !== undefined) return `profile-${tier}`;
  const region = REGIONS.find((each) => each === name);
  return region === undefined ? (name as ChartView) : `region-${region}`;
}

/** The file's view: `overview` is the one in which the tier of this state is unfolded. */
export function pictureOf(view: ChartView, active: State | null): PictureView {
  if (view !== "overview") return view;
  const [place] = active?.profile.split(".") ?? [];
  return `overview-${TIERS.find((tier) => tier === place) ?? UNFOLDED_TIER}`;
}

/** One file of a picture. */
export interface PictureFile {
  readonly view: PictureView;
  readonly language: Language;
  readonly theme: Theme;
}

/** Its name: `region-vram.svg`, `region-vram.dark.svg`, `region-vram.zh.svg`, `region-vram.zh.dark.svg`. */
export function pictureFile({ view, language, theme }: PictureFile): string {
  return `${view}${language === "en" ? "" : `.${language}`}${theme === "light" ? "" : `.${theme}`}.svg`;
}
