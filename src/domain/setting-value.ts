/**
 * One value of one setting: is it what may stand there, and what does it mean.
 *
 * Values come in two forms: JSON (a file, `config.changed`) and text (environment, `--set`), which
 * becomes JSON first. A wrong value answers what was expected instead; nothing is thrown here, so
 * that a reader can list all mistakes at once.
 */
import { SETTING_LIST_MAX, type Setting } from "./setting-kind.ts";

/** A value as it stands in a configuration. */
export type SettingValue = number | string | boolean | null | readonly string[];

/** The value, or what was wanted in its place; `hint` says what to write, where that is clear. */
export type SettingReading =
  | { readonly value: SettingValue }
  | { readonly expected: string; readonly hint: string | null };

/** Text forms of a size; 1 GB = 1024 MB. */
export const SIZE_PATTERN = "^\\d+(\\.\\d+)? ?([GgMm][Ii]?[Bb])$";

/** Text form of a fraction. */
export const PERCENT_PATTERN = "^\\d+(\\.\\d+)? ?%$";

/** An address without a user, a query or a fragment: those may hold a key. */
export const URL_PATTERN = "^https?://[^\\s/@?#]+(/[^\\s@?#]*)?$";

const ADDRESS_V6 = "[0-9A-Fa-f.]*(:[0-9A-Fa-f.]*){2,8}(%[A-Za-z0-9._-]+)?";

/** A host name or an IP address, one of IPv6 with or without its brackets; neither port nor scheme. */
export const HOST_PATTERN = `^([A-Za-z0-9][A-Za-z0-9._-]*|${ADDRESS_V6}|\\[${ADDRESS_V6}\\])$`;

/** What a header can carry: visible ASCII without a space. */
export const TOKEN_PATTERN = "^[!-~]+$";

const SIZE = new RegExp(SIZE_PATTERN);
const PERCENT = new RegExp(PERCENT_PATTERN);
const ADDRESS = new RegExp(URL_PATTERN);
const HOST = new RegExp(HOST_PATTERN);
const TOKEN = new RegExp(TOKEN_PATTERN);
const MIB_PER_GIB = 1024;
const SHOWN_CHARACTERS = 60;

const TRUE_WORDS = ["true", "1", "yes", "on"];
const FALSE_WORDS = ["false", "0", "no", "off"];

/** Reads a JSON value for a setting. */
export function readSetting(setting: Setting, json: unknown): SettingReading {
  if (json === null && setting.is_nullable) return { value: null };
  const value = checkedValue(setting, json);
  if (value !== null) return { value };
  return { expected: expectedOf(setting), hint: hintOf(setting, json) };
}

/** Reads a text (environment, `--set`) for a setting; `null` as text means nothing where that may stand. */
export function readSettingText(setting: Setting, text: string): SettingReading {
  return readSetting(setting, jsonOf(setting, text.trim()));
}

/** What may stand at a setting, as the end of "Expected …". */
function expectedOf(setting: Setting): string {
  const alternative = setting.is_nullable ? ", or null" : "";
  return kindText(setting) + alternative;
}

/** A wrong value as it may be shown: short, and never a secret. */
export function shownValue(setting: Setting | null, json: unknown): string {
  if (setting?.is_secret) {
    return typeof json === "string" ? `${json.length} characters of text` : kindOfJson(json);
  }
  const shown = JSON.stringify(json) ?? String(json);
  return shown.length > SHOWN_CHARACTERS ? `${shown.slice(0, SHOWN_CHARACTERS)}…` : shown;
}

