/**
 * What every controller of the bench is: it is shown a glimpse of the meter and says where the model
 * belongs. An opinion is a value; the next one is made of it and a glimpse, so that a run can be had
 * again. All controllers see the same: what is in use, and that our model has just run out of memory.
 */

/** Where the model is wanted: whole on the resource, a smaller one there, or not there at all. */
export type Place = "nominal" | "small" | "off";

/** The resource that the model takes: a card's memory, or the host's. */
export type Signal = "vram" | "memory";

/** What the controllers are told before a run. Shares are of `totalMib`. */
export interface Setting {
  readonly signal: Signal;
  readonly totalMib: number;
  /** What our model needs, in MiB; the smaller one needs half. */
  readonly footprintMib: number;
  readonly intervalMs: number;
}

/** One look at the meter. */
export interface Glimpse {
  readonly at: number;
  /** In use altogether, our own share included; NaN = the sensor gave no number. */
  readonly usedMib: number;
  /** Our own share; `null` = nobody knows. */
  readonly ownMib: number | null;
  /** When it was measured. */
  readonly sourceAt: number;
  /** Since the last glimpse our model ran out of memory. */
  readonly hasRunOut: boolean;
}

/** Where the model belongs now, and how far down that is (0 is the best rung). */
export interface Opinion {
  readonly place: Place;
  /** Index of the rung; a controller without rungs has 0 (on) and 2 (off). */
  readonly level: number;
  readonly rung: string;
  next(glimpse: Glimpse): Opinion;
}

export interface Controller {
  readonly name: string;
  begin(setting: Setting): Opinion;
}

/** The seed values of the signal, as shares in use: 85 % of the card; 2 GiB of memory left. */
export function limitsOf({ signal, totalMib }: Setting): {
  readonly enter: number;
  readonly exit: number;
  readonly hard: number;
} {
  if (signal === "vram") return { enter: 0.85, exit: 0.75, hard: 0.92 };
  const left = (mib: number) => 1 - mib / totalMib;
  return { enter: left(2048), exit: left(2560), hard: left(1024) };
}
