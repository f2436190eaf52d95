/** Values of the command line, refused in a sentence when they are not what was expected. */
import { RuntimeProfileError } from "../domain/error.ts";
import { nearestOf } from "../domain/nearest.ts";

/** The whole number of an option, `null` when it was not written; throws RP_USAGE. */
export function wholeNumber(
  option: string,
  text: string | undefined,
  { min, max }: { readonly min: number; readonly max: number },
): number | null {
  if (text === undefined) return null;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new RuntimeProfileError(
    "RP_USAGE",
    `Expected a whole number from ${min} to ${max} at ${option}, got ${JSON.stringify(text)}.`,
    { path: option },
  );
}

/** The word of an option out of a closed list, with a suggestion when it is none; throws RP_USAGE. */
export function oneOf<Word extends string>(
  option: string,
  text: string,
  words: readonly Word[],
): Word {
  const word = words.find((one) => one === text);
  if (word !== undefined) return word;
  const near = nearestOf(text, words);
  const remedy = near === null ? `write one of ${words.join(", ")}.` : `did you mean ${near}?`;
  throw new RuntimeProfileError(
    "RP_USAGE",
    `Expected a known word at ${option}, got ${JSON.stringify(text)}; ${remedy}`,
    { path: option },
  );
}
