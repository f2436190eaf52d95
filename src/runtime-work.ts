/**
 * The engine of work: a job in, an answer with its receipt out, or a refusal that says why.
 *
 * Each round asks the policy and the pressures of that moment, takes a place, asks the model, and reports
 * how it went. A failure that speaks about the resource sends the job to the next feasible rung, each place
 * once; a cold load is waited for; a bad request goes back to the caller and counts against nobody. After
 * the first token nothing is tried elsewhere. Whatever happens, the place is given back exactly once.
 */
import type { Failure, TaskOutcome } from "./domain/input.ts";
import type { Receipt, RefusalKind, Target } from "./domain/job.ts";
import { isModelLost, treatmentOf } from "./domain/treatment.ts";
import type { ModelCall, ModelClient, ModelFailure } from "./effects/model-client.ts";
import { type Choosing, choose } from "./runtime-work-choice.ts";
import { begunJob, type Ended, GONE, OVER, type Running, untilLoaded } from "./runtime-work-job.ts";
import type { WorkParts } from "./runtime-work-parts.ts";
import { createQueue, type Entered, type WorkQueue } from "./runtime-work-queue.ts";
import { readingInTime } from "./runtime-work-reader.ts";
import { receiptOf, refusalOf, type Told } from "./runtime-work-receipt.ts";
import { firstToken, type Opened, type WholeStream, wholeOf } from "./runtime-work-stream.ts";
import type {
  Job,
  Work,
  WorkAnswer,
  WorkFailed,
  WorkStream,
  WorkView,
} from "./runtime-work-types.ts";
import { workViewOf } from "./runtime-work-view.ts";

/** The engine, and what the stairwell needs of it. */
export interface WorkEngine extends Work {
  readonly queue: WorkQueue;
  /** Refuses who waits and who comes, and ends what runs. */
  close(): void;
}

/** The longest that a provider can close itself: a day; what claims more is asked again. */
const CLOSED_MOST_MS = 86_400_000;

/** An engine without work. */
export function createWork(parts: WorkParts): WorkEngine {
  return new Engine(parts);
}

type Placed = Extract<Entered, { readonly target: Target }>;
type Attempted<Answer> = (running: Running, placed: Placed) => Promise<Ended<Answer>>;

class Engine implements WorkEngine {
  readonly queue: WorkQueue;
  readonly #parts: WorkParts;
  readonly #jobs = new Map<number, Running>();
  readonly #counts = { done: 0, failed: 0, refused: 0, aborted: 0, moved: 0 };
  #lastId = 0;
  #cloudClosedUntil: number | null = null;

  constructor(parts: WorkParts) {
    this.#parts = parts;
    const { settings, clock, listModels, workedBefore } = parts;
    this.queue = createQueue({
      clock,
      listModels,
      workedBefore,
      limit: settings.queue_limit,
      keepAliveMs: settings.keep_alive_ms,
      choose: (job) => this.#choose(job),
    });
  }

