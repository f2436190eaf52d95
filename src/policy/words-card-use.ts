/** Who lies on the card, as the end of a sentence: the largest few, those of one name together. */
import type { Language } from "../domain/configuration.ts";
import type { CardProgram } from "./doctor-facts.ts";
import { gigabyteText, listText, phrase, unknownWord } from "./wording.ts";

/** So many fit on a line of a terminal. */
const NAMED_MAX = 3;
const BEGIN = phrase("；占用: ", "; on it: ");
const MORE = phrase("等", "and others");

/** Empty where nobody is listed; who does not tell how much stands there by name alone. */
export function cardProgramsText(programs: readonly CardProgram[], language: Language): string {
  if (programs.length === 0) return "";
  const sums = new Map<string, number | null>();
  for (const { name, used_mib } of programs) {
    const key = name ?? unknownWord(language);
    const before = sums.has(key) ? (sums.get(key) ?? null) : 0;
    sums.set(key, before === null || used_mib === null ? null : before + used_mib);
  }
  const named = [...sums]
    .toSorted(([, one], [, two]) => (two ?? 0) - (one ?? 0))
    .slice(0, NAMED_MAX)
    .map(([name, mib]) => (mib === null ? name : `${name} ${gigabyteText(mib, language)}`));
  const rest = sums.size > NAMED_MAX ? [MORE[language]()] : [];
  return `${BEGIN[language]()}${listText([...named, ...rest], language)}`;
}
