/**
 * Lines of JSON that are alike but for some texts, read without reading the JSON.
 *
 * The pieces of one answer are pages of a form: everything is printed but a field or two. The first page is
 * read as a whole; of a page with the same print only the fields are looked at. A text without quotes,
 * backslashes and control characters cannot end early, so the print around it means what it meant on the page
 * that was read, and the line is JSON because that one was. Any other page is read as a whole again.
 *
 * Measured with 200 lines of 190 characters: 0.5 µs a line; to parse it takes 1.4 and to write it anew 1.5 more.
 */

/** A page that was read as a whole. */
export interface LineForm {
  /** What stands before each field, and after the last one. */
  readonly prints: readonly string[];
  /** The keys of the fields, in their order. */
  readonly keys: readonly string[];
}

/** What ends a text of JSON, changes its meaning, or is not allowed inside one. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON does not allow them.
const SPECIAL = /["\\\u0000-\u001f]/;

/**
 * The form of a line that is known to hold good JSON; `null` when it has no field that is free to change.
 * `field` is global, and matches a key, its colon and the quote after it: such characters stand nowhere else.
 */
export function formOf(line: string, field: RegExp): LineForm | null {
  const prints: string[] = [];
  const keys: string[] = [];
  let from = 0;
  field.lastIndex = 0;
  for (let found = field.exec(line); found !== null; found = field.exec(line)) {
    const start = field.lastIndex;
    const end = line.indexOf('"', start);
    if (end < 0 || SPECIAL.test(line.slice(start, end))) return null;
    prints.push(line.slice(from, start));
    keys.push(found[1] ?? "");
    from = end;
    field.lastIndex = end;
  }
  return keys.length === 0 ? null : { prints: [...prints, line.slice(from)], keys };
}

/** The fields of a line of this form; `null` when it is of another one. */
export function fieldsOf({ prints }: LineForm, line: string): readonly string[] | null {
  const fields: string[] = [];
  let at = 0;
  for (let place = 0; place < prints.length; place += 1) {
    const print = prints[place] ?? "";
    const end = at + print.length;
    // Slices and `===` are compared as memory; `startsWith` with a place costs five times as much.
    if (line.slice(at, end) !== print) return null;
    if (place === prints.length - 1) return end === line.length ? fields : null;
    at = line.indexOf('"', end);
    if (at < 0) return null;
    const field = line.slice(end, at);
    if (SPECIAL.test(field)) return null;
    fields.push(field);
  }
  return null;
}
