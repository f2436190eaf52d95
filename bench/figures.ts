/** Small sums over figures of benches. */

/** The middle one. */
export function medianOf(figures: readonly number[]): number {
  return quantileOf(figures, 0.5);
}

/** The figure below which this share (0 to 1) of them lies. */
export function quantileOf(figures: readonly number[], share: number): number {
  const sorted = figures.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** How long it takes, in ms. */
export function msOf(act: () => unknown): number {
  const start = performance.now();
  act();
  return performance.now() - start;
}

/** As `0.83 (met)`, against the least or the most that is wanted. */
export function judged(
  figure: number,
  goal: { readonly least: number } | { readonly most: number },
): string {
  const isMet = "least" in goal ? figure >= goal.least : figure <= goal.most;
  const wanted = "least" in goal ? `>= ${goal.least}` : `<= ${goal.most}`;
  return `${figure.toFixed(figure < 0.1 ? 4 : 2)} (goal ${wanted}: ${isMet ? "met" : "missed"})`;
}
