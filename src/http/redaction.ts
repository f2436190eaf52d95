/**
 * Redaction: answers name neither the host's users, nor where their files are, nor, in what the
 * system said, the host. Our own sentences, commands and model names keep every word: a host that is
 * called `ollama` must not change them.
 */
import { homedir, hostname } from "node:os";
import { cleanerOf, type PrivateFacts } from "../domain/redaction.ts";

/** JSON of a value without what is private. */
export type Redact = (value: unknown) => string;

/** Where the system speaks: what an error says, and the remark of a probe. */
const ERROR_KEYS = ["error", "message"];

/** The private facts of the host we run on. */
export function privateFacts(): PrivateFacts {
  return { home: homedir(), hostName: hostname() };
}

/**
 * Home folders become `~`, and the host's name becomes `host` where the system speaks. Keys stay.
 * The text is searched once before anything is walked.
 */
export function redactionOf(facts: PrivateFacts): Redact {
  const { clean, mayHold } = cleanerOf(facts);
  return (value) => {
    const text = JSON.stringify(value);
    if (!mayHold(text)) return text;
    return JSON.stringify(value, function (this: unknown, key: string, inner: unknown) {
      return typeof inner === "string" ? clean(inner, isOfSystem(this, key)) : inner;
    });
  };
}

/** A problem has a `detail` as well, but that is a sentence of our own; a note names its probe. */
function isOfSystem(holder: unknown, key: string): boolean {
  if (ERROR_KEYS.includes(key)) return true;
  return key === "detail" && typeof holder === "object" && holder !== null && "probe" in holder;
}
