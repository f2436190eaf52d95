/**
 * What is to be supposed: in the address, on the sliders, in the request, and whether it can be.
 *
 * A change is a path and a text as `--set` takes it, the same everywhere, so that an address, a command
 * and a request say it alike. What contradicts is told before anything is sent; nothing is moved to make
 * it fit, for then a person would no longer know what was asked.
 */
import type { Configuration } from "../../src/domain/configuration.ts";
import { settingAt } from "../../src/domain/configuration-parse.ts";
import { nearestOf } from "../../src/domain/nearest.ts";
import { SETTINGS } from "../../src/domain/setting.ts";
import { SETTING_ORDERS } from "../../src/domain/setting-order.ts";
import { readSettingText, type SettingValue } from "../../src/domain/setting-value.ts";
import { SLIDERS } from "./what-if-sliders.ts";

/** Texts by path; `thresholds.` is left out. */
export type Changes = Readonly<Record<string, string>>;

/** What stands in the form: what has a control of its own, and lines for the rest. */
export interface Draft {
  readonly controls: Changes;
  /** One `path=value` a line. */
  readonly more: string;
}

/** Why a draft cannot be sent. */
export type DraftProblem =
  | { readonly kind: "line"; readonly text: string }
  | { readonly kind: "unknown"; readonly path: string; readonly nearest: string | null }
  | { readonly kind: "idle"; readonly path: string }
  | { readonly kind: "value"; readonly path: string; readonly text: string }
  | {
      readonly kind: "order";
      readonly lower: string;
      readonly upper: string;
      readonly lowerValue: number;
      readonly upperValue: number;
      readonly mayBeEqual: boolean;
    };

export const EMPTY_DRAFT: Draft = { controls: {}, more: "" };

/** The host's controls; they are no settings. Sizes in GB. */
export const HOST_KEYS = ["host.vram_gb", "host.memory_gb"] as const;
export type HostKey = (typeof HOST_KEYS)[number];

export const CLOUD_KEY = "cloud.allowed";

/** Largest memory of a supposed host, in GB. */
const HOST_GB_MAX = 16_384;

const PREFIX = "thresholds.";
const CONTROLLED: ReadonlySet<string> = new Set([
  ...SLIDERS.map(({ key }) => key),
  CLOUD_KEY,
  ...HOST_KEYS,
]);

/** The groups that decide; the others change nothing in the past. */
const DECIDING = ["thresholds", "sensors", "policy", "cloud", "tier", "editor"];

const PATHS = SETTINGS.map(({ path }) => shortOf(path));

/** The changes of an address. Every path has a dot; what has none is the view's own. */
export function draftOf(query: URLSearchParams): Draft {
  const controls: Record<string, string> = {};
  const more: string[] = [];
  for (const [key, text] of query) {
    const path = shortOf(key);
    if (CONTROLLED.has(path)) controls[path] = text;
    else if (path.includes(".")) more.push(`${path}=${text}`);
  }
  return { controls, more: more.join("\n") };
}

/** The changes of a draft as the address and the request have them; a line wins over a control. */
export function changesOf({ controls, more }: Draft): Changes {
  const lines = linesOf(more)
    .map(assignmentIn)
    .filter((each) => each !== null);
  return { ...controls, ...Object.fromEntries(lines.map(([path, text]) => [shortOf(path), text])) };
}

/** A draft with one control changed; `null` = as it is in force. */
export function withControl(draft: Draft, key: string, text: string | null): Draft {
  const others = Object.entries(draft.controls).filter(([other]) => other !== key);
  const changed: [string, string][] = text === null ? [] : [[key, text]];
  return { ...draft, controls: Object.fromEntries([...others, ...changed]) };
}

/** Whether two drafts ask the same. */
export function isSameDraft(one: Draft, other: Draft): boolean {
  const textOf = (draft: Draft) => JSON.stringify(Object.entries(changesOf(draft)).sort());
  return textOf(one) === textOf(other);
}

