/**
 * The stairwell: opens the log, detects the host, wires sensors → stream → actor, and answers.
 *
 * The only place where the rooms meet. It holds no rules: what is true comes from `detect` and `streams`,
 * what follows from `decide`, what it means from the projections.
 */
import { randomUUID } from "node:crypto";
import { homedir } from "node:os";
import { type Detection, detectHost } from "./detect/detect.ts";
import { type HostView, REAL_ROOT } from "./detect/probe.ts";
import { loadProfile, saveProfile } from "./detect/profile-file.ts";
import { decisionPartOf, type FullConfiguration, type Language } from "./domain/configuration.ts";
import { parseConfiguration } from "./domain/configuration-parse.ts";
import { overridesOfEnvironment, withOverrides } from "./domain/configuration-text.ts";
import { RuntimeProfileError } from "./domain/error.ts";
import type { Host } from "./domain/host.ts";
import { withKnownCards } from "./domain/host-continuity.ts";
import { profileDocumentOf } from "./domain/profile-document.ts";
import { PACKAGE_VERSION } from "./domain/version.ts";
import { defaultDataFolder } from "./log/data-folder.ts";
import { lockFolder } from "./log/folder-lock.ts";
import { openLog } from "./log/sqlite-log.ts";
import type { LogStore } from "./log/store.ts";
import { placeOf } from "./machines/decider.ts";
import { XSTATE_VERSION } from "./machines/runtime-machine.ts";
import { resolveFootprints } from "./policy/footprints.ts";
import { explainIn } from "./replay/explain.ts";
import { policyIn } from "./replay/fold.ts";
import {
  explanationIn,
  type Frame,
  monitorIn,
  profileIn,
  snapshotIn,
  statusIn,
} from "./replay/projection.ts";
import { createActor, type RuntimeActor } from "./runtime-actor.ts";
import { changesOf } from "./runtime-changes.ts";
import { startClock } from "./runtime-clock.ts";
import { checkedRung, pageOf, transitionsOf } from "./runtime-questions.ts";
import { closeSensors, inputOfMetric, sensorsFor } from "./runtime-sensors.ts";
import { machineHashOf, stateFromLog } from "./runtime-start.ts";
import type { Change, Notice, Runtime, RuntimeOptions } from "./runtime-types.ts";
import { type Metric, metricsOf, type Sensors } from "./streams/metrics.ts";

/** Everything one runtime holds while it runs. */
interface Desk {
  readonly options: RuntimeOptions;
  readonly configuration: FullConfiguration;
  readonly view: HostView;
  readonly folder: string;
  readonly log: LogStore;
  readonly actor: RuntimeActor;
  readonly clock: ReturnType<typeof startClock>;
  readonly notices: Notice[];
  readonly stopping: AbortController;
  sensors: Sensors | null;
  endStream: (() => void) | null;
  droppedBeats: number;
  isRunning: boolean;
}

/**
 * Starts a runtime on a data folder. Resolves when the host is detected (at most 3 s), or at once with
 * `waitForDetection: false`. Throws RP_SECOND_INSTANCE, RP_DATA_FOLDER.
 */
