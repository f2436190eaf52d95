import fc from "fast-check";
import { expect, test } from "vitest";
import { busIdOf, lineOf } from "../src/detect/drm-cards.ts";
import { parseJsonAsWritten } from "../src/detect/json-as-written.ts";
import { amountOf, figuresOf, type MemoryUnit, wholeOf } from "../src/detect/memory-figures.ts";
import { mutatedText, numbersIn } from "./support/mutated-text.ts";

test.each([
  ["17163091968\n", "B", 16_368],
  ["0", "B", 0],
  ["1048575", "B", 0],
  ["1048576", "B", 1],
  [" 196592 ", "MB", 196_592],
  ["1023", "KB", 0],
  ["1024", "KB", 1],
  ["24", "GB", 24_576],
  ["17592186044416", "B", 16_777_216],
  ["16777216", "MB", 16_777_216],
] as const)("memory-figures: %j in %s is %i MiB", (text, unit, mib) => {
  expect(amountOf(text, unit)).toEqual({ mib, code: null });
});

test.each([
  ["-1", "B"],
  ["+5", "B"],
  ["17592186044417", "B"],
  ["16777217", "MB"],
  ["18446744073709551615", "B"],
  ["18446744073709551616", "B"],
] as [string, MemoryUnit][])("memory-figures: %j in %s cannot be", (text, unit) => {
  expect(amountOf(text, unit)).toEqual({ mib: null, code: "impossible" });
});

test.each([
  null,
  undefined,
  "",
  " ",
  "N/A",
  "12abc",
  "1e3",
  "1.5",
  "0x10",
  "1 2",
  "\0",
  "١٢",
  12,
  {},
])("memory-figures: %j is not a number of the text", (text) => {
  expect(amountOf(text)).toEqual({ mib: null, code: "memory-not-reported" });
  expect(wholeOf(text, 100)).toBeNull();
});

test("memory-figures: used stays within total, and a total of 0 is none", () => {
  const mib = (value: string) => amountOf(value, "MB");
  expect(figuresOf(mib("8"), mib("8"))).toEqual({ total_mib: 8, used_mib: 8, code: null });
  expect(figuresOf(mib("8"), mib("9"))).toEqual({
    total_mib: 8,
    used_mib: null,
    code: "impossible",
  });
  expect(figuresOf(mib("0"), mib("0"))).toEqual({
    total_mib: null,
    used_mib: null,
    code: "memory-not-reported",
  });
  expect(figuresOf(mib("N/A"), mib("9")).code).toBe("memory-not-reported");
  expect(figuresOf(mib("8"), mib("-9")).code).toBe("impossible");
});

test("json-as-written: numbers stay the texts that they are", () => {
  const text = '{"a": [12, -0, 2e3, 1.50, 99999999999999999999], "b": "x", "b": true}';
  expect(parseJsonAsWritten(text)).toEqual({
    a: ["12", "-0", "2e3", "1.50", "99999999999999999999"],
    b: true,
  });
});

test("json-as-written: warnings before the JSON are skipped, what is none gives nothing", () => {
  expect(parseJsonAsWritten("\uFEFFWARNING: user is missing a group\r\n\r\n[1]\r\n")).toEqual([
    "1",
  ]);
  expect(parseJsonAsWritten('[WARN] x\n{"a": 1}\n')).toEqual({ a: "1" });
  expect(parseJsonAsWritten('{"a": [\n  [1]\n')).toBeUndefined();
  for (const text of ["", "no", "{", "\0", `${"x\n".repeat(1000)}[1]`, "[1] and more"])
    expect(parseJsonAsWritten(text)).toBeUndefined();
});

test("memory-figures: damaged figures never throw and never tell a number that is not there", () => {
  const bases = ["17163091968\n", "0\n", "1048576", "196592"];
  const isHonest = (text: string): boolean => {
    const { mib, code } = amountOf(text);
    if (mib === null) return code !== null;
    const [number, ...others] = [...numbersIn(text)];
    const isAlone = number !== undefined && others.length === 0 && /^\d+$/.test(text.trim());
    return isAlone && number / 1024n ** 2n === BigInt(mib) && mib <= 16 * 1024 ** 2;
  };
  fc.assert(fc.property(mutatedText(bases), isHonest), { seed: 20263, numRuns: 10_000 });
});

test.each([
  ["0000:03:00.0", "0000:03:00.0"],
  ["00000000:0A:00.0", "0000:0a:00.0"],
  ["10000:e1:00.0\n", "10000:e1:00.0"],
  ["0000:03:00.8", null],
  ["03:00.0", null],
  ["0000:03:00.0/..", null],
  [5, null],
])("drm-cards: %j is the address %j", (text, address) => {
  expect(busIdOf(text)).toBe(address);
});

test("drm-cards: a line is printable and short, or none", () => {
  expect(lineOf(" Radeon \r\nmore")).toBe("Radeon");
  expect(lineOf("x".repeat(500))).toHaveLength(120);
  for (const text of [null, "", "\n", "a\0b", "\uFFFD"]) expect(lineOf(text)).toBeNull();
});