/** The settings for the request; the host's controls go another way. */
export function settingsIn(changes: Changes): Changes {
  return Object.fromEntries(Object.entries(changes).filter(([key]) => !isHostKey(key)));
}

/** The size in GB of one of the host's controls; `null` = not changed, or no size. */
export function hostSize(changes: Changes, key: HostKey): number | null {
  const text = changes[key];
  const size = text === undefined || text.trim() === "" ? Number.NaN : Number(text);
  return size >= 0 && size <= HOST_GB_MAX ? size : null;
}

/** The value of a setting in a configuration. */
export function presentOf(configuration: Configuration, key: string): SettingValue | undefined {
  let value: unknown = configuration;
  for (const part of fullOf(key).split("."))
    value = (value as Record<string, unknown> | null | undefined)?.[part];
  return value as SettingValue | undefined;
}

/** The value that a change gives; `null` when the text is none for this setting. */
export function changedValue(key: string, text: string): SettingValue | null {
  const setting = settingAt(fullOf(key));
  if (setting === undefined) return null;
  const reading = readSettingText(setting, text);
  return "value" in reading ? reading.value : null;
}

/** Everything that speaks against a draft over this configuration, in the order of the form. */
export function problemsOf(draft: Draft, configuration: Configuration): readonly DraftProblem[] {
  const changes = changesOf(draft);
  const lines = linesOf(draft.more)
    .filter((line) => assignmentIn(line) === null)
    .map((text): DraftProblem => ({ kind: "line", text }));
  const values = Object.entries(changes).flatMap(([key, text]) => valueProblem(key, text) ?? []);
  return [...orderProblems(changes, configuration), ...values, ...lines];
}

/** Two neighbours in an order that contradict each other. */
function orderProblems(changes: Changes, configuration: Configuration): DraftProblem[] {
  const numberAt = (path: string): number | null => {
    const text = changes[shortOf(path)];
    const value =
      text === undefined ? presentOf(configuration, path) : changedValue(shortOf(path), text);
    return typeof value === "number" ? value : null;
  };
  return SETTING_ORDERS.flatMap(({ paths, may_be_equal: mayBeEqual }) =>
    paths.slice(1).flatMap((upper, index): DraftProblem[] => {
      const lower = paths[index] as string;
      const [lowerValue, upperValue] = [numberAt(lower), numberAt(upper)];
      if (lowerValue === null || upperValue === null) return [];
      if (mayBeEqual ? lowerValue <= upperValue : lowerValue < upperValue) return [];
      const [low, high] = [shortOf(lower), shortOf(upper)];
      return [{ kind: "order", lower: low, upper: high, lowerValue, upperValue, mayBeEqual }];
    }),
  );
}

function valueProblem(key: string, text: string): DraftProblem | null {
  if (isHostKey(key))
    return hostSize({ [key]: text }, key) === null ? { kind: "value", path: key, text } : null;
  const setting = settingAt(fullOf(key));
  if (setting === undefined)
    return { kind: "unknown", path: key, nearest: nearestOf(key, PATHS) ?? null };
  if (!DECIDING.includes(setting.path.split(".")[0] ?? "")) return { kind: "idle", path: key };
  return "value" in readSettingText(setting, text) ? null : { kind: "value", path: key, text };
}

/** `thresholds.` may be left out; whatever is not known keeps its name. */
function fullOf(key: string): string {
  return settingAt(key) === undefined ? PREFIX + key : key;
}

function shortOf(path: string): string {
  return path.startsWith(PREFIX) ? path.slice(PREFIX.length) : path;
}

export function isHostKey(key: string): key is HostKey {
  return HOST_KEYS.some((each) => each === key);
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim().replace(/^--set\s+/, ""))
    .filter((line) => line !== "");
}

function assignmentIn(line: string): [path: string, text: string] | null {
  const [, path, text] = /^([^=\s]+)\s*=(.*)$/.exec(line) ?? [];
  return path === undefined || text === undefined ? null : [path, text.trim()];
}
