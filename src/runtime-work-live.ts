/** The engine of work on a live runtime: its state, its log, its clients, and the real clock. */
import type { TaskOutcome } from "./domain/input.ts";
import type { Target } from "./domain/job.ts";
import { askLoaded } from "./effects/loaded-models.ts";
import type { ModelFailure } from "./effects/model-client.ts";
import { createOllamaClient } from "./effects/ollama-client.ts";
import { createOpenAiClient } from "./effects/openai-client.ts";
import type { RuntimeActor } from "./runtime-actor-types.ts";
import { type Announce, createAnnouncer } from "./runtime-announce.ts";
import { createCloudGate } from "./runtime-cloud-gate.ts";
import type { Desk } from "./runtime-desk.ts";
import { earlierWork } from "./runtime-earlier-work.ts";
import { startFreeing } from "./runtime-freeing.ts";
import { addNotice, failureNotice } from "./runtime-notices.ts";
import { createOwnUse } from "./runtime-own-use.ts";
import { transitionsOf } from "./runtime-questions.ts";
import { createWork, type WorkEngine } from "./runtime-work.ts";
import type { WorkClock } from "./runtime-work-parts.ts";

/** The clock of the process: it never goes back, and its timers keep nobody awake. */
export const PROCESS_CLOCK: WorkClock = {
  now: () => performance.now(),
  timeOf: (moment) => Math.round(Date.now() - (performance.now() - moment)),
  after(ms, act) {
    const timer = setTimeout(act, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Starts the engine of this desk; it ends with the desk. */
export function startWork(desk: Desk): WorkEngine {
  const { actor, configuration, stopping } = desk;
  const { work: settings } = configuration;
  let transitionSeq = transitionsOf(desk.log)[0]?.seq ?? null;
  desk.cloudGate = createCloudGate({
    clock: PROCESS_CLOCK,
    tell: (reachable) => {
      if (desk.isRunning) actor.submit({ type: "cloud.probed", reachable }, "sensor:cloud");
    },
  });
  const soon = createSoon(actor);
  const engine = createWork({
    settings,
    clock: PROCESS_CLOCK,
    state: () => actor.state(),
    clients: {
      ollama: createOllamaClient({ keepAliveMs: settings.keep_alive_ms }),
      openai: createOpenAiClient({ keyOf: (target) => keyFor(target, desk) }),
    },
    listModels: askLoaded,
    workedBefore: earlierWork({
      log: desk.log,
      now: desk.clock.now,
      keepAliveMs: settings.keep_alive_ms,
    }),
    record: (outcome) => {
      // In the order in which the jobs ended.
      soon.flush();
      const entries = actor.submit({ type: "task.finished", ...outcome }, "runtime");
      return entries.find(({ type }) => type === "task.finished")?.seq ?? null;
    },
    recordSoon: soon.add,
    transitionSeq: () => transitionSeq,
    announceCloud: announcerFor(desk),
    closeCloud: (ms, failure) => closeCloud(desk, ms, failure),
  });
  const { models } = engine.queue;
  desk.modelLooks = {
    now: PROCESS_CLOCK.now,
    tell: (look) => models.see(look),
    miss: () => models.miss(),
  };
  const timeOf = (moment: number) => desk.clock.timeOf(PROCESS_CLOCK.timeOf(moment));
  desk.ownUse = createOwnUse({ models, timeOf });
  const unwatch = actor.watch(({ input, entries }) => {
    for (const { type, seq } of entries) if (type === "transition") transitionSeq = seq;
    // An outcome frees no place by itself: its job gives the place back and looks then.
    if (input !== undefined && input.type !== "task.finished") engine.queue.look();
  });
  if (settings.unload) freeWith(desk, engine);
  stopping.signal.addEventListener(
    "abort",
    () => {
      unwatch();
      engine.close();
      // The log is still open: what ended well just now is written down.
      soon.flush();
      desk.cloudGate?.end();
    },
    { once: true },
  );
  return engine;
}

/** Outcomes one turn of the event loop later; those of one turn share one write, for each waits for the disk. */
function createSoon(actor: RuntimeActor) {
  let outcomes: TaskOutcome[] = [];
  let turn: NodeJS.Immediate | null = null;
  const flush = (): void => {
    if (turn !== null) clearImmediate(turn);
    turn = null;
    const due = outcomes;
    outcomes = [];
    if (due.length === 0) return;
    actor.submitAll(
      due.map((outcome) => ({ type: "task.finished", ...outcome })),
      "runtime",
    );
  };
  return {
    flush,
    add(outcome: TaskOutcome): void {
      outcomes.push(outcome);
      turn ??= setImmediate(flush);
    },
  };
}

function freeWith({ actor, stopping, configuration, notices }: Desk, { queue }: WorkEngine): void {
  startFreeing({
    actor,
    queue,
    clock: PROCESS_CLOCK,
    deadlineMs: configuration.work.unload_wait_ms,
    signal: stopping.signal,
    onError: (error) =>
      addNotice(notices, failureNotice("LISTENER_FAILED", "Freeing failed", error)),
  });
}

/** The key belongs to the configured provider and to nobody else. */
function keyFor({ provider, address }: Target, { configuration }: Desk): string | null {
  const isOurs = provider === "cloud" && address === configuration.cloud.base_url;
  return isOurs ? configuration.work.cloud_key : null;
}

function announcerFor(desk: Desk): Announce {
  const { actor, clock, notices } = desk;
  return createAnnouncer({
    submit: (input, name) => (desk.isRunning ? actor.submit(input, name) : []),
    notify: (notice) => addNotice(notices, notice),
    now: clock.now,
  });
}

function closeCloud(desk: Desk, ms: number, { failure, message }: ModelFailure): void {
  desk.cloudGate?.close(ms);
  const seconds = Math.ceil(ms / 1000);
  const remedy =
    failure === "auth"
      ? "check work.cloud_key and the account"
      : "wait, or raise the quota with the provider";
  addNotice(desk.notices, {
    code: "CLOUD_CLOSED",
    message: `The cloud provider refused work (${failure}: ${message}); nothing is sent there for ${seconds} s; ${remedy}.`,
  });
}
