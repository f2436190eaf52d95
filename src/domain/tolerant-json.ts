/**
 * Reads JSON that somebody may have edited: each reader gives the value if it is one, else `null`.
 * For documents where a missing part is unknown; inputs from callers are judged by `shape.ts` instead.
 */

/** More items than any host has of anything; the rest is not read. */
const MAX_LIST = 1000;

/** What a text of JSON says; `undefined` where it is none. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The items that can be read, of at most a thousand. */
export function listOf<T>(json: unknown, toItem: (item: unknown) => T | null): readonly T[] {
  if (!Array.isArray(json)) return [];
  return json
    .slice(0, MAX_LIST)
    .map(toItem)
    .filter((item) => item !== null);
}

/** What stands at a path; `null` where nothing does. */
export function at(json: unknown, ...path: readonly string[]): unknown {
  let value = json;
  for (const key of path) value = isObject(value) && Object.hasOwn(value, key) ? value[key] : null;
  return value;
}

/** True for an object that is no list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text that is not empty. */
export function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** A finite number from 0 on. */
export function amount(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}

/** True or false. */
export function truth(value: unknown): boolean | null {
  return typeof value === "boolean" ? value : null;
}

/** One word of a closed list. */
export function oneOf<T extends string>(list: readonly T[], value: unknown): T | null {
  return list.find((item) => item === value) ?? null;
}
