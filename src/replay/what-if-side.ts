/** One telling of the history while it is told: where it is, how long it was where, how often it moved. */
import type { Reason, ReasonCode } from "../domain/reason.ts";
import { deviceOf, RUNGS, type Rung, tierAndRungOf } from "../domain/rung.ts";
import { BandBook, type BandChange, STOPPED } from "./bands.ts";
import type { Buckets } from "./buckets.ts";
import { Episode, type Level } from "./what-if-level.ts";
import type { LimitView, PlaceView, RungTimes, SideView } from "./what-if-view.ts";

const MS_PER_HOUR = 3_600_000;

/** Decimals of shares and rates in the answer. */
const DECIMALS = 10_000;

/** The resources that work can run out of. */
export const RESOURCES = ["vram", "memory"] as const;
export type Resource = (typeof RESOURCES)[number];

/** One move of a side. */
export interface Move {
  readonly seq: number;
  readonly at: number;
  readonly to: string;
  readonly reason: Reason;
}

/** The books of one side. */
export class Side {
  profile: string;
  lastMove: Move | null = null;
  /** Since when no work has used the resource; `null` = some does. While detecting none does. */
  readonly offSince: Record<Resource, number | null>;
  readonly #limits = { vram: new LimitBook(), memory: new LimitBook() };
  readonly #times: Record<Rung | "detecting", number>;
  readonly #reasons: Partial<Record<ReasonCode, number>> = {};
  /** `null` until the history begins. */
  #bands: BandBook | null = null;
  #rung: Rung | null = null;
  #isLocal = false;
  #moves = 0;
  #localMs = 0;

  constructor(profile: string) {
    this.profile = profile;
    this.offSince = { vram: 0, memory: 0 };
    const times = [...RUNGS, "detecting" as const].map((rung) => [rung, 0]);
    this.#times = Object.fromEntries(times) as Record<Rung | "detecting", number>;
    this.place(profile, 0);
  }

  /** The history begins: nobody has been off a resource for longer. */
  begin(at: number, buckets: Buckets): void {
    this.#bands = new BandBook(buckets, { at, seq: null, profile: this.profile, code: null });
    for (const resource of RESOURCES) {
      if (this.offSince[resource] !== null) this.offSince[resource] = at;
    }
  }

  /** Puts the side somewhere without a step. */
  place(profile: string, at: number): void {
    this.profile = profile;
    const place = tierAndRungOf(profile);
    const device = place === null ? "none" : deviceOf(place.tier, place.rung);
    this.#rung = place?.rung ?? null;
    this.#isLocal = device === "gpu" || device === "cpu";
    this.#use("vram", device === "gpu", at);
    this.#use("memory", this.#isLocal, at);
    this.#show({ at, seq: null, profile, code: null });
  }

  move(move: Move): void {
    this.lastMove = move;
    this.#moves += 1;
    const { code } = move.reason;
    this.#reasons[code] = (this.#reasons[code] ?? 0) + 1;
    this.#show({ at: move.at, seq: move.seq, profile: move.to, code });
    this.place(move.to, move.at);
  }

  /** Nobody watches from here on; `seq` of the line that says so, `null` = the runtime was killed. */
  stop(at: number, seq: number | null): void {
    this.#bands?.change({ at, seq, profile: STOPPED, code: null });
  }

  /** Somebody watches again. */
  resume(at: number, seq: number): void {
    this.#bands?.change({ at, seq, profile: this.profile, code: null });
  }

  /** Time that passed where the side is, ms. */
  spend(ms: number): void {
    this.#times[this.#rung ?? "detecting"] += ms;
    if (this.#isLocal) this.#localMs += ms;
  }

  /** A sample of a resource against its limit, before this sample has moved anything. */
  sample(resource: Resource, level: Level): void {
    this.#limits[resource].sample(level, this.offSince[resource] === null);
  }

  where(): PlaceView {
    return { profile: this.profile, rung: this.#rung };
  }

  view(watchedMs: number): SideView {
    const hasTime = watchedMs > 0;
    return {
      transitions: this.#moves,
      steps_per_hour: hasTime ? rounded((this.#moves * MS_PER_HOUR) / watchedMs) : null,
      time_per_rung_ms: { ...this.#times } satisfies RungTimes,
      by_reason: this.#reasons,
      vram: this.#limits.vram.view(),
      memory: this.#limits.memory.view(),
      local_share: hasTime ? rounded(this.#localMs / watchedMs) : null,
      ...(this.#bands?.view() ?? { bands: [], bands_merged: false }),
    };
  }

  #show(change: BandChange): void {
    if (this.#bands?.profile !== STOPPED) this.#bands?.change(change);
  }

  #use(resource: Resource, isUsed: boolean, at: number): void {
    if (isUsed) this.offSince[resource] = null;
    else this.offSince[resource] ??= at;
  }
}

/** Samples at or over the limit while work used the resource. */
class LimitBook {
  readonly #episode = new Episode();
  #moments = 0;
  #episodes = 0;

  sample({ isOver, isCalm }: Level, isUsed: boolean): void {
    const isMoment = isOver && isUsed;
    if (isMoment) this.#moments += 1;
    if (this.#episode.begins({ isOver: isMoment, isCalm })) this.#episodes += 1;
  }

  view(): LimitView {
    return { moments_at_or_over_limit: this.#moments, episodes: this.#episodes };
  }
}

function rounded(value: number): number {
  return Math.round(value * DECIMALS) / DECIMALS;
}
