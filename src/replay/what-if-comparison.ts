/** Both tellings side by side while they are told: time, differences, and where they first part. */
import type { Configuration, Thresholds } from "../domain/configuration.ts";
import type { Host } from "../domain/host.ts";
import type { Input, ReadingInput } from "../domain/input.ts";
import type { TransitionOutput } from "../domain/output.ts";
import { bucketsOf } from "./buckets.ts";
import type { InexactCode } from "./inexact.ts";
import type { WhatIfChanges } from "./what-if-changes.ts";
import { changedSettings } from "./what-if-configuration.ts";
import { Differences } from "./what-if-differences.ts";
import { ExhaustionWatch, type SideName } from "./what-if-exhaustion.ts";
import { factsOf } from "./what-if-host.ts";
import { highLevel, type Levels, levelsOf, lowLevel } from "./what-if-level.ts";
import { Side } from "./what-if-side.ts";
import {
  BANDS_MAX,
  type Divergence,
  type Listed,
  REMARK_CODES,
  type RemarkCode,
  type WhatIfView,
} from "./what-if-view.ts";

/** A transition with the input that caused it. */
export interface Moved extends TransitionOutput {
  readonly seq: number;
  readonly at: number;
}

/** One reading as each side had it. */
export interface TwoReadings {
  readonly seq: number;
  readonly recorded: ReadingInput;
  readonly hypothetical: ReadingInput;
}

/** What was in force at the end. */
export interface Ends {
  readonly from: Configuration;
  readonly to: Configuration;
  readonly host: { readonly from: Host | null; readonly to: Host | null };
}

/** Inputs before which nobody watched: the time up to them is no one's. */
const RETURNS: readonly Input["type"][] = ["runtime.started", "clock.resumed"];

/** The books of both sides. */
export class Comparison {
  readonly counts = { readings: 0, pruned: 0 };
  readonly #sides: Readonly<Record<SideName, Side>>;
  readonly #changes: WhatIfChanges;
  readonly #until: number;
  readonly #differences = new Differences();
  readonly #exhaustions = new ExhaustionWatch();
  readonly #inexact = new Set<InexactCode>();
  readonly #remarks = new Set<RemarkCode>();
  #span: { readonly seq: number; readonly at: number } | null = null;
  #lastSeq = 0;
  #now = 0;
  #watchedMs = 0;
  #lastInput: { readonly seq: number; readonly at: number } | null = null;
  #divergence: Divergence | null = null;

  /** `until`: the last moment of the log, ms. */
  constructor(profile: string, changes: WhatIfChanges, until: number) {
    this.#changes = changes;
    this.#until = until;
    this.#sides = { actual: new Side(profile), hypothetical: new Side(profile) };
  }

  note(code: InexactCode): void {
    this.#inexact.add(code);
  }

  remark(code: RemarkCode): void {
    this.#remarks.add(code);
  }

  /** The newest number that the answer covers. */
  saw(seq: number): void {
    this.#lastSeq = Math.max(this.#lastSeq, seq);
  }

