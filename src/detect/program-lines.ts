/**
 * The lines of what a helper program printed, whatever it was printed through.
 *
 * Windows programs end lines with CR LF, the device tree with NUL, and a text may begin with a mark. That
 * is taken off once, here, so that the parsers see plain lines. A mark or a NUL inside a line stays what
 * it is or ends the line: taken out, it would glue two figures into one that nobody printed.
 * Rejected: guessing the code page of localized texts; no parser here reads words of a language.
 */

/** More lines than any program here prints; the rest is not read. */
const MAX_LINES = 20_000;
/** A longer line is no line of these programs; it is left out. */
const MAX_LINE_CHARACTERS = 16 * 1024;
const LINE_END = /\r\n|[\n\r\0]/;

/** Lines without their ends; empty lines are left out. */
export function programLinesOf(text: string): readonly string[] {
  return text
    .replace(/^\uFEFF/, "")
    .split(LINE_END, MAX_LINES)
    .map((line) => line.trimEnd())
    .filter((line) => line !== "" && line.length <= MAX_LINE_CHARACTERS);
}
