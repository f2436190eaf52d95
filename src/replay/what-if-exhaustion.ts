/**
 * Times when a resource really ran out, and how each side stood then.
 *
 * In time is who had left the resource before the first sample at the limit; the lead is how long
 * before. Each side has its own meter, for on another host other readings count.
 */
import { Episode, highLevel, type Levels, lowLevel } from "./what-if-level.ts";
import { RESOURCES, type Resource, type Side } from "./what-if-side.ts";
import {
  EXHAUSTIONS_MAX,
  type ExhaustedSignal,
  type Exhaustion,
  type ExhaustionSide,
  type Listed,
} from "./what-if-view.ts";

/** Share of the card, and MiB of memory, at which a resource has run out (decision-model §5.1). */
const VRAM_LIMIT = 0.95;
const MEMORY_LIMIT_MIB = 256;

const SIGNALS: Readonly<Record<Resource, ExhaustedSignal>> = {
  vram: "vram.used",
  memory: "memory.available",
};
const SIDES = ["actual", "hypothetical"] as const;

/** Which telling. */
export type SideName = (typeof SIDES)[number];

/** The samples of both sides at one moment, before either has answered them. */
export interface Moment {
  readonly seq: number;
  readonly at: number;
  readonly levels: Readonly<Record<SideName, Levels>>;
  readonly sides: Readonly<Record<SideName, Side>>;
}

type Open = { -readonly [Key in keyof ExhaustionSide]: ExhaustionSide[Key] };
interface Item {
  readonly seq: number;
  readonly at: number;
  readonly signal: ExhaustedSignal;
  actual: Open | null;
  hypothetical: Open | null;
}

/** Watches both sides' readings for resources that run out. */
export class ExhaustionWatch {
  readonly #list: Item[] = [];
  #total = 0;
  readonly #meters = { actual: metersOf(), hypothetical: metersOf() };

  sample(moment: Moment): void {
    for (const resource of RESOURCES) {
      let item: Item | null = null;
      for (const name of SIDES) item = this.#sampleOf(resource, name, { moment, item });
    }
  }

  /** A side has moved; whoever left the resource while it was exhausted left it late. */
  moved(name: SideName, side: Side): void {
    for (const resource of RESOURCES) {
      const { item } = this.#meters[name][resource];
      const [open, since] = [item?.[name] ?? null, side.offSince[resource]];
      if (item === null || open === null || open.lead_ms !== null || since === null) continue;
      open.lead_ms = item.at - since;
    }
  }

  view(): Listed<Exhaustion> {
    return { total: this.#total, list: this.#list };
  }

  #sampleOf(
    resource: Resource,
    name: SideName,
    { moment, item }: { readonly moment: Moment; readonly item: Item | null },
  ): Item | null {
    const level = moment.levels[name][resource];
    if (level === null) return item;
    const meter = this.#meters[name][resource];
    const isHighBad = resource === "vram";
    const judged = isHighBad
      ? highLevel(level.value, VRAM_LIMIT)
      : lowLevel(level.value, MEMORY_LIMIT_MIB);
    if (meter.episode.begins(judged)) {
      const begun = item ?? this.#begun(resource, moment);
      const since = moment.sides[name].offSince[resource];
      begun[name] = {
        worst: level.value,
        free_mib: level.freeMib,
        off: since !== null,
        lead_ms: since === null ? null : moment.at - since,
      };
      meter.item = begun;
      return begun;
    }
    const open = meter.episode.isOpen ? (meter.item?.[name] ?? null) : null;
    if (open === null) meter.item = null;
    else if (isHighBad ? level.value > open.worst : level.value < open.worst) {
      open.worst = level.value;
      open.free_mib = level.freeMib;
    }
    return item;
  }

  #begun(resource: Resource, { seq, at }: Moment): Item {
    const item = { seq, at, signal: SIGNALS[resource], actual: null, hypothetical: null };
    this.#total += 1;
    if (this.#list.length < EXHAUSTIONS_MAX) this.#list.push(item);
    return item;
  }
}

interface Meter {
  readonly episode: Episode;
  item: Item | null;
}

function metersOf(): Readonly<Record<Resource, Meter>> {
  return {
    vram: { episode: new Episode(), item: null },
    memory: { episode: new Episode(), item: null },
  };
}
