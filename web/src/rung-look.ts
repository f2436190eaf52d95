/** How rungs look and are called, the same in every view: a colour class and a name, never colour alone. */
import type { Language } from "../../src/domain/configuration.ts";
import { RUNGS, type Rung } from "../../src/domain/rung.ts";
import { TIERS, type Tier } from "../../src/domain/tier.ts";
import { RUNG_WORDS } from "../../src/policy/words-states.ts";
import type { Band } from "../../src/replay/bands.ts";
import type { Both } from "./settings.ts";

/** What a band may show: a rung, or why there is none. */
export const LOOKS = [...RUNGS, "detecting", "stopped"] as const;
export type Look = (typeof LOOKS)[number];

const OTHER_WORDS: Readonly<Record<"detecting" | "stopped", Both>> = {
  detecting: { zh: "检测中", en: "detecting" },
  stopped: { zh: "未运行", en: "not running" },
};

/** The look of a band. */
export function lookOf({ profile, rung }: Pick<Band, "profile" | "rung">): Look {
  const known = RUNGS.find((each) => each === rung);
  if (known !== undefined) return known;
  return profile === "stopped" ? "stopped" : "detecting";
}

/** The name of a look in words. */
export function lookWord(look: Look, language: Language, tier: Tier | null = null): string {
  if (look === "detecting" || look === "stopped") return OTHER_WORDS[look][language];
  return RUNG_WORDS[look as Rung][language](tier);
}

/** The tier in the name of a profile; `null` while detecting. */
export function tierIn(profile: string): Tier | null {
  const [first] = profile.split(".");
  return TIERS.find((tier) => tier === first) ?? null;
}

/** The colour of a look in the present theme, as the style sheet has it. */
export function colourOf(
  look: Look | "line" | "ink" | "grid" | "muted" | "hard" | "enter" | "exit",
): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${look}`).trim();
}

/** `LOCAL_GPU_MID.degraded.cpu` → `cpu`; `null` while detecting. */
export function rungIn(profile: string): Rung | null {
  return RUNGS.find((rung) => profile.endsWith(`.${rung}`)) ?? null;
}
