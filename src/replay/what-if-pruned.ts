/**
 * Readings that are gone, stood in for by what their seal says: evenly spaced, each with the last
 * values, the one in the middle with the worst. An approximation, and the answer says so.
 */
import type { ReadingInput, ReadingsSealed, RollUpField } from "../domain/input.ts";

/** One made-up reading. */
export interface StandIn {
  readonly seq: number;
  readonly reading: ReadingInput;
}

/** The made-up readings of one seal, one after the other. */
export class StandIns {
  readonly #seal: ReadingsSealed;
  #next = 0;

  constructor(seal: ReadingsSealed) {
    this.#seal = seal;
  }

  /** The next one that is not after `until` (ms); `null` when there is none. */
  next(until: number): StandIn | null {
    const { count, first_at, last_at, first_seq, last_seq } = this.#seal;
    if (this.#next >= count) return null;
    const step = count > 1 ? (last_at - first_at) / (count - 1) : 0;
    const at = Math.round(first_at + step * this.#next);
    if (at > until) return null;
    const seq = Math.min(first_seq + this.#next, last_seq);
    const isWorst = this.#next === Math.floor(count / 2);
    this.#next += 1;
    return { seq, reading: this.#reading(at, isWorst) };
  }

  #reading(at: number, isWorst: boolean): ReadingInput {
    const figureOf = (field: RollUpField, worst: "min" | "max"): number | null =>
      this.#seal.roll_up[field]?.[isWorst ? worst : "last"] ?? null;
    const lastOf = (field: RollUpField): number | null => this.#seal.roll_up[field]?.last ?? null;
    const [used, available] = [
      figureOf("vram_used_mib", "max"),
      figureOf("memory_available_mib", "min"),
    ];
    const permille = figureOf("cpu_permille", "max");
    return {
      type: "reading",
      at,
      vram:
        used === null
          ? null
          : {
              used_mib: used,
              total_mib: lastOf("vram_total_mib"),
              own_mib: lastOf("vram_own_mib"),
            },
      memory:
        available === null
          ? null
          : { available_mib: available, total_mib: lastOf("memory_total_mib") },
      cpu: permille === null ? null : { used_percent: permille / 10 },
    };
  }
}
