/**
 * The known word that somebody most probably meant, by the number of wrong letters.
 *
 * The idea: a reader who forgives two slips in a word and one in a short word, and otherwise says
 * nothing, because a wild guess is worse than none. Rejected: sounds and common prefixes.
 */

/** Longer words are not compared; the work grows with the square of the length. */
const LENGTH_MAX = 64;

/** The nearest of the candidates (the first of equals); `null` when none is near. */
export function nearestOf(word: string, candidates: readonly string[]): string | null {
  let nearest: string | null = null;
  let fewest = slipsAllowed(word) + 1;
  for (const candidate of candidates) {
    const slips = slipsBetween(word.toLowerCase(), candidate.toLowerCase());
    if (slips < fewest) {
      nearest = candidate;
      fewest = slips;
    }
  }
  return nearest;
}

function slipsAllowed(word: string): number {
  if (word.length > LENGTH_MAX) return -1;
  return word.length <= 3 ? 1 : word.length <= 8 ? 2 : 3;
}

/** Insertions, deletions, replacements and swapped neighbours between two words. */
function slipsBetween(left: string, right: string): number {
  if (right.length > LENGTH_MAX) return Number.POSITIVE_INFINITY;
  let older: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const next = [row];
    for (let column = 1; column <= right.length; column++) {
      const isSame = left[row - 1] === right[column - 1];
      const isSwapped =
        row > 1 &&
        column > 1 &&
        left[row - 1] === right[column - 2] &&
        left[row - 2] === right[column - 1];
      next[column] = Math.min(
        (last[column] as number) + 1,
        (next[column - 1] as number) + 1,
        (last[column - 1] as number) + (isSame ? 0 : 1),
        isSwapped ? (older[column - 2] as number) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    older = last;
    last = next;
  }
  return last[right.length] as number;
}
