/**
 * The bill of a model in one place: weights, key-value cache, buffers, and the server's own process.
 *
 * Each item is a whole number of MiB, rounded up, so that the items add up to the total to the last MiB.
 */

import { BYTES_PER_MIB } from "./fit-figures.ts";
import type { FitFigure, FitFigures, FitMeter, FitTerm, FitTermCode } from "./fit-shape.ts";
import { RUNNER_MEMORY_MIB } from "./model-table.ts";

/** What is to be paid for. */
export interface Order {
  readonly figures: FitFigures;
  /** Tokens of context. */
  readonly context: number;
}

/** The items of a model that lies in one memory as a whole. */
export function termsOf(order: Order, meter: FitMeter, hasRunner: boolean): readonly FitTerm[] {
  const { weights, buffers, cache_bytes } = order.figures;
  return [
    termOf("WEIGHTS", meter, { figure: weights, mib: weights?.amount ?? null }),
    termOf("CACHE", meter, { figure: cache_bytes, mib: cacheMibOf(order) }),
    termOf("BUFFERS", meter, { figure: buffers, mib: buffers?.amount ?? null }),
    ...(hasRunner ? [RUNNER_TERM] : []),
  ];
}

/** The process of the model server itself. */
export const RUNNER_TERM: FitTerm = {
  code: "RUNNER",
  meter: "memory",
  mib: RUNNER_MEMORY_MIB,
  source: "table",
  certainty: "estimated",
};

/** One item. */
export function termOf(
  code: FitTermCode,
  meter: FitMeter,
  { figure, mib }: { readonly figure: FitFigure | null; readonly mib: number | null },
): FitTerm {
  const isKnown = figure !== null && mib !== null;
  return {
    code,
    meter,
    mib: isKnown ? mib : null,
    source: figure?.source ?? null,
    certainty: isKnown ? figure.certainty : "unknown",
  };
}

/** The cache of the whole context in MiB. */
export function cacheMibOf({ figures, context }: Order): number | null {
  const { cache_bytes } = figures;
  return cache_bytes === null ? null : Math.ceil((cache_bytes.amount * context) / BYTES_PER_MIB);
}

/** The items of one meter together; `null` as soon as one of them is unknown. */
export function sumOf(terms: readonly FitTerm[], meter: FitMeter): number | null {
  let sum = 0;
  for (const term of terms) {
    if (term.meter !== meter) continue;
    if (term.mib === null) return null;
    sum += term.mib;
  }
  return sum;
}
