/**
 * Freeing: what this runtime loaded on the card goes when the new rung does not use it.
 *
 * The idea: like leaving a rented hall. Who still dances finishes the dance, then the chairs go out, and
 * then one looks whether the hall is counted as free. How it went is told to the runtime as an input, so
 * that the log has it and a step that freed nothing can be followed by the next one. Also on a hard step
 * the jobs under way are waited for: the server holds the memory until they end in any case, and asking
 * sooner would let the deadline run out meanwhile and prove nothing. Rejected: unloading whatever lies on
 * the card; what others loaded is not ours.
 */
import { modelKeyOf } from "./domain/admission.ts";
import { NOT_OURS, UNLOAD_EFFECT } from "./domain/freed-nothing.ts";
import type { Input, TaskFinished } from "./domain/input.ts";
import type { Target } from "./domain/job.ts";
import { deviceOf } from "./domain/rung.ts";
import { isSameModel } from "./effects/loaded-models.ts";
import { type Unloaded, type UsedMemory, unload } from "./effects/unload.ts";
import { placeOf, type RuntimeState } from "./machines/runtime-state.ts";
import { policyIn } from "./replay/fold.ts";
import type { RuntimeActor } from "./runtime-actor-types.ts";
import type { WorkClock } from "./runtime-work-parts.ts";
import type { WorkQueue } from "./runtime-work-queue.ts";

/** What freeing works with. */
export interface FreeingParts {
  readonly actor: Pick<RuntimeActor, "state" | "watch" | "submit">;
  readonly queue: Pick<WorkQueue, "models" | "running" | "idle">;
  readonly clock: WorkClock;
  /** Longest wait for the memory to come back, ms. */
  readonly deadlineMs: number;
  /** Its abort ends everything, and nothing is told any more. */
  readonly signal: AbortSignal;
  /** Told of what nobody could foresee; freeing goes on. */
  readonly onError: (error: unknown) => void;
}

/** Begins to watch; ends with the signal. */
export function startFreeing(parts: FreeingParts): void {
  if (parts.signal.aborted) return;
  const freeing = new Freeing(parts);
  const unwatch = parts.actor.watch(({ input, outputs, state }) => {
    if (input?.type === "reading") freeing.see(input, state);
    if (input?.type === "task.finished") freeing.worked(input);
    if (outputs.some(({ type }) => type === "transition")) freeing.look();
  });
  parts.signal.addEventListener("abort", unwatch, { once: true });
}

/** Models of one server that are being unloaded. */
interface Flight {
  readonly batch: readonly Target[];
  readonly recall: AbortController;
}

class Freeing {
  readonly #parts: FreeingParts;
  /** Models whose jobs are waited for, that stand in line, or that are being unloaded. */
  readonly #pending = new Map<string, Target>();
  #ready: Target[] = [];
  #flight: Flight | null = null;
  #isWorking = false;
  /** A step came while a model was in flight; what it means for that one is looked at afterwards. */
  #isLookDue = false;
  #used: UsedMemory | null = null;
  /** By model, when it first answered here: samples from then on have it in them. */
  readonly #workedAt = new Map<string, number>();

  constructor(parts: FreeingParts) {
    this.#parts = parts;
  }

  /** Remembers what the meter showed: the card's, or the memory that card and processor share. */
  see({ at, vram, memory }: Extract<Input, { readonly type: "reading" }>, state: RuntimeState) {
    const usedMib = state.hasVram ? vram?.used_mib : usedOf(memory);
    const takenAt = (state.hasVram ? vram?.source_at : memory?.source_at) ?? at;
    if (usedMib != null) this.#used = { usedMib, takenAt };
  }

