/** Redaction: answers name neither the host nor its users, nor where their files are. */
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

/** Home folders of any user on Linux, macOS and Windows. */
const HOMES = String.raw`(?:/home/|/Users/|[A-Za-z]:[\\/]+Users[\\/]+)[^\\/\s"':;,()<>]+`;

/** The private facts of the host we run on. */
export function privateFacts(): PrivateFacts {
  return { home: homedir(), hostName: hostname() };
}

/**
 * Home folders become `~`, the host's name `host`. Keys stay, and so do values that are nothing but
 * the name: those are our own codes. The text is searched once before anything is walked.
 */
export function redactionOf({ home, hostName }: PrivateFacts): Redact {
  const homes = [...(isTelling(home) ? [escaped(home)] : []), HOMES];
  const homePattern = new RegExp(homes.join("|"), "g");
  const name = isName(hostName) ? hostName : null;
  const namePattern = name === null ? null : new RegExp(String.raw`\b${escaped(name)}\b`, "gi");
  const clean = (text: string): string => {
    const homeless = text.replace(homePattern, "~");
    if (namePattern === null || homeless === name) return homeless;
    return homeless.replace(namePattern, "host");
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
    return JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === "string" ? clean(inner) : inner,
    );
  };
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
