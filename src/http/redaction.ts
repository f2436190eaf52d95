/**
 * Redaction: answers name neither the host's users, nor where their files are, nor, in what the
 * system said, the host. Our own sentences, commands and model names keep every word: a host that is
 * called `ollama` must not change them.
 */
import { homedir, hostname } from "node:os";

/** JSON of a value without what is private. */
export type Redact = (value: unknown) => string;

/** What is private on this host. */
export interface PrivateFacts {
  readonly home: string;
  readonly hostName: string;
}

/** Shorter host names are left alone: they would be found inside ordinary words. */
const HOST_NAME_MIN = 4;

/** Names that say nothing about a host. */
const PLAIN_NAMES = ["localhost"];

/** Where the system speaks: what an error says, and the remark of a probe. */
const ERROR_KEYS = ["error", "message"];

/** A home ends where a name ends: `/root` is not in `/rootfs`. */
const HOME_END = String.raw`(?=[\\/\s"':;,()<>]|$)`;

/** Home folders of any user on Linux, macOS and Windows. */
const HOMES = String.raw`(?:/home/|/Users/|[A-Za-z]:[\\/]+Users[\\/]+)[^\\/\s"':;,()<>]+`;

/** The private facts of the host we run on. */
export function privateFacts(): PrivateFacts {
  return { home: homedir(), hostName: hostname() };
}

/**
 * Home folders become `~`, and the host's name becomes `host` where the system speaks. Keys stay.
 * The text is searched once before anything is walked.
 */
export function redactionOf({ home, hostName }: PrivateFacts): Redact {
  const homes = [...(isTelling(home) ? [escaped(home)] : []), HOMES];
  const homePattern = new RegExp(`(?:${homes.join("|")})${HOME_END}`, "g");
  const name = isName(hostName) ? hostName : null;
  const namePattern = name === null ? null : new RegExp(String.raw`\b${escaped(name)}\b`, "gi");
  const clean = (text: string, isOfSystem: boolean): string => {
    const homeless = text.replace(homePattern, "~");
    return isOfSystem && namePattern !== null ? homeless.replace(namePattern, "host") : homeless;
  };
  // In JSON a backslash is written twice; one separator of each kind is enough to look closer.
  const hint = new RegExp(
    [
      String.raw`/home/|/Users/|:\\\\|:/+Users`,
      ...[home, name ?? ""].filter(isTelling).map(escaped),
    ].join("|"),
    "i",
  );
  return (value) => {
    const text = JSON.stringify(value);
    if (!hint.test(text)) return text;
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

/** A home of `/` or a drive alone would match everything. */
function isTelling(text: string): boolean {
  return text.length >= HOST_NAME_MIN;
}

function isName(name: string): boolean {
  return isTelling(name) && !PLAIN_NAMES.includes(name.toLowerCase());
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
