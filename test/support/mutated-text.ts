/**
 * Real outputs with damage: characters, lines and digits that are wrong, gone, doubled or out of place.
 *
 * Text out of nothing hardly ever gets past a parser's first line; a real output with a few wounds reaches
 * every branch. Each wound is a small function of the text, so that a failing case shrinks to one wound.
 */
import fc from "fast-check";

type Wound = (text: string) => string;

/** The most wounds that one text gets. */
const MAX_WOUNDS = 5;

/** Pieces that mean trouble where a number, a line or a structure is expected. */
const TROUBLE = [
  ..."\0\r\n\t ,:;\"'{}[]()%.-+eE/|x#",
  "\r\n",
  "\uFEFF",
  "\uFFFD",
  "N/A",
  "[N/A]",
  "NaN",
  "-1",
  "0",
  "1.5",
  "1e400",
  "0x10",
  "null",
  "18446744073709551615",
  "18446744073709551616",
  "9007199254740993",
  "99999999999999999999999999",
  "\u0661\u0662",
  "\u{1F4A3}",
] as const;

/** A share of the text's length; without the usual leaning towards both ends. */
const place = fc.noBias(fc.integer({ min: 0, max: 2 ** 20 })).map((part) => part / 2 ** 20);
const trouble = fc.oneof(fc.constantFrom<string[]>(...TROUBLE), fc.string({ maxLength: 4 }));

/** Wounds of numbers leave the structure whole: what is wrong then is only a figure. */
const numberWound: fc.Arbitrary<Wound> = fc.oneof(
  fc.tuple(place, fc.integer({ min: 0, max: 9 })).map(([at, digit]) => digitAt(at, `${digit}`)),
  fc.tuple(place, trouble).map(([at, piece]) => numberAt(at, () => piece)),
  fc.tuple(place, fc.nat()).map(([at, other]) => numberAt(at, () => `${other}`)),
  fc.tuple(place, trouble).map(([at, piece]) => numberAt(at, (digits) => digits + piece)),
  place.map((at) => numberAt(at, (digits) => digits.slice(1) + digits.slice(0, 1))),
  place.map((at) => numberAt(at, (digits) => digits.slice(1))),
  fc.tuple(place, place).map(([at, to]) => numbersSwapped(at, to)),
);

const textWound: fc.Arbitrary<Wound> = fc.oneof(
  fc.tuple(place, trouble).map(([at, piece]) => insertAt(at, 0, piece)),
  fc.tuple(place, fc.integer({ min: 1, max: 12 })).map(([at, size]) => insertAt(at, size, "")),
  fc
    .tuple(place, fc.integer({ min: 1, max: 4 }), trouble)
    .map(([at, size, piece]) => insertAt(at, size, piece)),
  fc.tuple(place, place).map(([at, to]) => linesBy(at, (lines, one) => copied(lines, one, to))),
  place.map((at) => linesBy(at, (lines, one) => lines.filter((_line, line) => line !== one))),
  fc.tuple(place, place).map(([at, to]) => linesBy(at, (lines, one) => swapped(lines, one, to))),
  place.map<Wound>((at) => (text) => text.slice(0, indexOf(at, text.length))),
  fc.constant<Wound>((text) => text.replaceAll("\n", "\r\n")),
  fc.constant<Wound>((text) => text + text),
  fc.constant<Wound>((text) => text.replaceAll(/[ \n]+/g, " ")),
);

const wound = fc.oneof({ weight: 3, arbitrary: numberWound }, { weight: 2, arbitrary: textWound });

/** One of the texts with one to five wounds, now and then any text at all. */
export function mutatedText(bases: readonly string[]): fc.Arbitrary<string> {
  const wounded = fc
    .tuple(fc.constantFrom(...bases), fc.array(wound, { minLength: 1, maxLength: MAX_WOUNDS }))
    .map(([base, wounds]) => wounds.reduce((text, hurt) => hurt(text), base));
  return fc.oneof(
    { weight: 19, arbitrary: wounded },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 200 }) },
  );
}

/** Every whole number that stands in a text as digits, without leading zeros. */
export function numbersIn(text: string): ReadonlySet<bigint> {
  return new Set([...text.matchAll(/\d+/g)].map(([digits]) => BigInt(digits)));
}

function indexOf(at: number, length: number): number {
  return Math.min(length, Math.floor(at * (length + 1)));
}

function insertAt(at: number, size: number, piece: string): Wound {
  return (text) => {
    const start = indexOf(at, text.length);
    return text.slice(0, start) + piece + text.slice(start + size);
  };
}

function linesBy(
  at: number,
  change: (lines: readonly string[], one: number) => readonly string[],
): Wound {
  return (text) => {
    const lines = text.split("\n");
    return change(lines, indexOf(at, lines.length - 1)).join("\n");
  };
}

function copied(lines: readonly string[], one: number, to: number): readonly string[] {
  return lines.toSpliced(indexOf(to, lines.length), 0, lines[one] ?? "");
}

function swapped(lines: readonly string[], one: number, to: number): readonly string[] {
  const other = indexOf(to, lines.length - 1);
  return lines.with(one, lines[other] ?? "").with(other, lines[one] ?? "");
}

function digitAt(at: number, digit: string): Wound {
  return (text) => {
    const digits = [...text.matchAll(/\d/g)];
    const chosen = digits[indexOf(at, digits.length - 1)]?.index;
    return chosen === undefined ? text : text.slice(0, chosen) + digit + text.slice(chosen + 1);
  };
}

function numbersSwapped(at: number, to: number): Wound {
  return (text) => {
    const pieces = text.split(/(\d+)/);
    // Every second piece is a number.
    const count = (pieces.length - 1) / 2;
    if (count === 0) return text;
    const [one, other] = [at, to].map((share) => 2 * indexOf(share, count - 1) + 1) as [
      number,
      number,
    ];
    return pieces
      .with(one, pieces[other] ?? "")
      .with(other, pieces[one] ?? "")
      .join("");
  };
}

function numberAt(at: number, change: (digits: string) => string): Wound {
  return (text) => {
    const numbers = [...text.matchAll(/\d+/g)];
    const chosen = numbers[indexOf(at, numbers.length - 1)];
    if (chosen === undefined) return text;
    const [digits] = chosen;
    return text.slice(0, chosen.index) + change(digits) + text.slice(chosen.index + digits.length);
  };
}
