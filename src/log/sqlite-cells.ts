/**
 * The rows in one page of a database file, read without the library.
 *
 * The idea: when the tree above is gone, the leaves still lie there. A leaf says by itself how many
 * rows it has and where; what is no leaf, or no longer one, gives nothing. Nothing here is trusted:
 * whoever takes rows from here proves them by the chain. Format: sqlite.org/fileformat2.html, §1.5, 1.6, 2.1.
 */

/** Bytes of a page; SQLite's own default, which the log never changes. */
export const PAGE_BYTES = 4096;

/** A value as SQLite stores it. */
export type CellValue = number | string | Uint8Array | null;

/** One row: its number, and its columns as they are stored. */
export interface Cell {
  /** `null` in a table without row numbers. */
  readonly rowid: number | null;
  readonly values: readonly CellValue[];
}

/** Gives the bytes of a page by its number; `null` = it is not there. */
export type PageSource = (number: number) => Buffer | null;

const TABLE_LEAF = 0x0d;
const INDEX_LEAF = 0x0a;

/** Longest row that is put together: an entry's data, with room for the rest. */
const MAX_PAYLOAD_BYTES = 5 * 1024 * 1024;

/** Most columns of a row; ours have 14. */
const MAX_COLUMNS = 32;

/** All rows of a leaf that can be read. */
export function* cellsOf(page: Buffer, source: PageSource): Generator<Cell> {
  const kind = page[0];
  if (kind !== TABLE_LEAF && kind !== INDEX_LEAF) return;
  const count = page.readUInt16BE(3);
  for (let index = 0; index < count; index += 1) {
    const pointer = 8 + index * 2;
    if (pointer + 2 > page.length) return;
    const cell = cellAt(page, page.readUInt16BE(pointer), { isTable: kind === TABLE_LEAF, source });
    if (cell !== null) yield cell;
  }
}

function cellAt(
  page: Buffer,
  start: number,
  { isTable, source }: { readonly isTable: boolean; readonly source: PageSource },
): Cell | null {
  try {
    const [length, afterLength] = varint(page, start);
    if (length > MAX_PAYLOAD_BYTES) return null;
    const [rowid, at] = isTable ? varint(page, afterLength) : [null, afterLength];
    const payload = payloadAt(page, { at, length, isTable }, source);
    return payload === null ? null : { rowid, values: recordOf(payload) };
  } catch (error) {
    // Every read beyond the end of a page is one of these: the page is not what it seemed.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The bytes of a row; what does not fit into its leaf goes on in a chain of other pages. */
function payloadAt(
  page: Buffer,
  {
    at,
    length,
    isTable,
  }: { readonly at: number; readonly length: number; readonly isTable: boolean },
  source: PageSource,
): Buffer | null {
  const local = localBytes(length, isTable);
  if (local === length) return page.subarray(at, at + length);
  const parts = [page.subarray(at, at + local)];
  let missing = length - local;
  let next = page.readUInt32BE(at + local);
  while (missing > 0) {
    const overflow = source(next);
    if (overflow === null) return null;
    const part = overflow.subarray(4, 4 + Math.min(missing, PAGE_BYTES - 4));
    parts.push(part);
    missing -= part.length;
    next = overflow.readUInt32BE(0);
  }
  return Buffer.concat(parts);
}

function localBytes(length: number, isTable: boolean): number {
  const most = isTable ? PAGE_BYTES - 35 : Math.floor(((PAGE_BYTES - 12) * 64) / 255) - 23;
  if (length <= most) return length;
  const least = Math.floor(((PAGE_BYTES - 12) * 32) / 255) - 23;
  const wanted = least + ((length - least) % (PAGE_BYTES - 4));
  return wanted <= most ? wanted : least;
}

function recordOf(payload: Buffer): CellValue[] {
  const [headerLength, first] = varint(payload, 0);
  const values: CellValue[] = [];
  let at = headerLength;
  for (let place = first; place < headerLength; ) {
    const [serial, next] = varint(payload, place);
    const bytes = bytesOf(serial);
    if (at + bytes > payload.length || values.length >= MAX_COLUMNS) throw new RangeError();
    values.push(storedValue(payload.subarray(at, at + bytes), serial));
    at += bytes;
    place = next;
  }
  return values;
}

const INTEGER_BYTES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0] as const;

function bytesOf(serial: number): number {
  return serial >= 12 ? Math.floor((serial - 12) / 2) : (INTEGER_BYTES[serial] ?? 0);
}

function storedValue(bytes: Buffer, serial: number): CellValue {
  if (serial >= 12) return serial % 2 === 0 ? bytes : bytes.toString("utf8");
  if (serial === 0) return null;
  if (serial === 7) return bytes.readDoubleBE(0);
  if (serial >= 8) return serial - 8;
  return bytes.length <= 6 ? bytes.readIntBE(0, bytes.length) : Number(bytes.readBigInt64BE(0));
}

/** A number of one to nine bytes, and the place behind it. */
function varint(bytes: Buffer, start: number): readonly [number, number] {
  let value = 0;
  for (let index = 0; index < 8; index += 1) {
    const byte = bytes.readUInt8(start + index);
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return [value, start + index + 1];
  }
  return [value * 256 + bytes.readUInt8(start + 8), start + 9];
}
