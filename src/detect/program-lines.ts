/**
 * The lines of what a helper program printed, whatever it was printed through.
 *
 * Windows programs end lines with CR LF, PowerShell redirection adds a mark and a NUL beside each letter,
 * older Macs end lines with CR. All of that is taken off once, here, so that the parsers see plain lines.
 * Rejected: guessing the code page of localized texts; no parser here reads words of a language.
 */

/** More lines than any program here prints; the rest is not read. */
const MAX_LINES = 20_000;
/** A longer line is no line of these programs; it is left out. */
const MAX_LINE_CHARACTERS = 4000;

/** Lines without their ends, marks and NULs; empty lines are left out. */
export function programLinesOf(text: string): readonly string[] {
  return text
    .replaceAll("\uFEFF", "")
    .replaceAll("\u0000", "")
    .split(/\r\n|\n|\r/, MAX_LINES)
    .map((line) => line.trimEnd())
    .filter((line) => line !== "" && line.length <= MAX_LINE_CHARACTERS);
}
