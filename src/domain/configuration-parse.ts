/**
 * A configuration from JSON: absent keys take their defaults, everything else is checked.
 *
 * The idea: an examiner who reads the whole paper before handing it back. All mistakes are listed at
 * once, each in a sentence with the path, the value and what was expected; nothing starts with a
 * configuration that was only half understood. Rejected: ignoring unknown keys (a misspelt threshold
 * would then silently be the default).
 */
import { DEFAULT_CONFIGURATION, type FullConfiguration } from "./configuration.ts";
import { RuntimeProfileError } from "./error.ts";
import { nearestOf } from "./nearest.ts";
import { SETTINGS } from "./setting.ts";
import type { Setting } from "./setting-kind.ts";
import {
  SETTING_ORDERS,
  type SettingOrder,
  STALE_CAP_MS,
  STALE_INTERVALS,
  STALE_LIMITS,
} from "./setting-order.ts";
import { readSetting, type SettingValue, shownValue } from "./setting-value.ts";

/** One mistake: where, and the sentence about it. */
export interface ConfigurationProblem {
  readonly path: string;
  readonly sentence: string;
}

/** The most settings of a group that one message names. */
const NAMED_MAX = 6;

/** The most mistakes that one message lists. */
const PROBLEMS_MAX = 20;

/** The beat that carries every sample. */
const BEAT = "sensors.beat_ms";

/** Editors look for the schema's address under this key; it is no setting. */
const SCHEMA_KEY = "$schema";
const BY_PATH: ReadonlyMap<string, Setting> = new Map(SETTINGS.map((one) => [one.path, one]));
const GROUPS: ReadonlySet<string> = new Set(SETTINGS.flatMap((one) => groupsOf(one.path)));

type Values = Map<string, SettingValue | undefined>;

/** The whole configuration; throws RP_CONFIGURATION that lists every mistake. */
export function parseConfiguration(json: unknown): FullConfiguration {
  const problems = structureProblems(json, "");
  const values: Values = new Map();
  for (const setting of SETTINGS) {
    const raw = jsonAt(json, setting.path);
    if (raw === undefined) {
      values.set(setting.path, defaultOf(setting.path));
      continue;
    }
    const reading = readSetting(setting, raw);
    if ("value" in reading) values.set(setting.path, reading.value);
    else problems.push(valueProblem(setting, raw, reading));
  }
  const isGiven = (path: string): boolean => jsonAt(json, path) !== undefined;
  for (const order of SETTING_ORDERS) problems.push(...orderProblems(order, values, isGiven));
  problems.push(...staleProblems(values));
  if (problems.length > 0) throw configurationError(problems);
  return treeOf(values) as unknown as FullConfiguration;
}

/** The setting at a path; `undefined` when there is none. */
export function settingAt(path: string): Setting | undefined {
  return BY_PATH.get(path);
}

/** The known path most like an unknown one: below the same group, or with `thresholds.` in front. */
function nearestPath(path: string): string | null {
  if (isKnown(`thresholds.${path}`)) return `thresholds.${path}`;
  const dot = path.lastIndexOf(".");
  const [group, key] = [path.slice(0, Math.max(dot, 0)), path.slice(dot + 1)];
  for (const place of group === "" ? [""] : [group, `thresholds.${group}`]) {
    const nearest = nearestOf(key, keysBelow(place));
    if (nearest !== null) return place === "" ? nearest : `${place}.${nearest}`;
  }
  return nearestOf(path, [...BY_PATH.keys()]);
}

/** The sentence for a wrong value; `place` is the path, or the variable it came from. */
export function valueProblem(
  setting: Setting,
  raw: unknown,
  wanted: { readonly expected: string; readonly hint: string | null; readonly place?: string },
): ConfigurationProblem {
  const place = wanted.place ?? setting.path;
  const hint = wanted.hint === null ? "" : `; ${wanted.hint}`;
  const got = shownValue(setting, raw);
  return { path: place, sentence: `Expected ${wanted.expected} at ${place}, got ${got}${hint}.` };
}

/** One error for all mistakes; its path is the first one's. */
export function configurationError(problems: readonly ConfigurationProblem[]): RuntimeProfileError {
  const [first] = problems;
  const path = first?.path ?? "";
  if (problems.length <= 1) {
    return new RuntimeProfileError("RP_CONFIGURATION", first?.sentence ?? "", { path });
  }
  const listed = problems.slice(0, PROBLEMS_MAX).map(({ sentence }) => `- ${sentence}`);
  const more = problems.length - listed.length;
  if (more > 0) listed.push(`- and ${more} more.`);
  const message = `The configuration has ${problems.length} mistakes:\n${listed.join("\n")}`;
  return new RuntimeProfileError("RP_CONFIGURATION", message, { path });
}

