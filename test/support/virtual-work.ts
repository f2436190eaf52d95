/** The engine of work in virtual time: a real decider behind it, scripted model clients before it. */
import type { ChatChunk, ChatCompletion } from "../../src/domain/chat.ts";
import { DEFAULT_CONFIGURATION } from "../../src/domain/configuration.ts";
import type { Host } from "../../src/domain/host.ts";
import type { Failure, TaskOutcome } from "../../src/domain/input.ts";
import type { Target } from "../../src/domain/job.ts";
import type { ListedModel } from "../../src/effects/loaded-models.ts";
import type { ModelCall, ModelClient, ModelFailure } from "../../src/effects/model-client.ts";
import { withFootprints } from "../../src/policy/footprints.ts";
import { createCloudGate } from "../../src/runtime-cloud-gate.ts";
import { createWork, type WorkEngine } from "../../src/runtime-work.ts";
import type { WorkClock, WorkParts, WorkSettings } from "../../src/runtime-work-parts.ts";
import type { Job } from "../../src/runtime-work-types.ts";
import { withModels } from "./policy-situations.ts";
import { configurationWith, hostWith, Story } from "./stories.ts";

/** What a model does with one call: an answer after a while, or a failure. */
export interface Said {
  readonly afterMs?: number;
  readonly failure?: ModelFailure["failure"];
  readonly retryAfterMs?: number;
  /** Pieces said before the failure, or in all. */
  readonly pieces?: number;
}

/** A clock that goes when it is told to. */
export class VirtualClock implements WorkClock {
  #now = 0;
  #timers: { readonly at: number; readonly act: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  timeOf(moment: number): number {
    return moment;
  }

  after(ms: number, act: () => void): () => void {
    const timer = { at: this.#now + ms, act };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  get waiting(): number {
    return this.#timers.length;
  }

  /** Lets time pass; everything that is due happens in order, with all that follows from it. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settled();
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#now = Math.max(this.#now, due.at);
      this.#timers = this.#timers.filter((other) => other !== due);
      due.act();
      await settled();
    }
    this.#now = until;
    await settled();
  }
}

/** Everything that was promised has been done. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export interface VirtualWork {
  readonly story: Story;
  readonly clock: VirtualClock;
  readonly engine: WorkEngine;
  /** Targets asked so far. */
  readonly asked: readonly Target[];
  readonly outcomes: readonly TaskOutcome[];
  readonly announced: readonly Target[];
  /** For how long the cloud was closed, each time, ms. */
  readonly closings: readonly number[];
  /** What the models say from now on. */
  say(script: (target: Target) => Said): void;
  /** What the server lists as loaded from now on; at first it does not say. */
  list(next: () => readonly ListedModel[] | null): void;
  /** Calls that are open at the models. */
  open(): number;
  /** A reading, and whoever waited looks. */
  beat(given?: Parameters<Story["beat"]>[0], stepMs?: number): void;
}

export interface VirtualOptions {
  readonly host?: Host;
  readonly cloud?: Partial<typeof DEFAULT_CONFIGURATION.cloud>;
  readonly policy?: Partial<typeof DEFAULT_CONFIGURATION.policy>;
  readonly settings?: Partial<WorkSettings>;
  /** Beats before the first job; default 1. */
  readonly beats?: number;
  /** Real clients instead of scripted ones; the clock of the process goes with them. */
  readonly real?: { readonly clients: WorkParts["clients"]; readonly clock: WorkClock };
}

export const MODELS = ["qwen3.5:9b", "qwen3.5:4b", "qwen3.5:2b"] as const;

export const ALLOWED = { allowed: true, base_url: "https://cloud.example/v1" } as const;

