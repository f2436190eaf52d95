/**
 * A sealed block: the columns of up to 1,024 readings as bytes, and back without loss.
 *
 * The idea: neighbours are alike. Each column is written as its first value and the differences, in
 * the narrowest whole number that holds them; moments of measurement are written against the moment
 * of the reading. Then zstd. The digest is over the bytes before zstd, so it does not depend on the
 * compressor. All numbers are little-endian. Rejected: Parquet and Arrow (a tree of packages for
 * fourteen columns), JSON with zstd (twice the bytes, ten times the time to read).
 */
import { createHash } from "node:crypto";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { RuntimeProfileError } from "../domain/error.ts";
import { emptyColumns, NUMBER_COLUMNS, type ReadingColumns } from "./reading-columns.ts";

/** Most readings in one block. */
export const BLOCK_READINGS = 1024;

/** A block as it is stored. */
export interface PackedBlock {
  readonly bytes: Buffer;
  /** Hex SHA-256 over the uncompressed columns. */
  readonly digest: string;
}

/** "RPB" and the version of this form. */
const MAGIC = 0x01425052;
const HEADER_BYTES = 12;

/** Far above what 1,024 readings can need; a damaged block must not fill the memory. */
const MAX_RAW_BYTES = 4 * 1024 * 1024;

/** How the numbers of a column stand in the block. */
const NONE = 0;
const CONSTANT = 1;
const DELTA_8 = 2;
const DELTA_16 = 3;
const DELTA_32 = 4;
const RAW = 5;
/** Added to the kind when a bitmap of the values that exist comes first. */
const HAS_GAPS = 0x80;

/** Beyond this, differences of two safe integers are no longer exact. */
const EXACT = 2 ** 52;
const BYTES_OF_KIND: Readonly<Record<number, number>> = {
  [DELTA_8]: 1,
  [DELTA_16]: 2,
  [DELTA_32]: 4,
};

/** Columns that are written against `at`. */
const RELATIVE: ReadonlySet<string> = new Set([
  "mono",
  "vram_source_at",
  "memory_source_at",
  "cpu_source_at",
]);

/** Packs columns into a block. */
export function packBlock(columns: ReadingColumns): PackedBlock {
  const raw = rawOf(columns);
  const digest = digestOf(raw);
  const params = { [constants.ZSTD_c_compressionLevel]: 6 };
  return { bytes: zstdCompressSync(raw, { params }), digest };
}

/** The columns of a block, and the digest of what they were made from. Throws RP_LOG_DAMAGED. */
export function unpackBlock(bytes: Uint8Array): { columns: ReadingColumns; digest: () => string } {
  try {
    const raw = zstdDecompressSync(bytes, { maxOutputLength: MAX_RAW_BYTES });
    return { columns: columnsOf(raw), digest: () => digestOf(raw) };
  } catch (cause) {
    throw new RuntimeProfileError(
      "RP_LOG_DAMAGED",
      `Expected a block of readings in the log, got ${bytes.length} bytes that are none (${messageOf(cause)}); run verify to see which block it is.`,
      { cause },
    );
  }
}

function digestOf(raw: Uint8Array): string {
  return createHash("sha256").update(raw).digest("hex");
}

function rawOf(columns: ReadingColumns): Buffer {
  const { count, numbers, boots, missings } = columns;
  const names = Buffer.from(JSON.stringify({ boots, missings }));
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt32LE(count, 4);
  header.writeUInt32LE(names.length, 8);
  const parts = NUMBER_COLUMNS.map((name) =>
    columnBytes(numbers[name], RELATIVE.has(name) ? numbers.at : null),
  );
  const indexes = [columnBytes(columns.bootIndex, null), columnBytes(columns.missingIndex, null)];
  return Buffer.concat([header, names, ...parts, ...indexes]);
}

/** One column: kind, bitmap of what exists, first value, differences. */
function columnBytes(values: Float64Array, base: Float64Array | null): Buffer {
  const count = values.length;
  const written = new Float64Array(count);
  const bitmap = Buffer.alloc(Math.ceil(count / 8));
  let existing = 0;
  let carried = 0;
  for (let index = 0; index < count; index += 1) {
    const value = values[index] as number;
    if (!Number.isNaN(value)) {
      carried = base === null ? value : (base[index] as number) - value;
      if (existing === 0) written.fill(carried, 0, index);
      existing += 1;
      bitmap[index >> 3] = (bitmap[index >> 3] as number) | (1 << (index & 7));
    }
    written[index] = carried;
  }
  if (existing === 0) return Buffer.from([NONE]);
  const kind = kindOf(written);
  const gaps = existing < count ? HAS_GAPS : 0;
  const body = kind === RAW ? rawBytes(values) : deltaBytes(written, kind);
  return Buffer.concat([Buffer.from([kind | gaps]), gaps === 0 ? Buffer.alloc(0) : bitmap, body]);
}

