/**
 * The desk: everything that one runtime holds while it runs, how it is opened, and how it is cleared.
 *
 * Opening brings the state back from the log and puts the present configuration in force at once, before
 * the host is detected: a consent that was taken back must not count for another second. Clearing gives
 * back log and sensors whatever fails on the way.
 */
import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { HostView } from "./detect/host-io.ts";
import type { Probed } from "./detect/probe.ts";
import { REAL_ROOT } from "./detect/probe.ts";
import type { StaticFinding } from "./detect/probe-static.ts";
import { loadProfile } from "./detect/profile-file.ts";
import {
  type Configuration,
  decisionPartOf,
  type FullConfiguration,
  type Language,
} from "./domain/configuration.ts";
import type { Host } from "./domain/host.ts";
import { type Watch, watchFrom } from "./domain/redetection.ts";
import { PACKAGE_VERSION } from "./domain/version.ts";
import { type OpenedLog, openLog } from "./log/sqlite-log.ts";
import type { LogStore } from "./log/store.ts";
import { XSTATE_VERSION } from "./machines/runtime-machine.ts";
import { withFootprints } from "./policy/footprints.ts";
import type { Tally } from "./replay/metrics-view.ts";
import { createActor } from "./runtime-actor.ts";
import type { RuntimeActor } from "./runtime-actor-types.ts";
import { type Clock, JUMP_MS, startClock } from "./runtime-clock.ts";
import type { CloudGate } from "./runtime-cloud-gate.ts";
import { type Hooks, openHooks } from "./runtime-hooks.ts";
import type { LookListener } from "./runtime-model-looks.ts";
import {
  addNotice,
  endMissingNotice,
  failureNotice,
  type Notices,
  noNotices,
  setAsideNotice,
} from "./runtime-notices.ts";
import type { OwnUse } from "./runtime-own-use.ts";
import { keepRetention } from "./runtime-retention.ts";
import { createRuns, type Runs } from "./runtime-runs.ts";
import { closeSensors } from "./runtime-sensors.ts";
import { machineHashOf, policyHashOf, resumedFrom } from "./runtime-start.ts";
import { count, newTally } from "./runtime-tally.ts";
import type { RuntimeOptions } from "./runtime-types.ts";
import type { Sensors } from "./streams/metrics.ts";

/** Everything one runtime holds while it runs. */
export interface Desk {
  readonly options: RuntimeOptions;
  readonly configuration: FullConfiguration;
  readonly view: HostView;
  readonly folder: string;
  readonly log: LogStore;
  readonly actor: RuntimeActor;
  readonly clock: Clock;
  readonly machineHash: string;
  readonly notices: Notices;
  readonly tally: Tally;
  readonly stopping: AbortController;
  readonly runs: Runs;
  readonly hooks: Hooks | null;
  sensors: Sensors | null;
  endStream: (() => void) | null;
  droppedBeats: number;
  isRunning: boolean;
  /** The detection under way, and whether somebody asked for it. */
  detecting: { readonly done: Promise<void>; readonly isAlwaysTold: boolean } | null;
  /** Number of the newest detection that was begun, and of the newest whose host was taken. */
  detection: number;
  applied: number;
  /** What never changes while we run, once it was found. */
  fixed: Probed<StaticFinding> | null;
  /** Between the cloud's sensor and the runtime; `null` until work can be done. */
  cloudGate: CloudGate | null;
  /** Hears what Ollama has in memory; `null` until work can be done. */
  modelLooks: Omit<LookListener, "address"> | null;
  /** Reckons our share of the card between two of those looks; `null` until work can be done. */
  ownUse: OwnUse | null;
  /** When to detect again by itself. */
  watch: Watch;
  /** Settles when the newest profile is on disk. */
  saving: Promise<void>;
}

/** What a desk is opened with. */
export interface DeskParts {
  readonly options: RuntimeOptions;
  readonly configuration: FullConfiguration;
  /** Locked for this process. */
  readonly folder: string;
}

/** Opens the log, brings the state back and puts the configuration in force. Throws RP_DATA_FOLDER. */
export async function openDesk(parts: DeskParts): Promise<Desk> {
  const { folder, options, configuration } = parts;
  const opened = openLog({ folder, mode: "write", boot: randomUUID() });
  const { log } = opened;
  const notices = noNotices();
  const tally = newTally();
  try {
    const machineHash = machineHashOf();
    const beganAt = log.head()?.at ?? null;
    const { actor, clock } = startedActor({ ...parts, machineHash }, opened, { notices, tally });
    await lookAtProfile(folder, notices);
    const stopping = new AbortController();
    const onRefused = (message: string) =>
      addNotice(notices, { code: "RETENTION_REFUSED", message });
    const { signal } = stopping;
    const retention = { log, actor, machineHash, retention: configuration.log, signal, onRefused };
    const time = { now: clock.now, mono: clock.mono, begin: beganAt ?? clock.now() };
    keepRetention(retention, time, (error) =>
      addNotice(notices, failureNotice("RETENTION_FAILED", "Old entries were not removed", error)),
    );
    const { env = process.env, root = REAL_ROOT } = options;
    const language = languageOf({ options, configuration });
    return {
      options,
      configuration,
      folder,
      log,
      actor,
      clock,
      machineHash,
      notices,
      tally,
      view: { env, root, platform: process.platform },
      stopping,
      runs: createRuns(stopping.signal),
      hooks: openHooks({ actor, notices, configuration, hostId: log.hostId, language }),
      sensors: null,
      endStream: null,
      droppedBeats: 0,
      isRunning: true,
      detecting: null,
      detection: 0,
      applied: 0,
      fixed: null,
      cloudGate: null,
      modelLooks: null,
      ownUse: null,
      watch: watchFrom(clock.mono()),
      saving: Promise.resolve(),
    };
  } catch (error) {
    log.close();
    throw error;
  }
}

