/**
 * The stairwell: opens the log, detects the host, wires sensors → stream → actor, and answers.
 *
 * The only place where the rooms meet. It holds no rules: what is true comes from `detect` and `streams`,
 * what follows from `decide`, what it means from the projections.
 */
import { homedir } from "node:os";
import { abandonedChildren } from "./detect/helper-child.ts";
import type { FullConfiguration, Language } from "./domain/configuration.ts";
import { parseConfiguration } from "./domain/configuration-parse.ts";
import { overridesOfEnvironment, withOverrides } from "./domain/configuration-text.ts";
import { RuntimeProfileError } from "./domain/error.ts";
import { defaultDataFolder } from "./log/data-folder.ts";
import { lockFolder } from "./log/folder-lock.ts";
import { explainIn } from "./replay/explain.ts";
import { policyIn } from "./replay/fold.ts";
import { metricsIn } from "./replay/metrics-view.ts";
import {
  explanationIn,
  type Frame,
  monitorIn,
  profileIn,
  snapshotIn,
  statusIn,
} from "./replay/projection.ts";
import type { SnapshotView } from "./replay/views.ts";
import type { RuntimeActor } from "./runtime-actor-types.ts";
import { changesIn } from "./runtime-changes.ts";
import { abandonDesk, type Desk, endWatching, languageOf, openDesk } from "./runtime-desk.ts";
import { detectAnew, watchForSleep } from "./runtime-detection.ts";
import { fitOn } from "./runtime-fit.ts";
import { historyOn } from "./runtime-history.ts";
import { isoOf, snapshotOn } from "./runtime-moment.ts";
import { addNotice, failureNotice } from "./runtime-notices.ts";
import { logViewOf, searchSteps } from "./runtime-pages.ts";
import { verifyOn, whatIfOn } from "./runtime-past.ts";
import { checkedRung, isPruned, pageOf, transitionsOf } from "./runtime-questions.ts";
import { inSlices } from "./runtime-slices.ts";
import { logFiguresOf } from "./runtime-tally.ts";
import type { Change, Runtime, RuntimeOptions } from "./runtime-types.ts";
import type { WorkEngine } from "./runtime-work.ts";
import { startWork } from "./runtime-work-live.ts";
import type { Work } from "./runtime-work-types.ts";

/**
 * Starts a runtime on a data folder. Resolves when the host is detected (at most 3 s), or at once with
 * `waitForDetection: false`. Throws RP_CONFIGURATION, RP_SECOND_INSTANCE, RP_DATA_FOLDER.
 */
export async function createRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  const env = options.env ?? process.env;
  const configuration = options.configuration ?? configurationFrom(env);
  const place = options.dataFolder ?? defaultDataFolder(process.platform, env, homedir());
  const { folder, release } = lockFolder(place);
  let desk: Desk | null = null;
  try {
    desk = await openDesk({ options, configuration, folder });
    watchForSleep(desk);
    const work = startWork(desk);
    const detected = detectAnew(desk);
    if (options.waitForDetection === false) noticeFailure(detected, desk);
    else await detected;
    return runtimeOf(desk, { detected, work, release });
  } catch (error) {
    if (desk !== null) abandonDesk(desk);
    release();
    throw error;
  }
}

/** Who waits for the detection is told by the promise; the daemon goes on without a host. */
function noticeFailure(detected: Promise<void>, { notices }: Desk): void {
  detected.catch((error) =>
    addNotice(notices, failureNotice("DETECTION_FAILED", "The host was not detected", error)),
  );
}

/** The defaults with what the environment says, for library users who give no configuration. */
function configurationFrom(env: Readonly<Record<string, string | undefined>>): FullConfiguration {
  return parseConfiguration(withOverrides({}, overridesOfEnvironment(env)));
}

/** What a runtime answers with beside its desk. */
interface Started {
  readonly detected: Promise<void>;
  readonly work: WorkEngine;
  /** Gives the folder's lock back. */
  readonly release: () => void;
}

