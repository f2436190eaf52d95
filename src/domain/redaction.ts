/**
 * What is private in a text, and what stands in its place.
 *
 * Home folders become `~` everywhere; the names of host and user go only where the system or a person
 * speaks. Our own sentences, commands and model names keep every word: a host that is called `ollama`
 * must not change them.
 */

/** What is private on a host. */
export interface PrivateFacts {
  readonly home: string;
  readonly hostName: string;
  /** Absent = only home folders tell it. */
  readonly userName?: string;
}

/** Takes what is private out of texts; cleaning twice changes nothing more. */
export interface Cleaner {
  /** `isSpoken`: not our own words, so names are looked for too. */
  readonly clean: (text: string, isSpoken: boolean) => string;
  /** False when JSON text holds nothing that `clean` would change. */
  readonly mayHold: (json: string) => boolean;
}

/** Shorter host names are left alone: they would be found inside ordinary words. */
const HOST_NAME_MIN = 4;

/** Shorter user names are left alone. */
const USER_NAME_MIN = 2;

/** Names that say nothing about a host or a person, and what stands in the place of others. */
const PLAIN_NAMES = ["localhost", "host", "user", "root", "admin", "administrator", "ubuntu"];

/** A home ends where a name ends: `/root` is not in `/rootfs`. */
const HOME_END = String.raw`(?=[\\/\s"':;,()<>]|$)`;

/** Home folders of any user on Linux, macOS and Windows. */
const HOMES = String.raw`(?:/home/|/Users/|[A-Za-z]:[\\/]+Users[\\/]+)[^\\/\s"':;,()<>]+`;

/** A letter or digit of any script; a name that touches one is part of a longer word. */
const LETTER = String.raw`[\p{L}\p{N}_]`;

interface Replacement {
  readonly pattern: RegExp;
  readonly word: string;
}

/** The cleaner for these facts. */
export function cleanerOf({ home, hostName, userName = "" }: PrivateFacts): Cleaner {
  // A home of `/` or a drive alone would match everything.
  const homes = [...(home.length >= HOST_NAME_MIN ? [escaped(home)] : []), HOMES];
  const homePattern = new RegExp(`(?:${homes.join("|")})${HOME_END}`, "g");
  // The network's part of a host's name may be missing where the system speaks.
  const hosts = [...new Set([hostName, hostName.split(".")[0] ?? ""])];
  const names = hosts.filter((name) => isTelling(name, HOST_NAME_MIN));
  const users = isTelling(userName, USER_NAME_MIN) ? [userName] : [];
  const replacements = [
    ...names.map((name) => replacementOf(name, "host")),
    ...users.map((name) => replacementOf(name, "user")),
  ];
  // In JSON a backslash is written twice; one separator of each kind is enough to look closer.
  const hints = [home, ...names, ...users].filter((text) => text.length > 1);
  const hint = new RegExp(
    [String.raw`/home/|/Users/|:\\\\|:/+Users`, ...hints.map(escaped)].join("|"),
    "i",
  );
  return {
    clean(text, isSpoken) {
      const homeless = text.replace(homePattern, "~");
      if (!isSpoken) return homeless;
      return replacements.reduce(
        (before, { pattern, word }) => before.replace(pattern, word),
        homeless,
      );
    },
    mayHold: (json) => hint.test(json),
  };
}

function replacementOf(name: string, word: string): Replacement {
  const pattern = new RegExp(`(?<!${LETTER})${escaped(name)}(?!${LETTER})`, "giu");
  return { pattern, word };
}

function isTelling(name: string, min: number): boolean {
  return name.length >= min && !PLAIN_NAMES.includes(name.toLowerCase());
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, (character) =>
    character === "-" ? String.raw`\x2d` : `\\${character}`,
  );
}