/** A host with a card of 20 GB, Ollama with three models, and readings that leave room. */
export function virtualWork(options: VirtualOptions = {}): VirtualWork {
  const host = options.host ?? withModels(hostWith(), ...MODELS);
  const base = configurationWith({
    policy: { ...DEFAULT_CONFIGURATION.policy, ...options.policy },
    cloud: { ...DEFAULT_CONFIGURATION.cloud, ...options.cloud },
  });
  const story = new Story(host, withFootprints(base, host));
  const isCloudAllowed = options.cloud?.allowed === true;
  if (isCloudAllowed) story.send({ type: "cloud.probed", reachable: true });
  for (let beat = 0; beat < (options.beats ?? 1); beat += 1) story.beat();
  const clock = new VirtualClock();
  const time = options.real?.clock ?? clock;
  const asked: Target[] = [];
  const outcomes: TaskOutcome[] = [];
  const announced: Target[] = [];
  const closings: number[] = [];
  let script: (target: Target) => Said = () => ({});
  let open = 0;
  let lists: () => readonly ListedModel[] | null = () => null;
  const gate = createCloudGate({
    clock: time,
    tell: (reachable) => void story.send({ type: "cloud.probed", reachable }),
  });
  if (isCloudAllowed) gate.seen(true);
  const client: ModelClient = {
    async complete(call) {
      const said = script(take(call));
      const failure = await spoken(call, said);
      open -= 1;
      if (failure !== null) return { ok: false, failure };
      return { ok: true, completion: completionOf(call.target.model) };
    },
    async *stream(call) {
      const said = script(take(call));
      try {
        const failure = await spoken(call, said);
        for (let piece = 0; piece < (said.pieces ?? (failure === null ? 2 : 0)); piece += 1) {
          yield { type: "chunks", lines: [JSON.stringify(chunkOf(call.target.model, piece))] };
        }
        if (failure !== null) yield { type: "failed", failure };
      } finally {
        open -= 1;
      }
    },
  };
  const take = ({ target }: ModelCall): Target => {
    asked.push(target);
    open += 1;
    return target;
  };
  const spoken = (call: ModelCall, said: Said): Promise<ModelFailure | null> =>
    new Promise((resolve) => {
      const end = (failure: ModelFailure["failure"] | null): void => {
        cancel();
        call.signal.removeEventListener("abort", abort);
        resolve(failure === null ? null : failureOf(failure, said.retryAfterMs));
      };
      const abort = (): void => end("aborted");
      const isLate = (said.afterMs ?? 0) > call.firstTokenMs;
      const ms = Math.min(said.afterMs ?? 0, call.firstTokenMs);
      const cancel = clock.after(ms, () => end(isLate ? "timeout" : (said.failure ?? null)));
      call.signal.addEventListener("abort", abort, { once: true });
    });
  const record = (outcome: TaskOutcome): number => {
    outcomes.push(outcome);
    story.send({ type: "task.finished", ...outcome });
    return outcomes.length;
  };
  const engine = createWork({
    settings: { ...DEFAULT_CONFIGURATION.work, ...options.settings },
    clock: time,
    state: () => story.state,
    clients: options.real?.clients ?? { ollama: client, openai: client },
    listModels: async () => lists(),
    workedBefore: () => false,
    record,
    recordSoon: (outcome) => void record(outcome),
    transitionSeq: () => 1000,
    announceCloud: (_role, target) => void announced.push(target),
    closeCloud: (ms) => {
      closings.push(ms);
      gate.close(ms);
    },
  });
  return {
    story,
    clock,
    engine,
    asked,
    outcomes,
    announced,
    closings,
    say: (next) => {
      script = next;
    },
    list: (next) => {
      lists = next;
    },
    open: () => open,
    beat: (given, stepMs) => {
      story.beat(given, stepMs);
      engine.queue.look();
    },
  };
}

/** A job with one short question. */
export function jobOf(change: Partial<Job> = {}): Job {
  return {
    role: "vision",
    request: { messages: [{ role: "user", content: "What is here?" }] },
    ...change,
  };
}

function failureOf(failure: Failure | "aborted", retryAfterMs: number | undefined): ModelFailure {
  return {
    failure,
    status: null,
    message: `scripted ${failure}`,
    retry_after_ms: retryAfterMs ?? null,
  };
}

function completionOf(model: string): ChatCompletion {
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 0,
    model,
    choices: [
      { index: 0, message: { role: "assistant", content: "A dog." }, finish_reason: "stop" },
    ],
  };
}

function chunkOf(model: string, piece: number): ChatChunk {
  return {
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    created: 0,
    model,
    choices: [{ index: 0, delta: { content: `piece ${piece} ` }, finish_reason: null }],
  };
}
