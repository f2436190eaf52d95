/**
 * Envelopes: least and greatest value of each bucket, from readings or from what their seals sum up.
 *
 * The idea: a curve of a million points on six hundred columns of dots. What a column must show is how
 * low and how high it went, so a peak of one second is seen in a view of a month. A seal knows both of a
 * whole block; it is spread over every bucket that the block touches, so the envelope can be wider than
 * the readings were, never narrower. Rejected: averages (they hide what the thresholds are about).
 */
import type { ReadingsSealed, RollUp } from "../domain/input.ts";
import type { ReadingRun } from "../log/piece.ts";
import { type Buckets, bucketAt, startOf } from "./buckets.ts";

/** One list per end, one value per bucket; `null` where nothing was measured. */
export interface EnvelopeView {
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
}

/** The curves of a stretch of time. */
export interface EnvelopesView {
  readonly vram_used_percent: EnvelopeView;
  readonly memory_available_mib: EnvelopeView;
  /** The last known of the stretch. */
  readonly memory_total_mib: number | null;
  readonly vram_total_mib: number | null;
  readonly cpu_used_percent: EnvelopeView;
}

/** Takes holes first, then readings and seals in any order; the totals are those that came last. */
export class Envelopes {
  /** True when a seal stood in for readings. */
  isRolledUp = false;
  readonly #buckets: Buckets;
  readonly #vram: Envelope;
  readonly #memory: Envelope;
  readonly #cpu: Envelope;
  /** 1 = nobody watched in this bucket. */
  readonly #isEmpty: Uint8Array;
  #vramTotal: number | null = null;
  #memoryTotal: number | null = null;

  constructor(buckets: Buckets) {
    this.#buckets = buckets;
    this.#vram = new Envelope(buckets.count);
    this.#memory = new Envelope(buckets.count);
    this.#cpu = new Envelope(buckets.count);
    this.#isEmpty = new Uint8Array(buckets.count);
  }

  take({ columns: { numbers }, from, to }: ReadingRun): void {
    for (let place = from; place < to; place += 1) {
      const bucket = bucketAt(this.#buckets, numbers.at[place] as number);
      if (bucket < 0 || bucket >= this.#buckets.count) continue;
      const vramTotal = numbers.vram_total_mib[place] as number;
      const memoryTotal = numbers.memory_total_mib[place] as number;
      const used = shareOf(numbers.vram_used_mib[place] as number, vramTotal);
      const available = numbers.memory_available_mib[place] as number;
      const permille = numbers.cpu_permille[place] as number;
      this.#vram.widen(bucket, used, used);
      this.#memory.widen(bucket, available, available);
      this.#cpu.widen(bucket, permille, permille);
      if (!Number.isNaN(vramTotal)) this.#vramTotal = vramTotal;
      if (!Number.isNaN(memoryTotal)) this.#memoryTotal = memoryTotal;
    }
  }

  takeSeal({ roll_up, first_at, last_at }: ReadingsSealed): void {
    const first = Math.max(0, bucketAt(this.#buckets, first_at));
    const last = Math.min(this.#buckets.count - 1, bucketAt(this.#buckets, last_at));
    if (first > last) return;
    this.isRolledUp = true;
    const [used, total] = [roll_up.vram_used_mib, roll_up.vram_total_mib];
    const least = shareOf(used?.min ?? Number.NaN, total?.max ?? Number.NaN);
    const most = shareOf(used?.max ?? Number.NaN, total?.min ?? Number.NaN);
    for (let bucket = first; bucket <= last; bucket += 1) {
      if (this.#isEmpty[bucket] === 1) continue;
      this.#vram.widen(bucket, least, most);
      this.#memory.widenBy(bucket, roll_up.memory_available_mib);
      this.#cpu.widenBy(bucket, roll_up.cpu_permille);
    }
    this.#vramTotal = total?.last ?? this.#vramTotal;
    this.#memoryTotal = roll_up.memory_total_mib?.last ?? this.#memoryTotal;
  }

  /** Between these moments nobody watched; a seal does not know that its block has a hole. */
  hole(after: number, before: number): void {
    const { count, bucketMs } = this.#buckets;
    let bucket = Math.max(0, bucketAt(this.#buckets, after) + 1);
    for (; bucket < count && startOf(this.#buckets, bucket) + bucketMs <= before; bucket += 1)
      this.#isEmpty[bucket] = 1;
  }

  view(): EnvelopesView {
    return {
      vram_used_percent: this.#vram.view(roundedTenth),
      memory_available_mib: this.#memory.view((value) => value),
      memory_total_mib: this.#memoryTotal,
      vram_total_mib: this.#vramTotal,
      cpu_used_percent: this.#cpu.view((permille) => permille / 10),
    };
  }
}

/** Both ends of every bucket; NaN = nothing was measured. */
class Envelope {
  readonly #min: Float64Array;
  readonly #max: Float64Array;

  constructor(count: number) {
    this.#min = new Float64Array(count).fill(Number.NaN);
    this.#max = new Float64Array(count).fill(Number.NaN);
  }

  widen(bucket: number, least: number, most: number): void {
    // A comparison with NaN is false, so what is unknown changes nothing, and the first value enters.
    if (Number.isNaN(least) || Number.isNaN(most)) return;
    if (!(least >= (this.#min[bucket] as number))) this.#min[bucket] = least;
    if (!(most <= (this.#max[bucket] as number))) this.#max[bucket] = most;
  }

  widenBy(bucket: number, rollUp: RollUp | null): void {
    if (rollUp !== null) this.widen(bucket, rollUp.min, rollUp.max);
  }

  view(shown: (value: number) => number): EnvelopeView {
    const listOf = (values: Float64Array) =>
      Array.from(values, (value) => (Number.isNaN(value) ? null : shown(value)));
    return { min: listOf(this.#min), max: listOf(this.#max) };
  }
}

/** Percent; NaN where a part is unknown or no card is that small. */
function shareOf(used: number, total: number): number {
  return total > 0 ? (100 * used) / total : Number.NaN;
}

/** To a tenth, which never puts a greater value below a smaller one. */
function roundedTenth(percent: number): number {
  return Math.round(percent * 10) / 10;
}
