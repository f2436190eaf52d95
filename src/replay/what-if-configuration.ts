/**
 * The configuration of the hypothetical side: the recorded one, the changes laid over it, and the
 * footprints that belong to its host.
 *
 * The runtime fills in the footprints that nobody wrote, from the policy table for the host in force;
 * what it wrote into the log looks like any other number. So a recorded footprint that is what the table
 * gives for the recorded host is taken for the table's and asked for again; any other was written by a
 * person and stays. A footprint among the changes wins over both.
 */
import type { Configuration, Footprints } from "../domain/configuration.ts";
import type { Host } from "../domain/host.ts";
import { SETTINGS } from "../domain/setting.ts";
import type { SettingValue } from "../domain/setting-value.ts";
import { resolveFootprints } from "../policy/footprints.ts";
import { changedConfiguration, type WhatIfChanges } from "./what-if-changes.ts";
import type { ChangedSetting } from "./what-if-view.ts";

/** The hosts of both sides; `null` while not detected. */
export interface TwoHosts {
  readonly recorded: Host | null;
  readonly hypothetical: Host | null;
}

const FOOTPRINTS = ["nominal", "smallModel", "cpu"] as const;
const PREFIX = "policy.footprints.";

/** What would have been in force. */
export function hypotheticalConfiguration(
  recorded: Configuration,
  hosts: TwoHosts,
  changes: WhatIfChanges,
): Configuration {
  const changed = changedConfiguration(recorded, changes);
  if (hosts.hypothetical === null || hosts.recorded === null) return changed;
  const then = tableFootprints(hosts.recorded, recorded);
  const now = tableFootprints(hosts.hypothetical, changed);
  const footprints: { -readonly [Key in keyof Footprints]: Footprints[Key] } = {
    ...changed.policy.footprints,
  };
  for (const rung of FOOTPRINTS) {
    const isWritten = changes.overrides.some(({ path }) => path === PREFIX + rung);
    if (!isWritten && recorded.policy.footprints[rung] === then[rung]) footprints[rung] = now[rung];
  }
  return { ...changed, policy: { ...changed.policy, footprints } };
}

/** Every setting that decides and differs, by path. */
export function changedSettings(from: Configuration, to: Configuration): readonly ChangedSetting[] {
  return SETTINGS.flatMap(({ path }): ChangedSetting[] => {
    const [before, after] = [valueAt(from, path), valueAt(to, path)];
    return JSON.stringify(before) === JSON.stringify(after)
      ? []
      : [{ path, from: before, to: after }];
  });
}

function tableFootprints(host: Host, configuration: Configuration): Required<Footprints> {
  const policy = { ...configuration.policy, footprints: {} };
  return resolveFootprints(host, { ...configuration, policy });
}

function valueAt(configuration: Configuration, path: string): SettingValue {
  const value = path
    .split(".")
    .reduce<unknown>(
      (tree, key) => (tree as Readonly<Record<string, unknown>> | undefined)?.[key],
      configuration,
    );
  return (value ?? null) as SettingValue;
}
