/**
 * What is left out of an exported log: the host's name, the user's name, home folders, serial numbers.
 *
 * Replacing is the same everywhere, so that what was equal stays equal and a fold of the file gives
 * the states that stand in it. Numbers of graphics cards become short digests for that reason. A text
 * that was cleaned is not changed again.
 */
import { hash } from "node:crypto";
import { cleanerOf, type PrivateFacts } from "../domain/redaction.ts";
import type { StoredLine } from "./stored-line.ts";

/** The data of a line without what is private; the very same text when there is nothing. */
export type RedactData = (line: Pick<StoredLine, "type" | "data">) => string;

/** Where the system or a person speaks, in any entry. */
const SPOKEN_KEYS = ["error", "message", "reason", "said", "address", "base_url"];

/** Entries about the world outside, in which every text may come from there. */
const SPOKEN_TYPES = ["effect.finished", "effect.failed", "log.gap"];

/**
 * Numbers of graphics cards and of their parts, whole: a part of older drivers has its card's number and
 * two places, and a card of AMD has up to sixteen digits. Eight digits are a digest of ours.
 */
const CARD_NUMBER =
  /\b(?:MIG-GPU-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?:\/\d+){0,2}|(?:GPU|MIG)-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|GPU-[\da-f]{9,16})(?![\w-])/gi;
const SHORT_NUMBER = /^GPU-[\da-f]{8}$/;
/** Where a fact comes from names the card as its `uuid` does, whatever form that has. */
const CARD_OF_FACT = /(?<=^gpus\.)(?:GPU|MIG)-[^.]+(?=\.)/;
/** A server among the facts is named by its address, in which a host may stand. */
const SERVER_FACT = "servers.";

/** Takes out what these facts say is private. */
export function dataRedactionOf(facts: PrivateFacts): RedactData {
  const { clean } = cleanerOf(facts);
  return ({ type, data }) => {
    const isSpoken = SPOKEN_TYPES.includes(type);
    let isChanged = false;
    const text = JSON.stringify(
      parsed(data),
      function (this: unknown, key: string, value: unknown) {
        if (typeof value !== "string") return value;
        const isOfOthers = (isSpoken && key !== "effect") || isOfSystem(this, key);
        const cleaned =
          key === "uuid"
            ? shortNumberOf(value)
            : clean(value, isOfOthers || (key === "fact" && value.startsWith(SERVER_FACT))).replace(
                key === "fact" ? CARD_OF_FACT : CARD_NUMBER,
                shortNumberOf,
              );
        isChanged ||= cleaned !== value;
        return cleaned;
      },
    );
    return isChanged ? text : data;
  };
}

/** What is no JSON holds no text that could be cleaned, and verify names it. */
function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}

/** A note names its probe, and its detail is what the system said. */
function isOfSystem(holder: unknown, key: string): boolean {
  if (SPOKEN_KEYS.includes(key)) return true;
  return key === "detail" && typeof holder === "object" && holder !== null && "probe" in holder;
}

function shortNumberOf(number: string): string {
  return SHORT_NUMBER.test(number) ? number : `GPU-${hash("sha256", number, "hex").slice(0, 8)}`;
}
