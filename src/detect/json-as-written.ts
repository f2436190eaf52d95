/**
 * JSON in which every number stays the text that stands in it.
 *
 * The idea: `2e3`, `1.5` and a number beyond 2^53 come out of `JSON.parse` as something that nobody
 * printed. As texts they pass the same strict doorman as the cells of a table (`memory-figures.ts`).
 * Helper programs print warnings before their JSON; these lines are skipped. Rejected: a parser of our
 * own, where the engine tells the source of each number itself.
 */

/** Lines before the JSON that are looked through for its beginning. */
const MAX_LINES_BEFORE = 64;
/** Lines among them that may be its beginning. */
const MAX_TRIES = 8;

/** The reviver's third argument, which the library of the compiler does not know yet. */
type Reviver = (key: string, value: unknown, context?: { readonly source?: string }) => unknown;

/** The JSON of a text with numbers as texts; `undefined` when there is none. */
export function parseJsonAsWritten(text: string): unknown {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const places = [...lines.slice(0, MAX_LINES_BEFORE).keys()];
  // Not indented: a piece from within a broken JSON is no JSON of its own. "[WARN] …" is tried in vain.
  const starts = places.filter((place) => /^[{[]/.test(lines[place] ?? ""));
  for (const start of starts.slice(0, MAX_TRIES)) {
    const json = parse(lines.slice(start).join("\n"));
    if (json !== undefined) return json;
  }
  return undefined;
}

function parse(text: string): unknown {
  const asWritten: Reviver = (_key, value, context) =>
    typeof value === "number" ? (context?.source ?? null) : value;
  try {
    return JSON.parse(text, asWritten as (key: string, value: unknown) => unknown);
  } catch {
    return undefined;
  }
}
