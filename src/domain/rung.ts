/**
 * The rungs of the degradation ladder, best first, and which of them each tier has.
 *
 * A rung says how work runs now. `nominal` is the tier's best rung: the GPU on GPU tiers, the CPU on
 * LOCAL_CPU_ONLY, the cloud on CLOUD_HYBRID. Down is immediate and may skip rungs; up is one at a time.
 */
import { isGpuTier, TIERS, type Tier } from "./tier.ts";

export const RUNGS = ["nominal", "smallModel", "cpu", "cloud", "shed"] as const;
export type Rung = (typeof RUNGS)[number];

/** Where the work of a rung is done; `none` refuses it. */
export type RungDevice = "gpu" | "cpu" | "cloud" | "none";

/** Tiers of one kind share their ladder; the kind is the device of the ladder's best rung. */
export type LadderKind = Exclude<RungDevice, "none">;

/** The rungs of each kind, best first; every ladder ends in `shed`. */
export const LADDERS: Readonly<Record<LadderKind, readonly Rung[]>> = {
  gpu: RUNGS,
  cpu: ["nominal", "cloud", "shed"],
  cloud: ["nominal", "cpu", "shed"],
};

/** The kind of ladder that a tier has. */
export function ladderKindOf(tier: Tier): LadderKind {
  if (isGpuTier(tier)) return "gpu";
  return tier === "LOCAL_CPU_ONLY" ? "cpu" : "cloud";
}

/** The rungs of a tier, best first. */
export function rungsOf(tier: Tier): readonly Rung[] {
  return LADDERS[ladderKindOf(tier)];
}

/** The device that a rung uses on a tier. */
export function deviceOf(tier: Tier, rung: Rung): RungDevice {
  switch (rung) {
    case "nominal":
      return ladderKindOf(tier);
    case "smallModel":
      return "gpu";
    case "cpu":
      return "cpu";
    case "cloud":
      return "cloud";
    case "shed":
      return "none";
  }
}

/** The next worse rung of this tier, or `null` from `shed`. */
export function nextRungDown(tier: Tier, rung: Rung): Rung | null {
  const ladder = rungsOf(tier);
  return ladder[ladder.indexOf(rung) + 1] ?? null;
}

/** Devices, best first; the order in which tiers are compared. */
const DEVICES: readonly RungDevice[] = ["gpu", "cpu", "cloud", "none"];

/**
 * Whether work runs better or worse after a transition: by the ladder inside a tier, by the device
 * between tiers. `level` is another card with the same device, and entering a tier from `detecting`.
 */
export function directionOf(from: string, to: string): "up" | "down" | "level" {
  const source = tierAndRungOf(from);
  const target = tierAndRungOf(to);
  if (source === null || target === null) return "level";
  const isSameTier = source.tier === target.tier;
  const placeOf = ({ tier, rung }: typeof source) =>
    isSameTier ? rungsOf(tier).indexOf(rung) : DEVICES.indexOf(deviceOf(tier, rung));
  const distance = placeOf(target) - placeOf(source);
  if (distance === 0) return "level";
  return distance < 0 ? "up" : "down";
}

/** True when a transition leads to a better rung of the same tier, or to a better device of another. */
export function isStepUp(from: string, to: string): boolean {
  return directionOf(from, to) === "up";
}

/** The name of the profile state: `LOCAL_GPU_MID.nominal`, `LOCAL_GPU_MID.degraded.cpu`. */
export function profileStateOf(tier: Tier, rung: Rung): string {
  return rung === "nominal" ? `${tier}.nominal` : `${tier}.degraded.${rung}`;
}

/** Where work runs: a tier and a rung of it. */
export interface Place {
  readonly tier: Tier;
  readonly rung: Rung;
}

/** The places by the names of their profile states: each reading asks, so none takes a name apart. */
const PLACES: ReadonlyMap<string, Place> = new Map(
  TIERS.flatMap((tier) => RUNGS.map((rung) => [profileStateOf(tier, rung), { tier, rung }])),
);

/** Tier and rung of a profile state's name; `null` while detecting. */
export function tierAndRungOf(profile: string): Place | null {
  return PLACES.get(profile) ?? placeOfName(profile);
}

/** A name that is none of ours (a log of another version may hold one) is taken at its word. */
function placeOfName(profile: string): Place | null {
  if (profile === "detecting") return null;
  const words = profile.split(".");
  return { tier: words[0] as Tier, rung: (words.at(-1) ?? "nominal") as Rung };
}
