/**
 * What our models hold on the card at the moment of a reading, also while Ollama's word is not there yet.
 *
 * The idea: a cash desk between two counts of the till. Ollama is asked every few seconds; in between a
 * model of ours that is being loaded fills the card and would pass for somebody else's use, and one that is
 * being unloaded is struck off before the driver gives its memory back. So what use has risen since our
 * request left counts as ours, at most what was promised for the model; and a share that fell counts on
 * until a sample can show it. Both are marked as reckoned, in the reading that the log keeps, so a replay
 * sees what the decider saw. Rejected: the whole footprint at once (others would seem to use less while the
 * model is not there yet), and a look at every reading (a question a second for an answer that hardly moves).
 */

import type { ReadingFields } from "./domain/input.ts";
import type { Target } from "./domain/job.ts";
import type { ModelsLook, OurModels } from "./runtime-work-models.ts";

/** What reckoning works with. */
export interface OwnUseParts {
  readonly models: Pick<OurModels, "newest" | "awaited">;
  /** A moment of the looks' clock in the time of readings. */
  readonly timeOf: (moment: number) => number;
}

/** Puts our share into readings. */
export interface OwnUse {
  /** The same fields, with our share as it is now. Called once for each reading, in their order. */
  reckoned(fields: ReadingFields): ReadingFields;
}

/** A driver shows memory as free 0.5 to 1.5 s after the server let it go (detection facts §5.4). */
const FREED_AFTER_MS = 1500;

/** Begins without a reading. */
export function createOwnUse(parts: OwnUseParts): OwnUse {
  return new Reckoning(parts);
}

/** What a reading and the newest look say about a share that may have fallen. */
interface Fallen {
  readonly newestMib: number;
  readonly lookedAt: number | null;
  readonly sampledAt: number | null;
}

class Reckoning implements OwnUse {
  readonly #parts: OwnUseParts;
  /** What others used when no model of ours was awaited; `null` = no such reading yet. */
  #othersMib: number | null = null;
  /** What counted as told at the last reading. */
  #toldMib = 0;
  /** The fall of the told share that the meter cannot show yet. */
  #fall: { readonly toMib: number; readonly lookedAt: number | null } | null = null;

  constructor(parts: OwnUseParts) {
    this.#parts = parts;
  }

  reckoned(fields: ReadingFields): ReadingFields {
    const { vram } = fields;
    const usedMib = vram?.used_mib ?? null;
    if (vram == null || usedMib === null) return fields;
    const byBeat = vram.own_mib ?? null;
    const look = this.#parts.models.newest();
    const newestMib = look === null ? byBeat : sumOf(look);
    // What nobody tells is the decider's to estimate.
    if (newestMib === null) return { ...fields, vram: { ...vram, own_mib: null } };
    const lookedAt = look === null ? null : this.#parts.timeOf(look.beganAt);
    const isHeld = this.#isHeld({ newestMib, lookedAt, sampledAt: vram.source_at ?? null });
    const toldMib = isHeld ? this.#toldMib : newestMib;
    this.#toldMib = toldMib;
    const isSettled = !isHeld && isSince(vram.source_at, lookedAt, 0);
    const awaitedMib = this.#awaitedMib(usedMib - toldMib, isSettled);
    const own_mib = toldMib + awaitedMib;
    const isReckoned = isHeld || awaitedMib > 0;
    if (!isReckoned && own_mib === byBeat) return fields;
    const told = { ...fields, vram: { ...vram, own_mib } };
    return isReckoned ? { ...told, missing: { ...fields.missing, own: "estimated" } } : told;
  }

  /** A share that fell is held from the first look that showed it, however often is looked again. */
  #isHeld({ newestMib, lookedAt, sampledAt }: Fallen): boolean {
    if (newestMib >= this.#toldMib) {
      this.#fall = null;
      return false;
    }
    if (this.#fall === null || newestMib < this.#fall.toMib) {
      this.#fall = { toMib: newestMib, lookedAt };
    }
    return !isSince(sampledAt, this.#fall.lookedAt, FREED_AFTER_MS);
  }

  /** What of use beyond the told share is our own that is still to be told. */
  #awaitedMib(beyondMib: number, isSettled: boolean): number {
    const awaited = this.#parts.models.awaited().filter(({ meter }) => meter === "vram");
    if (awaited.length === 0) {
      if (isSettled) this.#othersMib = Math.max(0, beyondMib);
      return 0;
    }
    if (this.#othersMib === null) return 0;
    return Math.min(promisedMib(awaited), Math.max(0, beyondMib - this.#othersMib));
  }
}

/** A server holds a model once, and a footprint that nobody knows claims nothing. */
function promisedMib(targets: readonly Target[]): number {
  const byModel = new Map<string, number>();
  for (const { model, footprint_mib } of targets) {
    byModel.set(model, Math.max(byModel.get(model) ?? 0, footprint_mib ?? 0));
  }
  return Math.round([...byModel.values()].reduce((sum, mib) => sum + mib, 0));
}

/** True for a sample of `afterMs` after the look or later; one without a time is taken as new. */
function isSince(
  sampledAt: number | null | undefined,
  lookedAt: number | null,
  afterMs: number,
): boolean {
  return lookedAt === null || sampledAt == null || sampledAt >= lookedAt + afterMs;
}

function sumOf({ models }: ModelsLook): number | null {
  let sum = 0;
  for (const { gpuMib } of models) {
    if (gpuMib === null) return null;
    sum += gpuMib;
  }
  return sum;
}
