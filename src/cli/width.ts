/**
 * How wide a text stands in a terminal, and columns made with it: Chinese characters and pictures
 * take two places. Rejected: the length of the string, which bends every table that is not English.
 */

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/u;
const NO_WIDTH = /\p{M}|\p{Cf}/u;
const GAP = "  ";

/** Places that a text takes, without escape sequences in it. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    width += NO_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  }
  return width;
}

/** Rows with their columns in line; the last column is as long as it is. */
export function columnsOf(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, widthOf(cell));
    }
  }
  return rows.map((row) =>
    row
      .map((cell, index) =>
        index === row.length - 1 ? cell : cell + " ".repeat((widths[index] ?? 0) - widthOf(cell)),
      )
      .join(GAP)
      .trimEnd(),
  );
}
