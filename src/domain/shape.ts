/**
 * The shape of a JSON value as data: one table checks what comes in, names what is wrong with it, and
 * becomes the published JSON Schema, so that the three can never differ.
 *
 * Only kinds of JSON are checked. Whether a number makes sense is asked by whoever uses it: an absurd
 * measurement is a missing one, not a mistake of the sender.
 */
import type { JsonSchema } from "./configuration-schema.ts";
import { nearestOf } from "./nearest.ts";

/** A kind of JSON value. */
export type Shape =
  | { readonly kind: "number" | "text" | "flag" | "anything" }
  | { readonly kind: "word"; readonly words: readonly string[] }
  | { readonly kind: "list"; readonly of: Shape }
  | { readonly kind: "object"; readonly keys: Readonly<Record<string, Field>> }
  /** Checked elsewhere; `schema` says how for the published schema. */
  | { readonly kind: "foreign"; readonly schema: JsonSchema };

/** One key of an object; one that need not be there may also be `null`. */
export interface Field {
  readonly shape: Shape;
  readonly isRequired: boolean;
  /** For the published schema. */
  readonly about: string;
}

/** What is wrong, and at which path. */
export interface ShapeProblem {
  readonly path: string;
  readonly sentence: string;
}

/** A value that is longer than this is shown in part. */
const SHOWN_CHARACTERS = 60;

/** Objects and lists inside each other; the deepest line that means anything has six. */
const DEPTH_MAX = 32;

/** Words that one message lists. */
const LISTED_WORDS = 16;

export const NUMBER: Shape = { kind: "number" };
export const TEXT: Shape = { kind: "text" };
export const FLAG: Shape = { kind: "flag" };

/** A key that must be there. */
export function required(shape: Shape, about: string): Field {
  return { shape, isRequired: true, about };
}

/** A key that may be absent or `null`. */
export function optional(shape: Shape, about: string): Field {
  return { shape, isRequired: false, about };
}

export function wordOf(words: readonly string[]): Shape {
  return { kind: "word", words };
}

export function objectOf(keys: Readonly<Record<string, Field>>): Shape {
  return { kind: "object", keys };
}

/** The first thing that is wrong with a value; `null` when it has the shape. */
export function problemIn(shape: Shape, value: unknown, path = ""): ShapeProblem | null {
  switch (shape.kind) {
    case "anything":
      return isObject(value) ? null : mismatch("an object", value, path);
    case "foreign":
      return null;
    case "number":
      return typeof value === "number" ? null : mismatch("a number", value, path);
    case "text":
      return typeof value === "string" ? null : mismatch("a text", value, path);
    case "flag":
      return typeof value === "boolean" ? null : mismatch("true or false", value, path);
    case "word":
      return wordProblem(shape.words, value, path);
    case "list":
      if (!Array.isArray(value)) return mismatch("a list", value, path);
      return firstOf(value, (item, index) => problemIn(shape.of, item, `${path}[${index}]`));
    case "object":
      return objectProblem(shape.keys, value, path);
  }
}

/** The problem of a value so deep that walking through it would end the walker; `null` when it is not. */
export function depthProblem(value: unknown): ShapeProblem | null {
  if (!isDeeper(value, DEPTH_MAX)) return null;
  const sentence = `Expected at most ${DEPTH_MAX} objects and lists inside each other, got more; make it flatter.`;
  return { path: "", sentence };
}

/** The JSON Schema of a shape. */
export function schemaOf(shape: Shape): JsonSchema {
  switch (shape.kind) {
    case "number":
      return { type: "number" };
    case "text":
      return { type: "string" };
    case "flag":
      return { type: "boolean" };
    case "anything":
      return { type: "object" };
    case "word":
      return { enum: shape.words };
    case "foreign":
      return shape.schema;
    case "list":
      return { type: "array", items: schemaOf(shape.of) };
    case "object":
      return objectSchema(shape.keys);
  }
}

function objectSchema(keys: Readonly<Record<string, Field>>): JsonSchema {
  const entries = Object.entries(keys);
  const properties = entries.map(([key, { shape, isRequired, about }]) => {
    const schema = schemaOf(shape);
    const value = isRequired ? schema : { anyOf: [schema, { type: "null" }] };
    return [key, { description: about, ...value }] as const;
  });
  const needed = entries.filter(([, { isRequired }]) => isRequired).map(([key]) => key);
  return {
    type: "object",
    additionalProperties: false,
    ...(needed.length === 0 ? {} : { required: needed }),
    properties: Object.fromEntries(properties),
  };
}

function objectProblem(
  keys: Readonly<Record<string, Field>>,
  value: unknown,
  path: string,
): ShapeProblem | null {
  if (!isObject(value)) return mismatch("an object", value, path);
  const inside = (key: string): string => (path === "" ? key : `${path}.${key}`);
  for (const key of Object.keys(value)) {
    if (Object.hasOwn(keys, key)) continue;
    const near = nearestOf(key, Object.keys(keys));
    const remedy =
      near === null
        ? `the keys there are ${listed(Object.keys(keys))}.`
        : `did you mean ${inside(near)}?`;
    const sentence = `Expected a known key, got ${shownText(inside(key))}; ${remedy}`;
    return { path: inside(key), sentence };
  }
  return firstOf(Object.entries(keys), ([key, { shape, isRequired }]) => {
    const item = Object.hasOwn(value, key) ? value[key] : undefined;
    if (!isRequired && (item === undefined || item === null)) return null;
    const problem = problemIn(shape, item, inside(key));
    if (problem === null || isRequired) return problem;
    const sentence =
      problem.path === inside(key)
        ? problem.sentence.replace(/ at /, " or null at ")
        : problem.sentence;
    return { ...problem, sentence };
  });
}

function wordProblem(words: readonly string[], value: unknown, path: string): ShapeProblem | null {
  if (typeof value === "string" && words.includes(value)) return null;
  const near = typeof value === "string" ? nearestOf(value, words) : null;
  const remedy = near === null ? `write one of ${listed(words)}.` : `did you mean ${near}?`;
  const sentence = `Expected a known word at ${path}, got ${shown(value)}; ${remedy}`;
  return { path, sentence };
}

function mismatch(expected: string, value: unknown, path: string): ShapeProblem {
  const place = path === "" ? "this line" : path;
  return { path, sentence: `Expected ${expected} at ${place}, got ${shown(value)}.` };
}

function firstOf<Item>(
  items: readonly Item[],
  look: (item: Item, index: number) => ShapeProblem | null,
): ShapeProblem | null {
  for (const [index, item] of items.entries()) {
    const problem = look(item, index);
    if (problem !== null) return problem;
  }
  return null;
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1));
}

function listed(words: readonly string[]): string {
  const more = words.length > LISTED_WORDS ? ", …" : "";
  return `${words.slice(0, LISTED_WORDS).join(", ")}${more}`;
}

/** A value as a message shows it; what is inside a list or an object is not repeated. */
function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (isObject(value)) return "an object";
  return typeof value === "string" ? shownText(value) : String(value);
}

function shownText(text: string): string {
  const part = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return JSON.stringify(part);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
