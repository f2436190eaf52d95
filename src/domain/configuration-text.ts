/**
 * Settings that come as text: environment variables and `path=value` of `--set`.
 *
 * Both are laid over the JSON of the file before it is parsed, so that one reader checks everything.
 * The three variables of the user's own document keep their names and their meaning. Rejected: a
 * variable for every setting (`--set` and the file reach them all).
 */
import {
  type ConfigurationProblem,
  configurationError,
  groupProblem,
  settingAt,
  unknownProblem,
  valueProblem,
} from "./configuration-parse.ts";
import { readSetting, readSettingText, type SettingValue } from "./setting-value.ts";

/** Each environment variable and the setting it gives. */
const ENVIRONMENT_SETTINGS = [
  ["USE_LOCAL_VISION", "policy.vision.local"],
  ["LOCAL_VISION_MODEL", "policy.vision.model"],
  ["OLLAMA_HOST", "ollama.host"],
  ["RUNTIME_PROFILE_HOST", "server.host"],
  ["RUNTIME_PROFILE_PORT", "server.port"],
  ["RUNTIME_PROFILE_TOKEN", "server.token"],
  ["RUNTIME_PROFILE_LANGUAGE", "language"],
  ["RUNTIME_PROFILE_CLOUD_ALLOWED", "cloud.allowed"],
  ["RUNTIME_PROFILE_CLOUD_KEY", "work.cloud_key"],
  ["RUNTIME_PROFILE_WEBHOOK", "hooks.webhook"],
  ["RUNTIME_PROFILE_WEBHOOK_SECRET", "hooks.webhook_secret"],
] as const;

/** A setting read from text. */
export interface SettingOverride {
  readonly path: string;
  readonly value: SettingValue;
}

/** One text, the setting it is for, and what to call the place it stands at (`--port`). */
export interface WrittenSetting {
  readonly path: string;
  readonly text: string;
  readonly place: string;
}

/** The settings that environment variables give; an empty variable gives none. Throws RP_CONFIGURATION. */
export function overridesOfEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): readonly SettingOverride[] {
  const written = ENVIRONMENT_SETTINGS.flatMap(([name, path]): WrittenSetting[] => {
    const text = env[name]?.trim() ?? "";
    return text === "" ? [] : [{ path, text, place: name }];
  });
  return overridesOf(written);
}

/** The settings of `path=value` texts; `thresholds.` may be left out. Throws RP_CONFIGURATION. */
export function overridesOfAssignments(assignments: readonly string[]): readonly SettingOverride[] {
  const written = assignments.map((assignment): WrittenSetting => {
    const [, name, text] = /^\s*([^=\s]+)\s*=(.*)$/s.exec(assignment) ?? [];
    if (name === undefined || text === undefined) {
      const sentence = `Expected path=value, got ${JSON.stringify(assignment)}; write for example vram.enter=0.9.`;
      throw configurationError([{ path: assignment, sentence }]);
    }
    return { path: settingPathOf(name), text, place: name };
  });
  return overridesOf(written);
}

/**
 * The settings of values by path (`{"vram.enter": 0.9}`), texts among them as `--set` reads them;
 * `thresholds.` may be left out. Throws RP_CONFIGURATION that lists every mistake.
 */
export function overridesOfValues(
  values: Readonly<Record<string, unknown>>,
): readonly SettingOverride[] {
  const given = Object.entries(values).map(([name, value]) => ({
    path: settingPathOf(name),
    value,
    place: name,
  }));
  return checkedOverrides(given);
}

/** The settings of a part of a configuration. Throws RP_CONFIGURATION that lists every mistake. */
export function overridesOfTree(tree: unknown): readonly SettingOverride[] {
  return checkedOverrides(leavesOf(tree, ""));
}

/** The JSON with the overrides laid over it, the last one on top; what is no object stays as it is. */
export function withOverrides(json: unknown, overrides: readonly SettingOverride[]): unknown {
  return overrides.reduce<unknown>(
    (tree, { path, value }) => withValue(tree, path.split("."), value),
    json,
  );
}

/** The settings of texts; throws RP_CONFIGURATION that lists every mistake. */
export function overridesOf(written: readonly WrittenSetting[]): readonly SettingOverride[] {
  return checkedOverrides(written.map(({ path, text, place }) => ({ path, value: text, place })));
}

/** One value, the setting it is for, and what to call the place it stands at. */
interface GivenSetting {
  readonly path: string;
  readonly value: unknown;
  readonly place: string;
}

function checkedOverrides(given: readonly GivenSetting[]): readonly SettingOverride[] {
  const problems: ConfigurationProblem[] = [];
  const overrides: SettingOverride[] = [];
  for (const { path, value, place } of given) {
    const setting = settingAt(path);
    if (setting === undefined) {
      problems.push(groupProblem(path) ?? unknownProblem(path));
      continue;
    }
    const reading =
      typeof value === "string" ? readSettingText(setting, value) : readSetting(setting, value);
    if ("value" in reading) overrides.push({ path, value: reading.value });
    else problems.push(valueProblem(setting, value, { ...reading, place }));
  }
  if (problems.length > 0) throw configurationError(problems);
  return overrides;
}

/** The path that is meant: `thresholds.` may be left out; an unknown one stays as it was written. */
function settingPathOf(name: string): string {
  const path = settingAt(name) === undefined ? `thresholds.${name}` : name;
  return settingAt(path) === undefined ? name : path;
}

/** Everything below the known groups, with its path; what is no group is not looked into. */
function leavesOf(tree: unknown, path: string): readonly GivenSetting[] {
  const isObject = typeof tree === "object" && tree !== null && !Array.isArray(tree);
  const isGroup = isObject && (path === "" || groupProblem(path) !== null);
  if (!isGroup) return [{ path, value: tree, place: path }];
  return Object.entries(tree).flatMap(([key, inner]) =>
    leavesOf(inner, path === "" ? key : `${path}.${key}`),
  );
}

function withValue(tree: unknown, keys: readonly string[], value: SettingValue): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  if (tree === undefined) return { [key]: withValue(undefined, rest, value) };
  if (typeof tree !== "object" || tree === null || Array.isArray(tree)) return tree;
  const branch = tree as Record<string, unknown>;
  const inner = Object.hasOwn(branch, key) ? branch[key] : undefined;
  return { ...branch, [key]: withValue(inner, rest, value) };
}
