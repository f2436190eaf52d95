/**
 * The actor: one mailbox, one input at a time: decide, log, publish.
 *
 * Everything from the outside becomes an input here and nowhere else. An input and what follows from it
 * are on disk before anybody is told. When the log cannot be written, decisions go on; what was lost is
 * counted and recorded as `log.gap`, with the whole state, as soon as the log takes writes again.
 */
import { RuntimeProfileError } from "./domain/error.ts";
import type { Input } from "./domain/input.ts";
import type { Actor as ActorName, Entry } from "./log/entry.ts";
import { normaliseReading } from "./log/reading-row.ts";
import type { LogStore } from "./log/store.ts";
import { checkpointOf, type RuntimeState } from "./machines/decider.ts";
import { decide } from "./replay/fold.ts";
import type { Clock } from "./runtime-clock.ts";

/** An input without its time; the actor stamps it. */
export type Untimed<T> = T extends Input ? Omit<T, "at"> : never;

type Listener = (entries: readonly Entry[]) => void;

export interface ActorParts {
  readonly log: LogStore;
  readonly clock: Clock;
  readonly state: RuntimeState;
  readonly machineHash: string;
  /** Told once when the log stops taking writes, and once when it takes them again. */
  readonly onLog: (event: { readonly isWritable: boolean; readonly message: string }) => void;
}

export interface RuntimeActor {
  state(): RuntimeState;
  /** `seq` of the newest entry that is on disk. */
  seq(): number | null;
  /** Takes an input in; answers the entries, or none when the log could not be written. */
  submit(input: Untimed<Input>, name: ActorName): readonly Entry[];
  subscribe(listener: Listener): () => void;
  /** Writes the whole state down, so that a restart folds little. */
  checkpoint(): void;
}

/** A checkpoint at least every so many readings (decision: one block of readings, event-log §3.6). */
const READINGS_PER_CHECKPOINT = 1024;

export function createActor(parts: ActorParts): RuntimeActor {
  return new Mailbox(parts);
}

class Mailbox implements RuntimeActor {
  readonly #parts: ActorParts;
  readonly #listeners = new Set<Listener>();
  #state: RuntimeState;
  #head: number | null;
  #readings = 0;
  #lost = 0;

  constructor(parts: ActorParts) {
    this.#parts = parts;
    this.#state = parts.state;
    this.#head = parts.log.head()?.seq ?? null;
  }

  state(): RuntimeState {
    return this.#state;
  }

  seq(): number | null {
    return this.#head;
  }

  submit(untimed: Untimed<Input>, actor: ActorName): readonly Entry[] {
    const { clock, log } = this.#parts;
    const given = { ...untimed, at: clock.now() } as Input;
    const input: Input = given.type === "reading" ? normaliseReading(given) : given;
    const { state, outputs } = decide(this.#state, input);
    const entries = this.#written(() => {
      this.#closeGap(input.at);
      return log.append({ input, outputs, mono: clock.mono(), actor });
    });
    if (entries === null) this.#lost += 1;
    this.#state = state;
    if (entries !== null) this.#publish(entries);
    this.#readings += input.type === "reading" ? 1 : 0;
    if (this.#readings >= READINGS_PER_CHECKPOINT) this.checkpoint();
    return entries ?? [];
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  checkpoint(): void {
    this.#readings = 0;
    if (this.#lost > 0) return;
    const entries = this.#written(() => [this.#checkpointEntry(this.#state.at)]);
    this.#head = entries?.at(-1)?.seq ?? this.#head;
  }

  /** Runs a write; `null` when the log could not take it, which is said once. */
  #written(write: () => readonly Entry[]): readonly Entry[] | null {
    try {
      return write();
    } catch (error) {
      if (!(error instanceof RuntimeProfileError)) throw error;
      if (this.#lost === 0) this.#parts.onLog({ isWritable: false, message: error.message });
      return null;
    }
  }

  /** After lost inputs the log cannot tell the state: say so, and write the state down whole. */
  #closeGap(at: number): void {
    if (this.#lost === 0) return;
    const { log, clock, onLog } = this.#parts;
    const reason = "the log could not be written";
    const gap: Input = { type: "log.gap", at, lost: this.#lost, reason };
    log.append({ input: gap, outputs: [], mono: clock.mono(), actor: "runtime" });
    this.#checkpointEntry(at);
    this.#lost = 0;
    onLog({ isWritable: true, message: "The log takes writes again." });
  }

  #checkpointEntry(at: number): Entry {
    const { log, clock, machineHash } = this.#parts;
    const data = { machine_hash: machineHash, state: checkpointOf(this.#state) };
    return log.appendCheckpoint(data, { at, mono: clock.mono() });
  }

  #publish(entries: readonly Entry[]): void {
    this.#head = entries.at(-1)?.seq ?? this.#head;
    for (const listener of [...this.#listeners]) listener(entries);
  }
}
