/** The kinds of settings, and one short function for a row of each. */

interface Common {
  /** Keys joined by dots, as in the file. */
  readonly path: string;
  /** One sentence for people, with its unit. */
  readonly about: string;
  readonly is_nullable?: true;
  /** Absent by default: nothing stands there until somebody writes it. */
  readonly is_optional?: true;
  /** Its value is never repeated in a message. */
  readonly is_secret?: true;
}

/** A number within inclusive bounds; all but fractions are whole. */
interface NumberSetting extends Common {
  readonly kind: "fraction" | "size_mib" | "duration_ms" | "count";
  readonly min: number;
  readonly max: number;
}

/** Text, or a list of at most `SETTING_LIST_MAX` texts, of so many characters. */
interface TextSetting extends Common {
  readonly kind: "text" | "url" | "host" | "token" | "list";
  readonly min: number;
  readonly max: number;
}

/** One word out of a closed list. */
interface ChoiceSetting extends Common {
  readonly kind: "choice";
  readonly choices: readonly string[];
}

/** True or false. */
interface BooleanSetting extends Common {
  readonly kind: "boolean";
}

/** One row of the table. */
export type Setting = NumberSetting | TextSetting | ChoiceSetting | BooleanSetting;

/** The most items of a list setting. */
export const SETTING_LIST_MAX = 64;

/** Longest duration in ms: one day. */
const DAY_MS = 86_400_000;
/** Largest size in MiB: 16 TiB. */
const SIZE_MAX_MIB = 16 * 1024 * 1024;
/** Longest host name of the DNS. */
export const HOST_CHARACTERS = 253;
/** Shortest time between two looks in ms; recorded traces go down to it. */
export const INTERVAL_MIN_MS = 10;

type Extra = Omit<Common, "path" | "about">;
type Bounded = Extra & { min?: number; max?: number };

/** For rows where `null` may stand. */
export const NULLABLE = { is_nullable: true } as const;

/** One row of that kind. */
export function fraction(path: string, about: string): Setting {
  return { path, kind: "fraction", min: 0, max: 1, about };
}
/** One row of that kind. */
export function size(path: string, about: string, extra: Bounded = {}): Setting {
  return { path, kind: "size_mib", min: 0, max: SIZE_MAX_MIB, about, ...extra };
}
/** One row of that kind. */
export function duration(path: string, about: string, extra: Bounded = {}): Setting {
  return { path, kind: "duration_ms", min: 0, max: DAY_MS, about, ...extra };
}
/** One row of that kind. */
export function count(
  path: string,
  about: string,
  range: Extra & { min: number; max: number },
): Setting {
  return { path, kind: "count", about, ...range };
}
/** One row of that kind. */
export function boolean(path: string, about: string, extra: Extra = {}): Setting {
  return { path, kind: "boolean", about, ...extra };
}
/** One row of that kind. */
export function choice(path: string, about: string, choices: readonly string[]): Setting {
  return { path, kind: "choice", choices, about };
}
/** One row of that kind. */
export function text(path: string, about: string, extra: Bounded = {}) {
  return { path, kind: "text", min: 1, max: HOST_CHARACTERS, about, ...extra } as const;
}

/** One row of that kind. */
export function list(path: string, about: string, extra: Bounded = {}): Setting {
  return { path, kind: "list", min: 1, max: HOST_CHARACTERS, about, ...extra };
}
