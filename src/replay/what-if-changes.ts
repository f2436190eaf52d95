/**
 * What is to be changed in a what-if: checked before anything runs.
 *
 * The changes come as texts (`--set`), values by path, or a part of a configuration; all become one
 * list of settings, the last one on top. They are laid over every configuration in the log, so each of
 * these is tried first: a threshold may fit the newest configuration and be impossible in an older one.
 */
import type { Configuration } from "../domain/configuration.ts";
import { configurationError, parseConfiguration } from "../domain/configuration-parse.ts";
import {
  overridesOfAssignments,
  overridesOfTree,
  overridesOfValues,
  type SettingOverride,
  withOverrides,
} from "../domain/configuration-text.ts";
import { RuntimeProfileError } from "../domain/error.ts";
import type { Host } from "../domain/host.ts";
import type { ConfigChanged } from "../domain/input.ts";
import { hostOfProfileDocument } from "../domain/profile-document.ts";
import { inputOf } from "../log/codec.ts";
import { type LogStore, MAX_READ_LIMIT } from "../log/store.ts";

/** A what-if as it is asked. */
export interface WhatIfRequest {
  /** `path=value` texts, or values by path; `thresholds.` may be left out. */
  readonly set?: readonly string[] | Readonly<Record<string, unknown>> | undefined;
  /** A part of a configuration, below `set`. */
  readonly config?: unknown;
  /** The object of `runtime_profile.json`; absent or `null` = the recorded host. */
  readonly host?: unknown;
}

/** The same, understood. */
export interface WhatIfChanges {
  readonly overrides: readonly SettingOverride[];
  readonly host: Host | null;
}

/** Most configurations that are remembered as tried; a log repeats few, again and again. */
const TRIED_MAX = 100;

/** The parts of a configuration that decide; the others are not in the log. */
const DECIDING: readonly string[] = [
  "thresholds",
  "sensors",
  "policy",
  "cloud",
  "tier",
  "editor",
] satisfies (keyof Configuration)[];

/** The changes of a request. Throws RP_CONFIGURATION, and RP_INPUT for a host that is none. */
export function changesOf({ set = [], config, host }: WhatIfRequest): WhatIfChanges {
  const written = isTexts(set) ? overridesOfAssignments(set) : overridesOfValues(set);
  const overrides = [...(config == null ? [] : overridesOfTree(config)), ...written];
  const idle = overrides.filter(({ path }) => !DECIDING.includes(path.split(".")[0] ?? ""));
  if (idle.length > 0) throw configurationError(idle.map(({ path }) => idleProblem(path)));
  return { overrides, host: host == null ? null : hostOf(host) };
}

/** True when there is anything to change. */
export function hasChanges({ overrides, host }: WhatIfChanges): boolean {
  return overrides.length > 0 || host !== null;
}

/** A recorded configuration with the changes laid over it. */
export function changedConfiguration(
  recorded: Configuration,
  { overrides }: WhatIfChanges,
): Configuration {
  return withOverrides(recorded, overrides) as Configuration;
}

/** Whether the log holds a configuration at all; throws RP_CONFIGURATION when the changes fit one badly. */
export function tryChanges(
  log: Pick<LogStore, "read">,
  after: number,
  changes: WhatIfChanges,
): boolean {
  let last = after;
  let hasConfiguration = false;
  const tried = new Set<string>();
  for (;;) {
    const page = log.read({ after: last, type: "config.changed", limit: MAX_READ_LIMIT });
    for (const entry of page) {
      const { config } = inputOf(entry) as ConfigChanged;
      const text = JSON.stringify(config);
      if (tried.has(text)) continue;
      tryOn(config, changes);
      if (tried.size < TRIED_MAX) tried.add(text);
    }
    hasConfiguration ||= page.length > 0;
    last = page.at(-1)?.seq ?? last;
    if (page.length < MAX_READ_LIMIT) return hasConfiguration;
  }
}

/** Throws RP_CONFIGURATION when this configuration, sound as it is, cannot take the changes. */
export function tryOn(recorded: Configuration, changes: WhatIfChanges): void {
  try {
    parseConfiguration(changedConfiguration(recorded, changes));
  } catch (error) {
    if (isSound(recorded)) throw error;
  }
}

/** One of another version may hold what this one does not know; that is not the change's fault. */
function isSound(recorded: Configuration): boolean {
  try {
    parseConfiguration(recorded);
    return true;
  } catch {
    return false;
  }
}

function isTexts(
  set: readonly string[] | Readonly<Record<string, unknown>>,
): set is readonly string[] {
  return Array.isArray(set);
}

function idleProblem(path: string) {
  const sentence = `Expected a setting that decides, got ${path}; it changes nothing in the past, so leave it out.`;
  return { path, sentence };
}

function hostOf(document: unknown): Host {
  const host = hostOfProfileDocument(document);
  if (host !== null) return host;
  throw new RuntimeProfileError(
    "RP_INPUT",
    "Expected the object of runtime_profile.json as host, got something else; runtime-profile detect --json prints one.",
    { path: "host" },
  );
}
