/**
 * Bytes for a hash, each field with its length in front: `13:1790000000000;`, and `-;` for nothing.
 *
 * The idea: a million readings are hashed one by one, and most of their fields are whole numbers, so
 * the digits are written straight into one buffer. Rejected: texts joined together (twice the time of
 * the hash itself, measured); the bytes are the same.
 */
import { hash } from "node:crypto";

/** Most bytes of a number with its frame: `24:-1.2345678901234567e-100;`. */
const NUMBER_BYTES = 32;

/** Most bytes of a digest with its frame. */
const DIGEST_BYTES = 72;

/** Below this, a number is taken apart exactly by one division. */
const EXACT = 1e15;
const LOW = 1e7;
const LOW_DIGITS = 7;
const SMALL = 1e9;

const [ZERO, COLON, SEMICOLON, MINUS] = [0x30, 0x3a, 0x3b, 0x2d];

/** A text with its length in bytes in front. */
export function framed(text: string): string {
  return `${Buffer.byteLength(text)}:${text};`;
}

/** Collects the fields of one hash after the other, always in the same place. */
export class FramedBytes {
  readonly #bytes: Buffer;
  #end = 0;

  /** Room for a digest, so many numbers, and so many bytes of ready frames. */
  constructor(numbers: number, readyBytes: number) {
    this.#bytes = Buffer.alloc(DIGEST_BYTES + numbers * NUMBER_BYTES + readyBytes);
  }

  nothing(): void {
    this.#bytes[this.#end] = MINUS;
    this.#bytes[this.#end + 1] = SEMICOLON;
    this.#end += 2;
  }

  /** A short text of ASCII, such as a digest, or nothing. */
  ascii(text: string | null): void {
    if (text === null) this.nothing();
    else this.#end += this.#bytes.write(`${text.length}:${text};`, this.#end, "latin1");
  }

  /** A frame that was made before. */
  ready(frame: Uint8Array): void {
    this.#bytes.set(frame, this.#end);
    this.#end += frame.length;
  }

  /** A number as JavaScript prints it; NaN is nothing. */
  number(value: number): void {
    if (Number.isNaN(value)) this.nothing();
    else if (value >= 0 && value < SMALL && value === Math.floor(value)) this.#whole(value, 0, 0);
    else if (value >= SMALL && value < EXACT && value === Math.floor(value)) {
      const high = Math.floor(value / LOW);
      this.#whole(high, value - high * LOW, LOW_DIGITS);
    } else this.ascii(`${value}`);
  }

  /** Hex SHA-256 of what was collected; the next field is the first again. */
  hashed(): string {
    const collected = this.#bytes.subarray(0, this.#end);
    this.#end = 0;
    return hash("sha256", collected, "hex");
  }

  #whole(high: number, low: number, lowDigits: number): void {
    const bytes = this.#bytes;
    const highDigits = digitsOf(high);
    const digits = highDigits + lowDigits;
    let end = this.#end;
    if (digits >= 10) bytes[end++] = ZERO + 1;
    bytes[end++] = ZERO + (digits % 10);
    bytes[end++] = COLON;
    writeDigits(bytes, high, { from: end, digits: highDigits });
    writeDigits(bytes, low, { from: end + highDigits, digits: lowDigits });
    end += digits;
    bytes[end] = SEMICOLON;
    this.#end = end + 1;
  }
}

function digitsOf(value: number): number {
  let digits = 1;
  for (let bound = 10; value >= bound; bound *= 10) digits += 1;
  return digits;
}

function writeDigits(
  bytes: Buffer,
  value: number,
  { from, digits }: { readonly from: number; readonly digits: number },
): void {
  let left = value | 0;
  for (let place = from + digits - 1; place >= from; place -= 1) {
    const tenth = (left / 10) | 0;
    bytes[place] = ZERO + left - tenth * 10;
    left = tenth;
  }
}