  /** A model that has answered is in memory as a whole; one that failed may be there in part. */
  worked({ at, provider, model, ok }: TaskFinished): void {
    if (!ok || provider !== "local" || model == null || this.#workedAt.has(model)) return;
    if (this.#workedAt.size >= MOST_MODELS) this.#workedAt.clear();
    this.#workedAt.set(model, at);
  }

  /** After a step: frees what is not used any more, and calls back what is used again. */
  look(): void {
    const { queue } = this.#parts;
    const flight = this.#flight;
    if (flight?.batch.some((target) => this.#isUsed(target)) === true) flight.recall.abort();
    const ours = [...queue.models.all(), ...queue.running().map(({ target }) => target)];
    for (const target of ours) {
      if (!isOnCard(target) || this.#isUsed(target)) continue;
      const key = modelKeyOf(target);
      if (this.#pending.has(key)) this.#isLookDue = true;
      else void this.#free(key, target);
    }
  }

  async #free(key: string, target: Target): Promise<void> {
    const { queue, signal } = this.#parts;
    this.#pending.set(key, target);
    await orAborted(queue.idle(target), signal);
    if (signal.aborted) return;
    this.#ready.push(target);
    if (!this.#isWorking) await this.#work();
  }

  /** One unload at a time: two at once could not be told apart on the meter. */
  async #work(): Promise<void> {
    this.#isWorking = true;
    while (this.#ready.length > 0 && !this.#parts.signal.aborted) {
      // Models that are free at the same step go together.
      await Promise.resolve();
      const address = this.#ready[0]?.address;
      const batch = this.#ready.filter((target) => target.address === address);
      this.#ready = this.#ready.filter((target) => target.address !== address);
      await this.#unloadAll(batch).catch(this.#parts.onError);
      for (const target of batch) this.#pending.delete(modelKeyOf(target));
      if (this.#isLookDue) {
        this.#isLookDue = false;
        this.look();
      }
    }
    this.#isWorking = false;
  }

  async #unloadAll(batch: readonly Target[]): Promise<void> {
    const { clock, deadlineMs, signal, queue } = this.#parts;
    const unused = batch.filter((target) => !this.#isUsed(target));
    const left = unused.filter((target) => !this.#isReplaced(target));
    for (const target of unused) if (!left.includes(target)) queue.models.forget(target);
    const [first] = left;
    if (first === undefined) return;
    const ours = left.filter((target) => !queue.models.stoodThere(target));
    const others = left.filter((target) => !ours.includes(target));
    const recall = new AbortController();
    this.#flight = { batch: left, recall };
    const ended = await unload({
      address: first.address,
      models: namesOf(ours),
      leave: namesOf(others),
      deadlineMs,
      clock,
      before: this.#sampleWith(ours),
      usedMemory: () => this.#used,
      signal: AbortSignal.any([signal, recall.signal]),
    });
    this.#flight = null;
    if (signal.aborted) return;
    const there = ours.filter(({ model }) => isStillThere(model, ended));
    for (const target of left) {
      if (there.includes(target)) continue;
      queue.models.forget(target);
      this.#workedAt.delete(target.model);
    }
    if (ours.length > 0 || ended.left.length > 0) this.#tell(first, there, ended);
  }

  /** The newest sample, if it is not of before one of these was loaded: a gain would look like none. */
  #sampleWith(batch: readonly Target[]): UsedMemory | null {
    const used = this.#used;
    if (used === null) return null;
    const isWithin = batch.every(({ model }) => {
      const workedAt = this.#workedAt.get(model);
      return workedAt !== undefined && used.takenAt >= workedAt;
    });
    return isWithin ? used : null;
  }

  /** A model that was gone before anybody asked freed nothing, and is no news. */
  #tell({ address }: Target, there: readonly Target[], ended: Unloaded): void {
    const { actor } = this.#parts;
    const { models, left, waitedMs, reason } = ended;
    const isNothing = models.length === 0 && reason === null;
    if (isNothing && left.length === 0) return;
    const place = placeOf(actor.state());
    const isCardLeft = place === null || deviceOf(place.tier, place.rung) !== "gpu";
    const detail = {
      models: there.length === 0 ? models : namesOf(there),
      left,
      address,
      device_left: isCardLeft ? "gpu" : null,
      // Where nothing was asked for, nothing came back; that is known without a meter.
      freed_mib: isNothing ? 0 : ended.freedMib,
      expected_mib: isNothing ? 0 : ended.expectedMib,
      waited_ms: waitedMs,
      reason: isNothing ? NOT_OURS : reason === "stopped" ? "wanted_again" : reason,
    };
    const type = there.length === 0 ? "effect.finished" : "effect.failed";
    actor.submit({ type, effect: UNLOAD_EFFECT, detail }, "effect");
  }

  /** True when the present rung plans to use this very model, loaded in this very way, on the card. */
  #isUsed({ model, num_ctx }: Target): boolean {
    const state = this.#parts.actor.state();
    const place = placeOf(state);
    if (place === null || deviceOf(place.tier, place.rung) !== "gpu") return false;
    const { vision, planning } = policyIn(state);
    return [vision, planning].some(
      (each) =>
        each.provider === "local" &&
        each.device === "auto" &&
        each.model === model &&
        each.num_ctx === num_ctx,
    );
  }

  /** The server holds a model once: loaded in another way for the present rung, it is the old one no more. */
  #isReplaced(target: Target): boolean {
    const { queue } = this.#parts;
    const ours = [...queue.models.all(), ...queue.running().map((running) => running.target)];
    return ours.some(
      (other) =>
        other.model === target.model &&
        other.address === target.address &&
        isOnCard(other) &&
        this.#isUsed(other),
    );
  }
}

function namesOf(targets: readonly Target[]): readonly string[] {
  return [...new Set(targets.map(({ model }) => model))];
}

/** More models than one host works with. */
const MOST_MODELS = 1000;

/** Ends of an unload after which the model is, or may be, still on the card. */
const STILL_THERE: readonly Unloaded["reason"][] = [
  "unreachable",
  "refused",
  "still_loaded",
  "stopped",
];

function isStillThere(model: string, { reason, models }: Unloaded): boolean {
  if (reason === null || !STILL_THERE.includes(reason)) return false;
  return !models.some((gone) => isSameModel(gone, model));
}

/** Only Ollama is asked: other servers hold what a person loaded there. */
function isOnCard({ device, provider, protocol }: Target): boolean {
  return device === "gpu" && provider === "local" && protocol === "ollama";
}

type MemoryOf = Extract<Input, { readonly type: "reading" }>["memory"];

function usedOf(memory: MemoryOf): number | null {
  if (memory?.total_mib == null || memory.available_mib == null) return null;
  return memory.total_mib - memory.available_mib;
}

/** Settles with the promise, or when the signal is aborted. */
function orAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      signal.removeEventListener("abort", done);
      resolve();
    };
    if (signal.aborted) return done();
    signal.addEventListener("abort", done, { once: true });
    void promise.then(done);
  });
}
