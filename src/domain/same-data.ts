/**
 * Whether two pieces of plain data say the same, and where they first differ.
 *
 * The order of keys does not count, and a key without a value is no key: this is how data looks after
 * it has been written as JSON and read again.
 */

/** True when both would be read back from JSON as the same. */
export function isSameData(one: unknown, other: unknown): boolean {
  return differenceOf(one, other) === null;
}

/** Path of the first difference (`state.sensing.vram.value`, "" for the whole); `null` when there is none. */
export function differenceOf(one: unknown, other: unknown, path = ""): string | null {
  if (Object.is(one, other) || one === other) return null;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null)
    return path;
  if (Array.isArray(one) !== Array.isArray(other)) return path;
  const [left, right] = [one as Readonly<Record<string, unknown>>, other as typeof one];
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const inside = path === "" ? key : `${path}.${key}`;
    const found = differenceOf(left[key], (right as Record<string, unknown>)[key], inside);
    if (found !== null) return found;
  }
  return null;
}