/** The language in which this runtime speaks where nobody asks for another. */
export function languageOf({
  options,
  configuration,
}: Pick<DeskParts, "options" | "configuration">): Language {
  const { language } = configuration;
  return options.language ?? (language === "auto" ? "en" : language);
}

/** The decision part as it goes into the log: with the footprints of this host, if it is known. */
export function configurationFor(
  configuration: FullConfiguration,
  host: Host | null,
): Configuration {
  return withFootprints(decisionPartOf(configuration), host);
}

/** Puts the configuration for this host in force; the log hears of it only when something differs. */
export function configureFor({ actor, configuration }: Desk, host: Host): void {
  const config = configurationFor(configuration, host);
  if (isDeepStrictEqual(config, actor.state().configuration)) return;
  actor.submit({ type: "config.changed", config }, "runtime");
}

/** Ends stream, sensors and whatever is being detected. */
export function endWatching(desk: Desk): void {
  desk.isRunning = false;
  desk.stopping.abort();
  desk.endStream?.();
  if (desk.sensors !== null) closeSensors(desk.sensors);
}

/** Ends everything that is open, without a word in the log. */
export function abandonDesk(desk: Desk): void {
  try {
    endWatching(desk);
  } finally {
    desk.hooks?.abandon();
    desk.log.close();
  }
}

/** What is counted from the first input on. */
type Counted = Pick<Desk, "notices" | "tally">;

function startedActor(
  { configuration, machineHash: machine_hash }: DeskParts & { readonly machineHash: string },
  opened: OpenedLog,
  { notices, tally }: Counted,
): { readonly actor: RuntimeActor; readonly clock: Clock } {
  const { log } = opened;
  const end = log.head()?.chain ?? null;
  const { state, gap, setAside } = resumedFrom(opened, machine_hash);
  if (setAside !== null) addNotice(notices, setAsideNotice(setAside));
  else if (opened.lost !== null) addNotice(notices, endMissingNotice(end, opened.lost));
  const clock = clockAfter(state.at, notices);
  const resumed_from = log.head()?.seq ?? null;
  const actor = createActor({
    log,
    clock,
    state,
    machineHash: machine_hash,
    gap,
    onSetAside: (found) => addNotice(notices, setAsideNotice(found)),
    onLog: ({ isWritable, message }) =>
      addNotice(notices, { code: isWritable ? "LOG_WRITABLE_AGAIN" : "LOG_UNWRITABLE", message }),
    onListenerError: (error) =>
      addNotice(notices, failureNotice("LISTENER_FAILED", "A listener failed", error)),
  });
  actor.watch((happening) => count(tally, happening));
  const versions = {
    package_version: PACKAGE_VERSION,
    xstate_version: XSTATE_VERSION,
    node: process.version,
    policy_hash: policyHashOf(),
  };
  actor.submit({ type: "runtime.started", ...versions, machine_hash, resumed_from }, "runtime");
  const config = configurationFor(configuration, state.host);
  // A new log begins with its configuration even where that is the default of this version.
  if (resumed_from === null || !isDeepStrictEqual(config, state.configuration))
    actor.submit({ type: "config.changed", config }, "runtime");
  return { actor, clock };
}

/** Time goes on from the last moment in the log, also where the computer's clock is behind it. */
function clockAfter(lastAt: number, notices: Notices): Clock {
  const clock = startClock(lastAt);
  const wall = Date.now();
  if (lastAt - wall <= JUMP_MS) return clock;
  const [clockTime, logTime] = [wall, lastAt].map((at) => new Date(at).toISOString());
  addNotice(notices, {
    code: "CLOCK_BEHIND_LOG",
    message: `The clock of this computer says ${clockTime}, but the log ends at ${logTime}; times in the log go on from there. Check the clock.`,
  });
  return clock;
}

async function lookAtProfile(folder: string, notices: Notices): Promise<void> {
  const { setAside } = await loadProfile(folder);
  if (setAside === null) return;
  const message = `The saved profile was damaged; it was put aside as ${setAside} and the host is detected anew.`;
  addNotice(notices, { code: "FILE_SET_ASIDE", message });
}
