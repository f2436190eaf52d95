/**
 * What watches over one call to a model: its times, its abort, its first failure.
 *
 * A parking meter for a connection: as long as the server says something in time the call may stand; when
 * the meter runs out, the caller leaves or an answer is refused, the connection is towed away at once. The
 * first cause is the one that is told; what follows from the towing (`ECONNRESET`) says nothing. Errors of
 * the packages' own classes are not taken apart: they change with versions.
 */
import type { ClientRequest, IncomingMessage } from "node:http";
import { RuntimeProfileError } from "../domain/error.ts";
import { type CallEnded, modelFailureOf } from "../domain/model-failure.ts";
import { scrubbedMessage } from "../domain/model-failure-text.ts";
import type { ModelCall, ModelFailure } from "./model-client.ts";

/** An answer that has ended may still owe its last bytes; a connection that does not send them is closed. */
const LINGER_MS = 1000;

const ABORTED: ModelFailure = {
  failure: "aborted",
  status: null,
  message: "The caller went away before the answer was complete.",
  retry_after_ms: null,
};

/** What the watch must know of the call. */
export type WatchedCall = Pick<ModelCall, "target" | "signal" | "firstTokenMs" | "idleMs">;

/** The watch over one call. */
export class ModelWatch {
  readonly secrets: readonly string[];
  readonly #call: WatchedCall;
  readonly #onAbort = (): void => this.end(ABORTED);
  #timer: NodeJS.Timeout;
  #isStreaming = false;
  #isWaiting = true;
  #isOver = false;
  #failure: ModelFailure | null = null;
  #request: ClientRequest | null = null;
  #message: IncomingMessage | null = null;

  constructor(call: WatchedCall, secrets: readonly string[] = []) {
    this.#call = call;
    this.secrets = secrets;
    this.#timer = setTimeout(() => this.#tooLate("first"), call.firstTokenMs);
    if (call.signal.aborted) this.#onAbort();
    else call.signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Takes the connection into its care. */
  holds(request: ClientRequest): void {
    this.#request = request;
    if (this.#isOver) request.destroy();
  }

  hears(message: IncomingMessage): void {
    this.#message = message;
  }

  /** The first piece has come: from now on the silences are measured. */
  began(): void {
    if (this.#isStreaming || this.#isOver) return;
    this.#isStreaming = true;
    clearTimeout(this.#timer);
    this.#isWaiting = false;
    this.#timer = setTimeout(() => this.#tooLate("idle"), this.#call.idleMs);
  }

  /** The server is waited for; while the caller is busy with a piece no time is counted. */
  waits(): void {
    this.#isWaiting = true;
    if (this.#isStreaming && !this.#isOver) this.#timer.refresh();
  }

  got(): void {
    this.#isWaiting = false;
  }

  /** Ends the call; what it fails with is kept unless something failed before. */
  end(failure: ModelFailure | null): void {
    this.#failure ??= failure;
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#call.signal.removeEventListener("abort", this.#onAbort);
    if (failure !== null) this.#request?.destroy();
    else if (this.#message !== null) lingers(this.#message);
  }

  /** Ends the call with what the server said, as an error that stops whoever reads. */
  refusal(ended: Pick<CallEnded, "status" | "body"> & Partial<CallEnded>): RuntimeProfileError {
    this.end(
      modelFailureOf({
        provider: this.#call.target.provider,
        code: null,
        headers: {},
        at: Date.now(),
        secrets: this.secrets,
        ...ended,
      }),
    );
    return new RuntimeProfileError("RP_INTERNAL", "The call failed; the watch knows why.");
  }

  /** Ends the call with a finding of our own: garbage, too much, too early. */
  finding(message: string): RuntimeProfileError {
    this.end({ ...this.#told("server_error"), message });
    return new RuntimeProfileError("RP_INTERNAL", "The call failed; the watch knows why.");
  }

  /** Ends the call before anything was sent: the request cannot be said to this server. */
  unsaid(message: string): RuntimeProfileError {
    this.end({ ...this.#told("bad_request"), message: scrubbedMessage(message, this.secrets) });
    return new RuntimeProfileError("RP_INTERNAL", "The call failed; the watch knows why.");
  }

  /** What the call failed with; an unknown error is one of the server. */
  failureOf(error: unknown): ModelFailure {
    if (this.#failure !== null) return this.#failure;
    const message = error instanceof Error ? error.message : String(error);
    this.end({ ...this.#told("server_error"), message: scrubbedMessage(message, this.secrets) });
    return this.#failure ?? ABORTED;
  }

  #told(failure: ModelFailure["failure"]): ModelFailure {
    const status = this.#message?.statusCode ?? null;
    return { failure, status, message: "", retry_after_ms: null };
  }

  #tooLate(which: "first" | "idle"): void {
    if (which === "idle" && !this.#isWaiting) return;
    const { firstTokenMs, idleMs } = this.#call;
    const message =
      which === "first"
        ? `The server was to begin its answer within ${firstTokenMs} ms and did not.`
        : `The server was silent for ${idleMs} ms in the middle of its answer.`;
    this.end({ ...this.#told("timeout"), message });
  }
}

/** Lets the last bytes come, so that the connection can be used again. */
function lingers(message: IncomingMessage): void {
  if (message.complete || message.destroyed) {
    message.resume();
    return;
  }
  const timer = setTimeout(() => message.destroy(), LINGER_MS);
  timer.unref();
  message.once("close", () => clearTimeout(timer));
  message.on("error", () => {});
  message.resume();
}