export async function createRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  const env = options.env ?? process.env;
  const folder = options.dataFolder ?? defaultDataFolder(process.platform, env, homedir());
  const lock = lockFolder(folder);
  try {
    const desk = await openDesk(options, lock.folder);
    const detected = firstDetection(desk);
    if (options.waitForDetection !== false) await detected;
    return runtimeOf(desk, detected, () => lock.release());
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function openDesk(options: RuntimeOptions, folder: string): Promise<Desk> {
  const { log, setAside } = openLog({ folder, mode: "write", boot: randomUUID() });
  const notices: Notice[] = [];
  if (setAside !== null)
    notices.push({
      code: "FILE_SET_ASIDE",
      message: `The log was ${setAside.reason} (${setAside.detail}); it was put aside as ${setAside.path} and a new one was begun.`,
    });
  const machineHash = machineHashOf();
  const state = stateFromLog(log, machineHash);
  const clock = startClock(state.at);
  const onLog = ({ isWritable, message }: { isWritable: boolean; message: string }) =>
    void notices.push({ code: isWritable ? "LOG_WRITABLE_AGAIN" : "LOG_UNWRITABLE", message });
  const resumed_from = log.head()?.seq ?? null;
  const actor = createActor({ log, clock, state, machineHash, onLog });
  const versions = {
    package_version: PACKAGE_VERSION,
    xstate_version: XSTATE_VERSION,
    node: process.version,
  };
  actor.submit(
    { type: "runtime.started", ...versions, machine_hash: machineHash, resumed_from },
    "runtime",
  );
  const view: HostView = {
    env: options.env ?? process.env,
    root: options.root ?? REAL_ROOT,
    platform: process.platform,
  };
  const profile = await loadProfile(folder);
  if (profile.setAside !== null) {
    const message = `The saved profile was damaged; it was put aside as ${profile.setAside} and the host is detected anew.`;
    notices.push({ code: "FILE_SET_ASIDE", message });
  }
  const configuration = options.configuration ?? configurationFrom(options.env ?? process.env);
  const running = { sensors: null, endStream: null, droppedBeats: 0, isRunning: true };
  return {
    options,
    configuration,
    view,
    folder,
    log,
    actor,
    clock,
    notices,
    stopping: new AbortController(),
    ...running,
  };
}

/** The defaults with what the environment says, for library users who give no configuration. */
function configurationFrom(env: Readonly<Record<string, string | undefined>>): FullConfiguration {
  return parseConfiguration(withOverrides({}, overridesOfEnvironment(env)));
}

/** The first host starts the sensors; a fuller one that comes later replaces it. */
async function firstDetection(desk: Desk): Promise<void> {
  const { host, late } = await detect(desk);
  if (!desk.isRunning) return;
  await applyHost(desk, host);
  void late?.then((fuller) => (desk.isRunning ? applyHost(desk, fuller) : undefined));
}

function detect(desk: Desk): Promise<Detection> {
  const { view, configuration, stopping } = desk;
  return detectHost({
    env: view.env,
    root: view.root,
    ollamaHost: configuration.ollama.host,
    signal: stopping.signal,
  });
}

/** Configuration first, so that the host is judged by the footprints that belong to it. */
async function applyHost(desk: Desk, found: Host): Promise<void> {
  const host = withKnownCards(desk.actor.state().host, found);
  configureFor(desk, host);
  desk.actor.submit({ type: "host.detected", host }, "probe");
  restartStream(desk, host);
  const tier = placeOf(desk.actor.state())?.tier ?? null;
  try {
    const path = await saveProfile(desk.folder, profileDocumentOf(host, tier));
    desk.notices.push({ code: "PROFILE_SAVED", message: path });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    desk.notices.push({ code: "PROFILE_NOT_SAVED", message });
  }
}

/** Footprints of the policy table travel in `config.changed`; sent only when something differs. */
function configureFor(desk: Desk, host: Host): void {
  const decision = decisionPartOf(desk.configuration);
  const footprints = resolveFootprints(host, decision);
  const config = { ...decision, policy: { ...decision.policy, footprints } };
  const state = desk.actor.state();
  if (state.host !== null && JSON.stringify(config) === JSON.stringify(state.configuration)) return;
  desk.actor.submit({ type: "config.changed", config }, "runtime");
}

function restartStream(desk: Desk, host: Host): void {
  desk.endStream?.();
  if (desk.sensors !== null) closeSensors(desk.sensors);
  const sensors = sensorsFor(host, desk.view, desk.configuration);
  const onDroppedBeat = () => {
    desk.droppedBeats += 1;
  };
  const metrics = metricsOf({
    sensors,
    beats: desk.configuration.sensors,
    timeOf: desk.clock.timeOf,
    onDroppedBeat,
  });
  const subscription = metrics.subscribe((metric) => takeMetric(desk, metric));
  desk.sensors = sensors;
  desk.endStream = () => subscription.unsubscribe();
}

function takeMetric(desk: Desk, metric: Metric): void {
  const { input, name } = inputOfMetric(metric);
  desk.actor.submit(input, name);
  const { host } = desk.actor.state();
  // Other models mean other footprints.
  if (metric.type === "models" && host !== null) configureFor(desk, host);
}

function runtimeOf(desk: Desk, detected: Promise<void>, release: () => void): Runtime {
  const { actor, log, notices, folder, configuration } = desk;
  const ownLanguage =
    desk.options.language ?? (configuration.language === "auto" ? "en" : configuration.language);
  const frame = (language: Language = ownLanguage): Frame => ({
    language,
    seq: actor.seq(),
    isRunning: desk.isRunning,
    droppedBeats: desk.droppedBeats,
    timeOf: (at) => new Date(at).toISOString(),
  });
  const snapshot = (language?: Language) => snapshotIn(actor.state(), frame(language));
  const onChange = (isWanted: boolean, listener: (change: Change) => void) =>
    actor.subscribe((entries) => {
      const found = changesOf(entries, { language: ownLanguage, policy: policyIn(actor.state()) });
      for (const { change, isUp } of found) if (isUp === isWanted) listener(change);
    });
  return {
    hostId: log.hostId,
    dataFolder: folder,
    configuration,
    language: ownLanguage,
    notices,
    detected,
    seq: () => actor.seq(),
    profile: (language) => profileIn(actor.state(), frame(language)),
    policy: () => policyIn(actor.state()),
    monitor: () => monitorIn(actor.state(), frame()),
    explanation: (language = ownLanguage) => explanationIn(actor.state(), language),
    snapshot,
    status: (language) => statusIn(actor.state(), frame(language)),
    explain: (language) => explainIn(actor.state(), frame(language), transitionsOf(log)),
    events: (query) => pageOf(log, query),
    event: (seq) => log.entry(seq),
    subscribe: (listener) => actor.subscribe(listener),
    onDegraded: (listener) => onChange(false, listener),
    onRecovered: (listener) => onChange(true, listener),
    shouldUseCpuForVision: () => policyIn(actor.state()).vision.device === "cpu",
    recordTask: (outcome) => {
      expectRunning(desk);
      actor.submit({ type: "task.finished", ...outcome }, "api");
      return snapshot();
    },
    degrade: ({ rung = null, reason = null } = {}) => {
      expectRunning(desk);
      actor.submit(
        { type: "degrade.requested", rung: checkedRung(actor.state(), rung), reason },
        "user",
      );
      return snapshot();
    },
    restore: ({ reason = null } = {}) => {
      expectRunning(desk);
      actor.submit({ type: "restore.requested", reason }, "user");
      return snapshot();
    },
    reload: async () => {
      expectRunning(desk);
      await firstDetection(desk);
      return profileIn(actor.state(), frame());
    },
    stop: async (reason = "asked") => stopDesk(desk, reason, release),
  };
}

async function stopDesk(desk: Desk, reason: string, release: () => void): Promise<void> {
  if (!desk.isRunning) return;
  desk.isRunning = false;
  desk.stopping.abort();
  desk.endStream?.();
  if (desk.sensors !== null) closeSensors(desk.sensors);
  desk.actor.submit({ type: "runtime.stopped", reason }, "runtime");
  desk.actor.checkpoint();
  desk.log.close();
  release();
}

function expectRunning(desk: Desk): void {
  if (desk.isRunning) return;
  throw new RuntimeProfileError(
    "RP_STOPPED",
    "This runtime was stopped; start a new one with createRuntime().",
  );
}
