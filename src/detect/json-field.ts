/**
 * Careful hands for JSON from outside: each function takes anything and gives its type or `null`.
 * Rejected: a schema library here, because a half-good answer (one broken model among ten) must
 * still give the nine.
 */
/** The value of an own key of an object; `null` for everything else. */
export function fieldOf(json: unknown, name: string): unknown {
  if (typeof json !== "object" || json === null || !Object.hasOwn(json, name)) return null;
  return (json as Record<string, unknown>)[name];
}

/** A text of 1 to 500 characters (longer ones are cut), else `null`. */
export function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value.slice(0, 500) : null;
}

/** A finite number from 0 up, else `null`. */
export function amountOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}

/** The JSON of a text; `undefined` when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    return undefined;
  }
}
