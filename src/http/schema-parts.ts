/** Small words of the schemas: nullable values and references to the named components. */
import { Type } from "typebox";

/** What every schema may carry: a sentence, limits and examples. */
interface Notes {
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly examples?: readonly unknown[];
}

/** A text, or `null` when unknown. */
export function nullableText(notes: Notes = {}) {
  return Type.Unsafe<string | null>({ type: ["string", "null"], ...notes });
}

/** A number, or `null` when unknown. */
export function nullableNumber(notes: Notes = {}) {
  return Type.Unsafe<number | null>({ type: ["number", "null"], ...notes });
}

/** A whole number, or `null` when unknown. */
export function nullableInteger(notes: Notes = {}) {
  return Type.Unsafe<number | null>({ type: ["integer", "null"], ...notes });
}

/** True, false, or `null` when it could not be told. */
export function nullableTruth(notes: Notes = {}) {
  return Type.Unsafe<boolean | null>({ type: ["boolean", "null"], ...notes });
}

/** One word of a closed list. */
export function oneOf<Word extends string>(words: readonly Word[], notes: Notes = {}) {
  return Type.Unsafe<Word>({ type: "string", enum: [...words], ...notes });
}

/** One word of a closed list, or `null`. */
export function nullableOneOf<Word extends string>(words: readonly Word[], notes: Notes = {}) {
  return Type.Unsafe<Word | null>({ type: ["string", "null"], enum: [...words, null], ...notes });
}

/** A component by its name; its type is that of the domain. */
export function reference<T>(name: string) {
  return Type.Unsafe<T>({ $ref: `${name}#` });
}

/** A component by its name, or `null`. */
export function nullableReference<T>(name: string) {
  return Type.Unsafe<T | null>({ anyOf: [{ $ref: `${name}#` }, { type: "null" }] });
}
