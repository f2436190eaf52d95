/**
 * The port to model servers: one call, one answer, and failures as values.
 *
 * A client never throws and never retries: what a failure means, and where the job goes next, is decided
 * above (`runtime-work*.ts`), where the log and the ladder are. An abort of the signal ends everything that
 * the call holds (socket, timers) before the answer is given.
 */
import type { ChatChunk, ChatCompletion, ChatRequest } from "../domain/chat.ts";
import type { Failure } from "../domain/input.ts";
import type { Target, WorkRole } from "../domain/job.ts";

/** One request to one target. */
export interface ModelCall {
  readonly role: WorkRole;
  readonly target: Target;
  readonly request: ChatRequest;
  readonly signal: AbortSignal;
  /** Until the whole answer, or the first piece of a streamed one, a cold load included; ms. */
  readonly firstTokenMs: number;
  /** Longest silence between two pieces of a streamed answer, ms. */
  readonly idleMs: number;
}

/** How a call failed. */
export interface ModelFailure {
  /** `aborted`: the caller went away; that says nothing about the target. */
  readonly failure: Failure | "aborted";
  /** HTTP status of the server's answer; `null` = there was none. */
  readonly status: number | null;
  /** What the server or the system said, at most 500 characters, without keys. */
  readonly message: string;
  /** What the server said about when to ask again; `null` = nothing. */
  readonly retry_after_ms: number | null;
}

export type ModelAnswer =
  | { readonly ok: true; readonly completion: ChatCompletion }
  | { readonly ok: false; readonly failure: ModelFailure };

/** A streamed answer: chunks, then the end; or `failed` as the last event. */
export type ModelEvent =
  | { readonly type: "chunk"; readonly chunk: ChatChunk }
  | { readonly type: "failed"; readonly failure: ModelFailure };

/**
 * The same answer as the server's packets brought it: chunks that came together stay together, each one JSON
 * on one line, so that whoever passes them on neither waits nor looks inside for each.
 */
export type ModelPieces =
  | { readonly type: "chunks"; readonly lines: readonly string[] }
  | { readonly type: "failed"; readonly failure: ModelFailure };

/** Speaks one protocol. */
export interface ModelClient {
  /** Settles with a value, whatever happens. */
  complete(call: ModelCall): Promise<ModelAnswer>;
  /** Never throws; `return()` of the iterator aborts the call. */
  stream(call: ModelCall): AsyncIterable<ModelPieces>;
}