function checkedValue(setting: Setting, json: unknown): SettingValue | null {
  switch (setting.kind) {
    case "fraction":
      return within(setting, fractionOf(json));
    case "size_mib":
      return within(setting, sizeMibOf(json));
    case "duration_ms":
    case "count":
      return within(setting, Number.isInteger(json) ? (json as number) : null);
    case "boolean":
      return typeof json === "boolean" ? json : null;
    case "choice":
      return setting.choices.find((word) => word === json) ?? null;
    case "text":
      return isText(setting, json) ? json : null;
    case "url":
      return isText(setting, json) && ADDRESS.test(json) ? json : null;
    case "host":
      return isText(setting, json) && HOST.test(json) ? json.replace(/^\[|\]$/g, "") : null;
    case "token":
      return isText(setting, json) && TOKEN.test(json) ? json : null;
    case "list":
      return isList(setting, json) ? json : null;
  }
}

function within(range: { readonly min: number; readonly max: number }, value: number | null) {
  return value !== null && value >= range.min && value <= range.max ? value : null;
}

function fractionOf(json: unknown): number | null {
  if (typeof json === "string" && PERCENT.test(json)) return Number.parseFloat(json) / 100;
  return typeof json === "number" && Number.isFinite(json) ? json : null;
}

function sizeMibOf(json: unknown): number | null {
  if (Number.isInteger(json)) return json as number;
  const unit = typeof json === "string" ? SIZE.exec(json)?.[2]?.toUpperCase() : undefined;
  if (unit === undefined) return null;
  return Math.round(Number.parseFloat(json as string) * (unit.startsWith("G") ? MIB_PER_GIB : 1));
}

type Length = { readonly min: number; readonly max: number };

function isText({ min, max }: Length, json: unknown): json is string {
  return typeof json === "string" && json.length >= min && json.length <= max;
}

function isList(length: Length, json: unknown): json is readonly string[] {
  return (
    Array.isArray(json) &&
    json.length <= SETTING_LIST_MAX &&
    json.every((item) => isText(length, item))
  );
}

function jsonOf(setting: Setting, text: string): unknown {
  if (text === "null" && setting.is_nullable) return null;
  switch (setting.kind) {
    case "boolean": {
      const word = text.toLowerCase();
      if (TRUE_WORDS.includes(word)) return true;
      return FALSE_WORDS.includes(word) ? false : text;
    }
    case "list":
      return text === "" ? [] : text.split(",").map((item) => item.trim());
    case "text":
    case "url":
    case "host":
    case "token":
    case "choice":
      return text;
    default:
      return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  }
}

function kindText(setting: Setting): string {
  switch (setting.kind) {
    case "fraction":
      return `a fraction from ${setting.min} to ${setting.max}, or text such as "85%"`;
    case "size_mib":
      return `a size from ${setting.min} to ${setting.max} MiB, as a whole number or as text such as "2GB" or "512MB"`;
    case "duration_ms":
      return `whole milliseconds from ${setting.min} to ${setting.max}`;
    case "count":
      return `a whole number from ${setting.min} to ${setting.max}`;
    case "boolean":
      return "true or false";
    case "choice":
      return `one of ${setting.choices.map((word) => `"${word}"`).join(", ")}`;
    case "text":
      return `text of ${setting.min} to ${setting.max} characters`;
    case "url":
      return "an http or https address without a user name, password, query or fragment";
    case "host":
      return "an IP address or a host name, without a port";
    case "token":
      return `${setting.min} to ${setting.max} visible ASCII characters without a space`;
    case "list":
      return `a list of at most ${SETTING_LIST_MAX} texts of ${setting.min} to ${setting.max} characters`;
  }
}

/** 85 where 0.85 was wanted is the commonest slip, then a whole address where a host was. */
function hintOf(setting: Setting, json: unknown): string | null {
  if (setting.kind === "fraction" && typeof json === "number" && json > 1 && json <= 100) {
    return `write ${json / 100} or "${json}%"`;
  }
  if (setting.kind === "host" && typeof json === "string" && /[:/]/.test(json)) {
    return "leave out http:// and the port; --port (server.port) sets the port";
  }
  return null;
}

function kindOfJson(json: unknown): string {
  if (json === null) return "null";
  return Array.isArray(json) ? "a list" : `a value of type ${typeof json}`;
}