  /** An input other than a reading comes. */
  heard(seq: number, { type, at }: Input): void {
    const before = this.#span === null ? at : this.#now;
    this.#pass(seq, at, !RETURNS.includes(type));
    if (type !== "runtime.stopped" && type !== "runtime.started") return;
    for (const side of Object.values(this.#sides)) {
      if (type === "runtime.stopped") side.stop(this.#now, seq);
      else {
        side.stop(before, null);
        side.resume(this.#now, seq);
      }
    }
  }

  /** A reading comes; it is judged before either side answers it. */
  heardReading({ seq, recorded, hypothetical }: TwoReadings, thresholds: Thresholds): void {
    this.#pass(seq, recorded.at, true);
    const actual = levelsOf(recorded);
    const levels = {
      actual,
      hypothetical: hypothetical === recorded ? actual : levelsOf(hypothetical),
    };
    this.#sample("actual", levels.actual, thresholds);
    this.#sample("hypothetical", levels.hypothetical, thresholds);
    this.#exhaustions.sample({ seq, at: this.#now, levels, sides: this.#sides });
  }

  moved(name: SideName, { seq, at, from, to, reason }: Moved): void {
    const side = this.#sides[name];
    side.move({ seq, at, to, reason });
    this.#differences.add(name, { seq, at, from, to, code: reason.code });
    this.#exhaustions.moved(name, side);
  }

  profileOf(name: SideName): string {
    return this.#sides[name].profile;
  }

  /** A side is somewhere without a step: at the start, or after a gap. */
  placed(name: SideName, profile: string): void {
    const side = this.#sides[name];
    if (side.profile === profile) return;
    side.place(profile, this.#now);
    this.#exhaustions.moved(name, side);
  }

  view({ from, to, host }: Ends): WhatIfView {
    this.#part();
    const differences = this.#differences.view();
    const exhaustions = this.#exhaustions.view();
    const settings = changedSettings(from, to);
    const hostChange =
      this.#changes.host === null
        ? null
        : {
            from: host.from === null ? null : factsOf(host.from),
            to: factsOf(host.to ?? this.#changes.host),
          };
    if (this.#span === null) this.remark("LOG_EMPTY");
    if (settings.length === 0 && hostChange === null) this.remark("NOTHING_CHANGED");
    const lists: readonly Listed<unknown>[] = [...Object.values(differences), exhaustions];
    if (lists.some(({ total, list }) => total > list.length)) this.remark("LISTS_CUT");
    return {
      exact: this.#inexact.size === 0,
      inexact: [...this.#inexact],
      measurements_fixed: true,
      remarks: REMARK_CODES.filter((code) => this.#remarks.has(code)),
      first_seq: this.#span?.seq ?? null,
      last_seq: this.#span === null ? null : this.#lastSeq,
      first_at: this.#span?.at ?? null,
      last_at: this.#span === null ? null : this.#now,
      readings: this.counts.readings,
      pruned_readings: this.counts.pruned,
      watched_ms: this.#watchedMs,
      changes: { settings, host: hostChange },
      first_divergence: this.#divergence,
      actual: this.#sides.actual.view(this.#watchedMs),
      hypothetical: this.#sides.hypothetical.view(this.#watchedMs),
      differences,
      exhaustions,
    };
  }

  #pass(seq: number, at: number, isWatched: boolean): void {
    if (this.#divergence === null) this.#part();
    if (this.#span === null) this.#begin(seq, at);
    const ms = at - this.#now;
    if (ms > 0) {
      this.#now = at;
      if (isWatched) {
        this.#watchedMs += ms;
        this.#sides.actual.spend(ms);
        this.#sides.hypothetical.spend(ms);
      }
      this.#differences.advance(at);
    }
    this.saw(seq);
    if (this.#divergence === null) this.#lastInput = { seq, at: this.#now };
  }

  #begin(seq: number, at: number): void {
    this.#span = { seq, at };
    this.#now = at;
    const buckets = bucketsOf({ since: at, until: Math.max(at, this.#until) }, BANDS_MAX);
    for (const side of Object.values(this.#sides)) side.begin(at, buckets);
  }

  #sample(name: SideName, { vram, memory }: Levels, thresholds: Thresholds): void {
    const side = this.#sides[name];
    if (vram !== null) side.sample("vram", highLevel(vram.value, thresholds.vram.hard));
    if (memory !== null) side.sample("memory", lowLevel(memory.value, thresholds.memory.hard));
  }

  /** Whether the input before this one has parted the sides. */
  #part(): void {
    const { actual, hypothetical } = this.#sides;
    if (this.#divergence !== null || actual.profile === hypothetical.profile) return;
    if (this.#lastInput === null) return;
    const { seq, at } = this.#lastInput;
    const moved = (["hypothetical", "actual"] as const).find(
      (name) => this.#sides[name].lastMove?.seq === seq,
    );
    this.#divergence = {
      ...{ seq, at },
      ...{ actual: actual.where(), hypothetical: hypothetical.where() },
      moved: moved ?? null,
      cause: moved === undefined ? null : (this.#sides[moved].lastMove?.reason ?? null),
    };
  }
}