function runtimeOf(desk: Desk, { detected, work, release }: Started): Runtime {
  const { actor, log, notices, tally, folder, configuration } = desk;
  const ownLanguage = languageOf(desk);
  let told = { seq: actor.seq(), droppedBeats: desk.droppedBeats };
  const frame = (language: Language = ownLanguage): Frame => {
    // Dropped beats are told with the next entry, so that one number never names two answers.
    if (told.seq !== actor.seq()) told = { seq: actor.seq(), droppedBeats: desk.droppedBeats };
    return { ...told, language, isRunning: desk.isRunning, timeOf: isoOf };
  };
  const snapshot = (language?: Language) => snapshotIn(actor.state(), frame(language));
  const onChange = changeWatch(actor, ownLanguage);
  let stopped: Promise<void> | null = null;
  return {
    hostId: log.hostId,
    dataFolder: folder,
    configuration,
    language: ownLanguage,
    notices: notices.list,
    detected,
    seq: () => actor.seq(),
    profile: (language) => profileIn(actor.state(), frame(language)),
    policy: () => policyIn(actor.state()),
    monitor: () => monitorIn(actor.state(), frame()),
    metrics: () => {
      const counted = { tally, log: logFiguresOf(log, notices), abandoned: abandonedChildren() };
      return metricsIn(actor.state(), frame(), counted);
    },
    explanation: (language = ownLanguage) => explanationIn(actor.state(), language),
    snapshot,
    ...pastOf(desk, ownLanguage),
    fit: (wish, language = ownLanguage) => fitOn(desk, wish, language),
    status: (language) => statusIn(actor.state(), frame(language)),
    explain: (language) => explainIn(actor.state(), frame(language), transitionsOf(log)),
    events: (query) => pageOf(log, query),
    event: (seq) => log.entry(seq),
    isPruned: (query) => isPruned(log, query),
    log: () => logViewOf(log),
    subscribe: (listener) => actor.subscribe(listener),
    onDegraded: (listener) => onChange(false, listener),
    onRecovered: (listener) => onChange(true, listener),
    shouldUseCpuForVision: () => policyIn(actor.state()).vision.device === "cpu",
    ...controlsOf(desk, snapshot),
    work: workOf(work),
    reload: async () => {
      expectRunning(desk);
      await detectAnew(desk);
      return profileIn(actor.state(), frame());
    },
    stop: (reason = "asked") => {
      // Who stops the first time is told what went wrong; a second call only waits.
      if (stopped !== null) return stopped.catch(() => undefined);
      stopped = stopDesk(desk, reason, release);
      return stopped;
    },
  };
}

/** What callers tell the runtime. */
function controlsOf(
  desk: Desk,
  snapshot: () => SnapshotView,
): Pick<Runtime, "recordTask" | "degrade" | "restore"> {
  const { actor } = desk;
  return {
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
  };
}

/** As much of the engine as callers have. */
function workOf(engine: WorkEngine): Work {
  return {
    complete: (job) => engine.complete(job),
    stream: (job) => engine.stream(job),
    view: () => engine.view(),
  };
}

/** Questions about the past, in slices; all but pages of the log read a frozen view of it. */
function pastOf(
  { runs, folder, log }: Desk,
  ownLanguage: Language,
): Pick<Runtime, "search" | "snapshotAt" | "history" | "verify" | "whatIf"> {
  return {
    search: (search) => runs.begin((signal) => inSlices(searchSteps(log, search), { signal })),
    snapshotAt: (moment, language = ownLanguage) =>
      runs.begin((signal) => snapshotOn(folder, { moment, language, signal })),
    history: (request, slices = {}) =>
      runs.begin((signal) => historyOn(folder, request, { ...slices, signal }), slices.signal),
    verify: (request = {}) =>
      runs.begin((signal) => verifyOn(folder, { ...request, signal }), request.signal),
    whatIf: (request, slices = {}) =>
      runs.begin((signal) => whatIfOn(folder, request, { ...slices, signal }), slices.signal),
  };
}

/** Subscribes to steps down (`isUp` false) or up. */
function changeWatch(actor: RuntimeActor, language: Language) {
  return (isUp: boolean, listener: (change: Change) => void): (() => void) =>
    actor.watch((happening) => {
      const found = changesIn(happening, language).filter((each) => each.isUp === isUp);
      // What a listener answers goes back, so that a promise that fails is seen.
      const answers = found.map(({ change }): unknown => listener(change));
      return answers.length === 0 ? undefined : Promise.all(answers);
    });
}

/** Whatever fails on the way, log and lock are given back. */
async function stopDesk(desk: Desk, reason: string, release: () => void): Promise<void> {
  try {
    endWatching(desk);
    // Only where there are any: without hooks the last entry is written before anybody waits.
    if (desk.hooks !== null) await desk.hooks.stop();
    desk.actor.submit({ type: "runtime.stopped", reason }, "runtime");
    desk.actor.checkpoint();
  } finally {
    try {
      desk.log.close();
      await desk.saving;
      await desk.runs.ended();
    } finally {
      release();
    }
  }
}

function expectRunning(desk: Desk): void {
  if (desk.isRunning) return;
  throw new RuntimeProfileError(
    "RP_STOPPED",
    "This runtime was stopped; start a new one with createRuntime().",
  );
}