function structureProblems(json: unknown, path: string): ConfigurationProblem[] {
  if (!isObject(json)) {
    const place = path === "" ? "the top of the configuration" : path;
    const sentence = `Expected an object at ${place}, got ${shownValue(null, json)}.`;
    return [{ path, sentence }];
  }
  return Object.keys(json).flatMap((key) => {
    const inner = path === "" ? key : `${path}.${key}`;
    if (BY_PATH.has(inner) || inner === SCHEMA_KEY) return [];
    if (GROUPS.has(inner)) return structureProblems(json[key], inner);
    return [unknownProblem(inner)];
  });
}

/** The sentence for a path that does not exist. */
export function unknownProblem(path: string): ConfigurationProblem {
  const near = nearestPath(path);
  const remedy =
    near === null ? "docs/configuration.schema.json lists them" : `did you mean ${near}?`;
  const end = remedy.endsWith("?") ? "" : ".";
  return { path, sentence: `Expected a known setting, got ${path}; ${remedy}${end}` };
}

/** The sentence for one value given to a whole group; `null` when the path is none. */
export function groupProblem(path: string): ConfigurationProblem | null {
  const group = [path, `thresholds.${path}`].find((one) => GROUPS.has(one));
  if (group === undefined) return null;
  const below = [...BY_PATH.keys()].filter((one) => one.startsWith(`${group}.`));
  const more = below.length > NAMED_MAX ? " and others" : "";
  const named = `${below.slice(0, NAMED_MAX).join(", ")}${more}`;
  return { path, sentence: `Expected one setting, got the group ${group}; it has ${named}.` };
}

function orderProblems(
  order: SettingOrder,
  values: Values,
  isGiven: (path: string) => boolean,
): ConfigurationProblem[] {
  const named = (path: string): string =>
    `${path} (${values.get(path)}${isGiven(path) ? "" : ", the default"})`;
  const problems: ConfigurationProblem[] = [];
  for (const [index, high] of order.paths.entries()) {
    const low = order.paths[index - 1];
    const [below, above] = [low === undefined ? undefined : values.get(low), values.get(high)];
    if (low === undefined || typeof below !== "number" || typeof above !== "number") continue;
    if (order.may_be_equal ? below <= above : below < above) continue;
    const relation = order.may_be_equal ? "at most" : "less than";
    // The one that was written is the one to point at.
    const path = isGiven(low) ? low : high;
    const sentence = `Expected ${named(low)} to be ${relation} ${named(high)}; change one of them.`;
    problems.push({ path, sentence });
  }
  return problems;
}

function staleProblems(values: Values): ConfigurationProblem[] {
  return STALE_LIMITS.flatMap(({ limit, interval }): ConfigurationProblem[] => {
    const [stale, every] = [values.get(limit), values.get(interval)];
    if (stale === null && isTooSlow(every, values.get(BEAT))) {
      const sentence = `Expected ${interval} to be at most ${STALE_CAP_MS / STALE_INTERVALS} ms or no longer than ${BEAT}, so that ${STALE_INTERVALS} of them fit into the stale limit of ${STALE_CAP_MS} ms, got ${every}; lower it, or set ${limit}.`;
      return [{ path: interval, sentence }];
    }
    if (typeof stale !== "number" || typeof every !== "number") return [];
    if (stale >= STALE_INTERVALS * every) return [];
    const sentence = `Expected ${limit} to be at least ${STALE_INTERVALS} × ${interval} (${STALE_INTERVALS * every} ms), got ${stale}; raise it, or write null to have it chosen.`;
    return [{ path: limit, sentence }];
  });
}

/** A sensor slower than the beat would be called lost between its own samples. */
function isTooSlow(every: SettingValue | undefined, beat: SettingValue | undefined): boolean {
  return (
    typeof every === "number" &&
    typeof beat === "number" &&
    every > beat &&
    STALE_INTERVALS * every > STALE_CAP_MS
  );
}

function treeOf(values: Values): Record<string, unknown> {
  const tree: Record<string, unknown> = {};
  for (const [path, value] of values) {
    const keys = path.split(".");
    const last = keys.pop() as string;
    let branch = tree;
    for (const key of keys) {
      branch[key] ??= {};
      branch = branch[key] as Record<string, unknown>;
    }
    if (value !== undefined) branch[last] = value;
  }
  return tree;
}

function defaultOf(path: string): SettingValue | undefined {
  return jsonAt(DEFAULT_CONFIGURATION, path) as SettingValue | undefined;
}

function jsonAt(json: unknown, path: string): unknown {
  let value = json;
  for (const key of path.split(".")) {
    value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}

function isKnown(path: string): boolean {
  return BY_PATH.has(path) || GROUPS.has(path);
}

function keysBelow(group: string): readonly string[] {
  const prefix = group === "" ? "" : `${group}.`;
  const below = [...BY_PATH.keys()].filter((path) => path.startsWith(prefix));
  return [...new Set(below.map((path) => path.slice(prefix.length).split(".")[0] as string))];
}

function groupsOf(path: string): readonly string[] {
  const keys = path.split(".").slice(0, -1);
  return keys.map((_, index) => keys.slice(0, index + 1).join("."));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
