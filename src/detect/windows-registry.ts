/**
 * What `reg query` prints: keys, and under each its values; the frame around them is translated.
 *
 * A line is a key when it begins with `HKEY_`, a value when it is indented and names a type; all else
 * (search results, errors, in any language) is passed over. Numbers come as `0x…`; some drivers store the
 * memory size as bytes (REG_BINARY), the lowest first.
 */
import { programLinesOf } from "./program-lines.ts";

/** One value of one key. */
export interface RegistryValue {
  readonly key: string;
  readonly name: string;
  readonly type: string;
  readonly data: string;
}

/** More values than the queries here can find. */
const MAX_VALUES = 4096;
const VALUE_LINE =
  /^(?: {2,8}|\t)(\S.{0,254}?)(?: {2,8}|\t)(REG_[A-Z_]{2,30})(?:(?: {2,8}|\t)(.*))?$/;

/** The values of the text in its order; never throws. */
export function parseRegistryQuery(text: string): readonly RegistryValue[] {
  const values: RegistryValue[] = [];
  let key: string | null = null;
  for (const line of programLinesOf(text)) {
    if (/^HKEY_/i.test(line)) key = line;
    if (key === null) continue;
    const [, name, type, data = ""] = VALUE_LINE.exec(line) ?? [];
    if (name === undefined || type === undefined) continue;
    values.push({ key, name, type, data: data.trim() });
    if (values.length >= MAX_VALUES) break;
  }
  return values;
}

/** The number of a value, `null` when it is none; up to 64 bits, hence not a plain number. */
export function registryNumberOf({ type, data }: RegistryValue): bigint | null {
  if (type === "REG_QWORD" && /^0x[0-9a-f]{1,16}$/i.test(data)) return BigInt(data);
  if (type === "REG_DWORD" && /^0x[0-9a-f]{1,8}$/i.test(data)) return BigInt(data);
  if (type === "REG_BINARY" && /^(?:[0-9a-f]{8}|[0-9a-f]{16})$/i.test(data)) {
    return BigInt(`0x${(data.match(/../g) ?? []).reverse().join("")}`);
  }
  return null;
}
