/** Recorded outputs with something wrong in them: cut, doubled, overwritten, glued to another. */
import fc from "fast-check";

/** What damage is made of: figures at edges, foreign signs, marks, ends of lines. */
const SCRAPS = [
  "",
  "0",
  "-1",
  "99999999999999999999",
  "1e400",
  "NaN",
  "1,5",
  "0x",
  "0xFFFFFFFFFFFFFFFF",
  "\r\n",
  "\n",
  "\uFEFF",
  "\u0000",
  '"',
  '","',
  "%",
  "MB",
  "{",
  "}",
  " ",
  "<html>",
  "\uFFFD",
] as const;
const MAX_EDITS = 6;
const MAX_PLACE = 4000;
const MAX_LENGTH = 80;

/** One of `texts`, damaged in up to six places; sometimes none of them at all. */
export function mutatedLines(texts: readonly string[]): fc.Arbitrary<string> {
  const edit = fc.record({
    place: fc.nat(MAX_PLACE),
    length: fc.nat(MAX_LENGTH),
    scrap: fc.oneof(fc.constantFrom(...SCRAPS), fc.string({ maxLength: 8 })),
    isDoubled: fc.boolean(),
  });
  const damaged = fc
    .tuple(fc.constantFrom(...texts), fc.array(edit, { maxLength: MAX_EDITS }))
    .map(([text, edits]) =>
      edits.reduce((before, { place, length, scrap, isDoubled }) => {
        const start = before.length === 0 ? 0 : place % (before.length + 1);
        const part = before.slice(start, start + length);
        const middle = isDoubled ? `${part}${scrap}${part}` : scrap;
        return before.slice(0, start) + middle + before.slice(start + length);
      }, text),
    );
  return fc.oneof({ weight: 9, arbitrary: damaged }, { weight: 1, arbitrary: fc.string() });
}

/** Every whole run of digits in the text: a parser may tell these and no other figures. */
export function figuresOf(text: string): ReadonlySet<number> {
  return new Set([...text.matchAll(/\d+/g)].map(([digits]) => Number(digits)));
}
