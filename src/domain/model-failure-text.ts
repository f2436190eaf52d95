/** What a server said, fit to be shown: one line, without keys, at most 500 characters. */

const MAX_CHARACTERS = 500;
/** Looked at, at most: a text may be a whole page. */
const MAX_LOOKED_AT = 20_000;
const HIDDEN = "…";
/** Keys of providers, whole or half hidden, and whatever stands behind `Bearer`. */
const KEYS = /\bsk-[\w*.-]{4,}|\b(?<=bearer\s+)[^\s"',;]+/gi;
const SHORTEST_SECRET = 4;

/** The text without the secrets, cut only after that, so that no half of a key remains. */
export function scrubbedMessage(text: string, secrets: readonly string[]): string {
  let scrubbed = text;
  for (const secret of secrets) {
    if (secret.length >= SHORTEST_SECRET) scrubbed = scrubbed.replaceAll(secret, HIDDEN);
  }
  scrubbed = scrubbed
    .slice(0, MAX_LOOKED_AT)
    .replace(KEYS, HIDDEN)
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
  if (scrubbed.length <= MAX_CHARACTERS) return scrubbed;
  return `${scrubbed.slice(0, MAX_CHARACTERS - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