  complete(job: Job): Promise<WorkAnswer> {
    return this.#run(job, async (running, placed): Promise<Ended<WorkAnswer>> => {
      const answer = await this.#client(placed).complete(this.#call(running, placed));
      if (!answer.ok) return { failure: answer.failure };
      const receipt = this.#receipt(running, placed);
      this.#finish(running, placed, null);
      this.queue.models.answers(placed.target);
      return { answer: { ok: true, receipt, completion: answer.completion } };
    });
  }

  stream(job: Job): Promise<WorkStream> {
    return this.#run(job, async (running, placed): Promise<Ended<WorkStream>> => {
      const opened = await firstToken(this.#client(placed).stream(this.#call(running, placed)));
      if (!opened.ok) return { failure: opened.failure };
      this.queue.models.answers(placed.target);
      const receipt = this.#receipt(running, placed);
      return { answer: { ok: true, receipt, ...this.#whole(running, placed, opened) } };
    });
  }

  close(): void {
    this.queue.close();
    for (const { end } of this.#jobs.values()) end.abort();
  }

  view(): WorkView {
    return workViewOf({
      clock: this.#parts.clock,
      queue: this.queue,
      jobs: this.#jobs.values(),
      limit: this.#parts.settings.queue_limit,
      counts: this.#counts,
      cloudClosedUntil: this.#cloudClosedUntil,
    });
  }

  #choose(job: Choosing) {
    const { settings, clock, state } = this.#parts;
    return choose(job, {
      state: state(),
      running: this.queue.running(),
      isLoaded: (target) => this.queue.models.isLoaded(target),
      atOnce: { local: settings.local_at_once, cloud: settings.cloud_at_once },
      cloudClosedUntil: this.#cloudClosedUntil,
      now: clock.now(),
    });
  }

  /** Rounds until the job has its answer, is refused, or its caller has gone. */
  async #run<Answer>(job: Job, attempt: Attempted<Answer>): Promise<Answer | WorkFailed> {
    this.#lastId += 1;
    const running = begunJob(job, this.#lastId, this.#parts.clock.now());
    this.#jobs.set(running.id, running);
    for (;;) {
      const entered = await this.#enter(running);
      if ("isAborted" in entered) return this.#gone(running);
      if ("refusal" in entered) {
        const { refusal: kind, why: message, retryAfterMs } = entered;
        return this.#refuse(running, { kind, message, retryAfterMs });
      }
      const ended = await this.#attempted(running, entered, attempt);
      if ("answer" in ended) return ended.answer;
      const stopped = this.#failed(running, entered, ended.failure);
      if (stopped !== null) return stopped;
    }
  }

  async #enter(running: Running): Promise<Entered> {
    const { clock, settings } = this.#parts;
    const { id, job, attempts, tried, end } = running;
    const since = clock.now();
    running.target = null;
    const { role, usesPolicy = true, isLocalOnly = false } = job;
    const choosing = { role, usesPolicy, isLocalOnly, attempts, tried };
    const waitMs = Math.max(0, (job.waitMs ?? settings.wait_ms) - running.waitedMs);
    const entered = await this.queue.enter({ id, since, waitMs, signal: end.signal, choosing });
    running.waitedMs += Math.round(clock.now() - since);
    if (!("target" in entered)) return entered;
    if (end.signal.aborted) {
      entered.release(false);
      return { isAborted: true };
    }
    running.target = entered.target;
    running.targetSince = clock.now();
    if (entered.target.provider === "cloud") this.#parts.announceCloud(role, entered.target);
    return entered;
  }

  async #attempted<Answer>(
    running: Running,
    placed: Placed,
    attempt: Attempted<Answer>,
  ): Promise<Ended<Answer>> {
    await this.queue.models.beforeSending(placed.target);
    if (running.end.signal.aborted) return { failure: GONE };
    return untilLoaded(running, () => attempt(running, placed), this.#parts);
  }

  #client({ target }: Placed): ModelClient {
    return this.#parts.clients[target.protocol];
  }

  /** The request leaves: from here on the server may load its model, whatever becomes of the job. */
  #call({ job, end, targetSince }: Running, { target }: Placed): ModelCall {
    const { settings, clock } = this.#parts;
    this.queue.models.sent(target);
    const { role, request } = job;
    const firstTokenMs = Math.max(1, settings.first_token_ms - (clock.now() - targetSince));
    return { role, target, request, signal: end.signal, firstTokenMs, idleMs: settings.idle_ms };
  }

  #whole(
    running: Running,
    placed: Placed,
    opened: Extract<Opened, { readonly ok: true }>,
  ): WholeStream {
    const { clock, settings } = this.#parts;
    const { end } = running;
    const whole = wholeOf(opened, end.signal, (failure) => this.#finish(running, placed, failure));
    const inTime = readingInTime({ clock, idleMs: settings.idle_ms, end });
    return { pieces: inTime(whole.pieces), events: inTime(whole.events) };
  }

  /** An attempt that gave an answer is over; `failure` where it broke off after its first token. */
  #finish(running: Running, { target, release }: Placed, said: ModelFailure | null): void {
    if (!this.#jobs.delete(running.id)) return;
    const failure = said?.failure ?? null;
    running.end.abort(OVER);
    this.#counts[failure === null ? "done" : failure === "aborted" ? "aborted" : "failed"] += 1;
    release(failure === null || failure === "aborted");
    if (said !== null && failure !== null && failure !== "aborted") {
      this.#parts.record(outcomeOf(running, target, failure));
      this.#heed(target, failure, said);
    }
    // What went well is told after the answer; what failed decides where the next job goes.
    if (failure === null) this.#parts.recordSoon(outcomeOf(running, target, null));
  }

  /** What a failure means for the jobs to come: a closed cloud, a model that is not loaded any more. */
  #heed(target: Target, failure: Failure, said: ModelFailure): void {
    const { closesCloudMs } = treatmentOf(failure);
    if (closesCloudMs !== null && target.provider === "cloud")
      this.#closeCloud(closesCloudMs, said);
    if (isModelLost(failure)) this.queue.models.doubt(target);
  }

  /** Reports a failed attempt; `null`: the job goes on to another place. */
  #failed(running: Running, { target, release }: Placed, said: ModelFailure): WorkFailed | null {
    const { failure, message } = said;
    const isGone = failure === "aborted" || running.end.signal.aborted;
    if (isGone) {
      release(false);
      return this.#gone(running);
    }
    const seq = this.#parts.record(outcomeOf(running, target, failure));
    const { next } = treatmentOf(failure);
    this.#heed(target, failure, said);
    const { rung, provider, model } = target;
    running.attempts.push({ rung, provider, model, failure, seq, message });
    running.tried.push(target);
    release(false);
    if (next === "stop") {
      const why = `The request was refused by ${model}: ${message}`;
      return this.#refuse(running, { kind: "failed", message: why, retryAfterMs: null });
    }
    this.#counts.moved += 1;
    return null;
  }

  #closeCloud(usualMs: number, failure: ModelFailure): void {
    const { clock } = this.#parts;
    const ms = Math.min(failure.retry_after_ms ?? usualMs, CLOSED_MOST_MS);
    this.#cloudClosedUntil = Math.max(clock.now() + ms, this.#cloudClosedUntil ?? 0);
    clock.after(ms, () => this.queue.look());
    this.#parts.closeCloud(ms, failure);
  }

  #refuse(
    running: Running,
    said: {
      readonly kind: RefusalKind;
      readonly message: string;
      readonly retryAfterMs: number | null;
    },
  ): WorkFailed {
    this.#jobs.delete(running.id);
    running.end.abort(OVER);
    this.#counts[said.kind === "failed" ? "failed" : "refused"] += 1;
    return { ok: false, isAborted: false, refusal: refusalOf(said, this.#told(running)) };
  }

  #gone(running: Running): WorkFailed {
    this.#jobs.delete(running.id);
    running.end.abort(OVER);
    this.#counts.aborted += 1;
    return { ok: false, isAborted: true };
  }

  #receipt(running: Running, { target, passedOver }: Placed): Receipt {
    return receiptOf(target, passedOver, this.#told(running));
  }

  #told({ job, attempts, waitedMs }: Running): Told {
    const { state, transitionSeq } = this.#parts;
    const { role, usesPolicy = true } = job;
    const seq = transitionSeq();
    return { role, usesPolicy, attempts, waitedMs, state: state(), transitionSeq: seq };
  }
}

function outcomeOf(
  { job }: Running,
  { provider, model }: Target,
  failure: Failure | null,
): TaskOutcome {
  return { task: job.role, provider, model, ok: failure === null, failure };
}
