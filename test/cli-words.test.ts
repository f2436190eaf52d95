import { expect, test } from "vitest";
import { printable } from "../src/cli/output.ts";
import { timeText } from "../src/cli/time.ts";
import { columnsOf, widthOf } from "../src/cli/width.ts";
import { CLI_CODES, cliText } from "../src/cli/words.ts";
import { HELP_CODES, helpText } from "../src/cli/words-help.ts";
import { LANGUAGES } from "../src/domain/configuration.ts";

test("words: every code says something in both languages, and the Chinese is Chinese", () => {
  const texts = LANGUAGES.flatMap((language) => [
    ...CLI_CODES.map((code) => cliText(code, language)),
    ...HELP_CODES.map((code) => helpText(code, language)),
  ]);
  expect(texts.filter((text) => text.trim() === "")).toEqual([]);
  const isSame = CLI_CODES.filter((code) => cliText(code, "zh") === cliText(code, "en"));
  expect(isSame).toEqual(["PROCESSOR", "GPU"]);
  expect(HELP_CODES.filter((code) => !/\p{Script=Han}/u.test(helpText(code, "zh")))).toEqual([]);
});

test.each([
  ["", 0],
  ["abc", 3],
  ["内存", 4],
  ["本地 AI", 7],
  ["🧠", 2],
  ["é", 1],
  ["e\u0301", 1],
])("widthOf: %j takes %i places", (text, wanted) => {
  expect(widthOf(text)).toBe(wanted);
});

test("columnsOf: columns stand in line in both languages, without spaces at the end", () => {
  expect(
    columnsOf([
      ["内存", "8", "x"],
      ["GPU", "none", ""],
    ]),
  ).toEqual(["内存  8     x", "GPU   none"]);
});

test("printable: control characters become spaces, colours and line ends stay", () => {
  const esc = String.fromCharCode(27);
  const colour = `${esc}[1;31mred${esc}[0m`;
  expect(printable(colour)).toBe(colour);
  expect(printable("a\nb")).toBe("a\nb");
  expect(printable(`a${esc}[2Jb\u0007\u009bc\r`)).toBe("a [2Jb  c ");
});

test("timeText: local time to the second; what is no moment stays a number", () => {
  const at = new Date(2026, 0, 31, 9, 5, 7).getTime();
  expect(timeText(at)).toBe("2026-01-31 09:05:07");
  expect(timeText(9e15)).toBe("9000000000000000");
});