function kindOf(written: Float64Array): number {
  let widest = 0;
  let before = written[0] as number;
  if (Math.abs(before) > EXACT) return RAW;
  for (const value of written) {
    if (Math.abs(value) > EXACT) return RAW;
    const delta = value - before;
    widest = Math.max(widest, delta < 0 ? -delta - 1 : delta);
    if (delta < 0) widest = Math.max(widest, 1);
    before = value;
  }
  if (widest === 0) return CONSTANT;
  if (widest <= 0x7f) return DELTA_8;
  if (widest <= 0x7fff) return DELTA_16;
  return widest <= 0x7fffffff ? DELTA_32 : RAW;
}

function deltaBytes(written: Float64Array, kind: number): Buffer {
  const width = BYTES_OF_KIND[kind] ?? 0;
  const bytes = Buffer.alloc(8 + width * (written.length - 1));
  let before = written[0] as number;
  bytes.writeDoubleLE(before, 0);
  if (width === 0) return bytes;
  for (let index = 1; index < written.length; index += 1) {
    const value = written[index] as number;
    bytes.writeIntLE(value - before, 8 + (index - 1) * width, width);
    before = value;
  }
  return bytes;
}

/** Absolute values; what does not exist is written as zero, the bitmap says so. */
function rawBytes(values: Float64Array): Buffer {
  const bytes = Buffer.alloc(8 * values.length);
  for (const [index, value] of values.entries()) {
    bytes.writeDoubleLE(Number.isNaN(value) ? 0 : value, index * 8);
  }
  return bytes;
}

/** Where the reader of a block is. */
interface Cursor {
  readonly view: DataView;
  offset: number;
}

function columnsOf(raw: Buffer): ReadingColumns {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw new Error("no block of a known form");
  const count = view.getUint32(4, true);
  if (count < 1 || count > BLOCK_READINGS) throw new Error(`${count} readings`);
  const namesEnd = HEADER_BYTES + view.getUint32(8, true);
  const { boots, missings } = JSON.parse(raw.toString("utf8", HEADER_BYTES, namesEnd));
  const columns = emptyColumns(count);
  const cursor: Cursor = { view, offset: namesEnd };
  for (const name of NUMBER_COLUMNS) {
    readColumn(cursor, columns.numbers[name], RELATIVE.has(name) ? columns.numbers.at : null);
  }
  readColumn(cursor, columns.bootIndex, null);
  readColumn(cursor, columns.missingIndex, null);
  if (cursor.offset !== raw.length) throw new Error(`${raw.length - cursor.offset} bytes too many`);
  return { ...columns, boots, missings };
}

function readColumn(cursor: Cursor, into: Float64Array, base: Float64Array | null): void {
  const count = into.length;
  const head = cursor.view.getUint8(cursor.offset);
  cursor.offset += 1;
  const kind = head & ~HAS_GAPS;
  if (kind === NONE) {
    into.fill(Number.NaN);
    return;
  }
  const bitmapAt = cursor.offset;
  if (head !== kind) cursor.offset += Math.ceil(count / 8);
  readNumbers(cursor, into, kind);
  if (base !== null && kind !== RAW) {
    for (let index = 0; index < count; index += 1) {
      into[index] = (base[index] as number) - (into[index] as number);
    }
  }
  if (head === kind) return;
  for (let index = 0; index < count; index += 1) {
    const byte = cursor.view.getUint8(bitmapAt + (index >> 3));
    if ((byte & (1 << (index & 7))) === 0) into[index] = Number.NaN;
  }
}

function readNumbers(cursor: Cursor, into: Float64Array, kind: number): void {
  const { view } = cursor;
  const count = into.length;
  if (kind === RAW) {
    for (let index = 0; index < count; index += 1) {
      into[index] = view.getFloat64(cursor.offset + index * 8, true);
    }
    cursor.offset += count * 8;
    return;
  }
  let value = view.getFloat64(cursor.offset, true);
  let offset = cursor.offset + 8;
  into[0] = value;
  if (kind === CONSTANT) into.fill(value);
  else if (kind === DELTA_8) {
    for (let index = 1; index < count; index += 1) into[index] = value += view.getInt8(offset++);
  } else if (kind === DELTA_16) {
    for (let index = 1; index < count; index += 1, offset += 2) {
      value += view.getInt16(offset, true);
      into[index] = value;
    }
  } else if (kind === DELTA_32) {
    for (let index = 1; index < count; index += 1, offset += 4) {
      value += view.getInt32(offset, true);
      into[index] = value;
    }
  } else throw new Error(`a column of kind ${kind}`);
  cursor.offset = offset;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
