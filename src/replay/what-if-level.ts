/** Samples against a limit: what a reading says of a resource, and when an episode begins. */
import type { ReadingInput } from "../domain/input.ts";

/** The share of the limit below which a sample is calm (decision-model §5.1). */
const CALM_SHARE = 0.95;

/** Calm samples in a row after which another episode may begin. */
const CALM_SAMPLES = 5;

/** A sample judged by a limit. */
export interface Level {
  readonly isOver: boolean;
  readonly isCalm: boolean;
}

/** What a reading says; `null` = no sample, or one that cannot be. */
export interface Levels {
  /** Used share of the card, and what is free of it in MiB. */
  readonly vram: { readonly value: number; readonly freeMib: number } | null;
  /** Available MiB. */
  readonly memory: { readonly value: number; readonly freeMib: number } | null;
}

/** Takes the samples out of a reading. */
export function levelsOf({ vram, memory }: ReadingInput): Levels {
  return { vram: vramLevel(vram), memory: memoryLevel(memory) };
}

/** VRAM used against a share of the card: high is bad. */
export function highLevel(value: number, limit: number): Level {
  return { isOver: value >= limit, isCalm: value < CALM_SHARE * limit };
}

/** Memory available against a floor in MiB: low is bad. */
export function lowLevel(value: number, limit: number): Level {
  return { isOver: value <= limit, isCalm: value > limit / CALM_SHARE };
}

/** A time at or over a limit, with the noise at its edge taken for one and the same. */
export class Episode {
  #isOpen = false;
  #calm = 0;

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Takes a sample in; true when an episode begins with it. */
  begins({ isOver, isCalm }: Level): boolean {
    if (isOver) {
      const isFirst = !this.#isOpen;
      this.#isOpen = true;
      this.#calm = 0;
      return isFirst;
    }
    this.#calm = isCalm ? this.#calm + 1 : 0;
    if (this.#calm >= CALM_SAMPLES) this.#isOpen = false;
    return false;
  }
}

function vramLevel(vram: ReadingInput["vram"]): Levels["vram"] {
  const used = vram?.used_mib ?? null;
  const total = vram?.total_mib ?? null;
  if (used === null || total === null || !isPart(used, total)) return null;
  return { value: used / total, freeMib: total - used };
}

function memoryLevel(memory: ReadingInput["memory"]): Levels["memory"] {
  const available = memory?.available_mib ?? null;
  const total = memory?.total_mib ?? null;
  if (available === null || total === null || !isPart(available, total)) return null;
  return { value: available, freeMib: available };
}

function isPart(part: number, total: number): boolean {
  return part >= 0 && total > 0 && part <= total;
}
