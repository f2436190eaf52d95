/**
 * Bands: how the profile was, stretch by stretch, as a strip below a curve shows it.
 *
 * The idea: a roll of paper of fixed length. As long as there are few changes each gets its own stretch;
 * when there are more than the strip has places for, each place shows the worst that happened in it, so
 * that no fall is hidden by being short. Both are kept as time goes on, so memory does not grow with the
 * log. Rejected: the longest state of a place (an hour on the card would hide every time it was left).
 */
import type { ReasonCode } from "../domain/reason.ts";
import { RUNGS, type Rung, tierAndRungOf } from "../domain/rung.ts";
import { type Buckets, bucketAt, startOf } from "./buckets.ts";

/** Nobody watched: from the end of the runtime, or of the host, to its next start. */
export const STOPPED = "stopped";

/** From `at` (ms) on until the next band the profile was this. */
export interface Band {
  readonly at: number;
  /** What began it; `null` where no single line did. */
  readonly seq: number | null;
  /** A profile state, `detecting`, or `stopped`. */
  readonly profile: string;
  /** `null` while detecting or stopped. */
  readonly rung: Rung | null;
  /** Why it was entered; `null` where no transition led here. */
  readonly code: ReasonCode | null;
}

/** The bands of a stretch of time. */
export interface BandsView {
  readonly bands: readonly Band[];
  /** True: there were more changes than places, and each place shows its worst rung. */
  readonly bands_merged: boolean;
}

/** A change of the profile, before its rung is looked up. */
export type BandChange = Omit<Band, "rung">;

/** Takes changes in the order of time; those beyond the stretch are left out. */
export class BandBook {
  readonly #buckets: Buckets;
  /** All bands, while they are at most as many as buckets. */
  readonly #list: Band[] = [];
  /** The worst of each bucket so far; `null` = the first band begins later. */
  readonly #worst: (Band | null)[];
  #isMerged = false;
  #now: Band;
  /** Up to here (ms) time has been put into buckets. */
  #spent: number;

  constructor(buckets: Buckets, first: BandChange) {
    this.#buckets = buckets;
    this.#worst = Array.from({ length: buckets.count }, () => null);
    this.#now = bandOf(first, Math.max(first.at, buckets.since));
    this.#spent = this.#now.at;
    if (this.#now.at <= buckets.until) this.#list.push(this.#now);
  }

  /** The profile that is in force. */
  get profile(): string {
    return this.#now.profile;
  }

  change(change: BandChange): void {
    const at = Math.max(change.at, this.#spent);
    if (at > this.#buckets.until || change.profile === this.#now.profile) return;
    this.#spend(at);
    this.#now = bandOf(change, at);
    this.#note(this.#now);
  }

  view(): BandsView {
    this.#spend(this.#buckets.until + 1);
    return {
      bands: this.#isMerged ? this.#mergedBands() : this.#list,
      bands_merged: this.#isMerged,
    };
  }

  /** A band that took no time is none. */
  #note(band: Band): void {
    if (this.#isMerged) return;
    if (this.#list.at(-1)?.at === band.at) this.#list.pop();
    if (this.#list.at(-1)?.profile === band.profile) return;
    this.#list.push(band);
    this.#isMerged = this.#list.length > this.#buckets.count;
  }

  #spend(until: number): void {
    if (until <= this.#spent) return;
    const last = Math.min(bucketAt(this.#buckets, until - 1), this.#buckets.count - 1);
    for (let place = bucketAt(this.#buckets, this.#spent); place <= last; place += 1) {
      const worst = this.#worst[place];
      if (!worst || severityOf(this.#now) > severityOf(worst)) this.#worst[place] = this.#now;
    }
    this.#spent = until;
  }

  #mergedBands(): Band[] {
    const bands: Band[] = [];
    for (const [place, worst] of this.#worst.entries()) {
      if (worst === null || bands.at(-1)?.profile === worst.profile) continue;
      const start = startOf(this.#buckets, place);
      bands.push({ ...worst, at: bands.length === 0 ? Math.max(start, this.#first) : start });
    }
    return bands;
  }

  get #first(): number {
    return this.#list[0]?.at ?? this.#buckets.since;
  }
}

/** How bad a band is: lower rungs are worse; detecting, and nobody there, hide nothing. */
export function severityOf({ profile, rung }: Pick<Band, "profile" | "rung">): number {
  if (rung !== null) return RUNGS.indexOf(rung);
  return profile === STOPPED ? -2 : -1;
}

function bandOf(change: BandChange, at: number): Band {
  const { seq, profile, code } = change;
  const rung = profile === STOPPED ? null : (tierAndRungOf(profile)?.rung ?? null);
  return { at, seq, profile, rung, code };
}
