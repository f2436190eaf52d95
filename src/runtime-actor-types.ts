/** What the actor is to others, and what it works with. */
import type { Input, TaskFinished } from "./domain/input.ts";
import type { Output } from "./domain/output.ts";
import type { Actor as ActorName, Entry } from "./log/entry.ts";
import type { SetAside } from "./log/set-aside.ts";
import type { LogStore, Pruning } from "./log/store.ts";
import type { RuntimeState } from "./machines/runtime-state.ts";
import type { Gap } from "./replay/carry.ts";
import type { Clock } from "./runtime-clock.ts";

/** An input without its time; the actor stamps it. */
export type Untimed<T> = T extends Input ? Omit<T, "at"> : never;

/** One step of the actor, as its listeners are told. */
export interface Happening {
  readonly at: number;
  /** What came in; absent where the runtime only put its log in order. */
  readonly input?: Input;
  /** The state after it. */
  readonly state: RuntimeState;
  readonly outputs: readonly Output[];
  /** What is on disk; empty when the log could not be written. */
  readonly entries: readonly Entry[];
}

/** The one place where the runtime's state changes. */
export interface RuntimeActor {
  state(): RuntimeState;
  /** `seq` of the newest entry that is on disk. */
  seq(): number | null;
  /**
   * Takes an input in; answers its entries, or none when the log could not be written. State and log
   * are then up to date; from inside a listener, the others are told when that listener is done.
   */
  submit(input: Untimed<Input>, name: ActorName): readonly Entry[];
  /** Takes outcomes in as if one after the other, with one write for all of them. */
  submitAll(outcomes: readonly Untimed<TaskFinished>[], name: ActorName): void;
  /** Tells every entry that comes to disk, in order, checkpoints and gaps among them. */
  subscribe(listener: (entries: readonly Entry[]) => void): () => void;
  /** Tells everything that happens, also what is lost to the log. */
  watch(listener: (happening: Happening) => unknown): () => void;
  /** Prunes and records it; false when the log could not be written. */
  prune(pruning: Pruning, detail: Readonly<Record<string, unknown>>): boolean;
  /** Writes the whole state down, so that a restart folds little. */
  checkpoint(): void;
}

/** What an actor works with, and whom it tells of trouble. */
export interface ActorParts {
  readonly log: LogStore;
  readonly clock: Clock;
  readonly state: RuntimeState;
  readonly machineHash: string;
  /** Told once when the log stops taking writes, and once when it takes them again. */
  readonly onLog: (event: { readonly isWritable: boolean; readonly message: string }) => void;
  /** Told when the log was damaged while it was open, and begun anew. */
  readonly onSetAside?: (setAside: SetAside) => void;
  /** What the log does not tell of `state`; it is recorded with the first input. */
  readonly gap?: Gap | null;
  /** Told once for each listener that fails; it is called again all the same. */
  readonly onListenerError: (error: unknown) => void;
}
