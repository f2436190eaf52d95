/**
 * The actor: one mailbox, one input at a time: decide, log, publish.
 *
 * Everything from the outside becomes an input here and nowhere else. An input and what follows from it
 * are on disk before anybody is told. When the log cannot be written, decisions go on; what was lost is
 * counted and recorded as `log.gap`, with the whole state, as soon as the log takes writes again. A log
 * that turns out to be damaged is begun anew on the spot, and the input is decided once more behind it.
 */
import { RuntimeProfileError } from "./domain/error.ts";
import type { Input, TaskFinished } from "./domain/input.ts";
import type { Actor as ActorName, Entry, Record as LogRecord } from "./log/entry.ts";
import { normaliseReading } from "./log/reading-row.ts";
import { PRUNED_EFFECT, type Pruning } from "./log/store.ts";
import { initialState, type RuntimeState } from "./machines/runtime-state.ts";
import { type Gap, inputsOverGap, lostOneMore } from "./replay/carry.ts";
import { checkpointDataOf } from "./replay/checkpoint.ts";
import { decide } from "./replay/fold.ts";
import type { ActorParts, Happening, RuntimeActor, Untimed } from "./runtime-actor-types.ts";
import { createOutbox, type Outbox } from "./runtime-outbox.ts";
import { damageReason, stateFromLog } from "./runtime-start.ts";

/** A checkpoint at least every so many inputs: as many as one block of readings holds. */
const INPUTS_PER_CHECKPOINT = 1024;

/** Readings are sealed when there are so many, or when the oldest has waited so long (ms). */
const READINGS_PER_SEAL = 1024;
const SEAL_AFTER_MS = 600_000;

/** A log that is damaged again so soon is not begun anew: the disk is failing, and every try costs room. */
const RENEWAL_PAUSE_MS = 60_000;

/** An actor on an open log. */
export function createActor(parts: ActorParts): RuntimeActor {
  return new Mailbox(parts);
}

class Mailbox implements RuntimeActor {
  readonly #parts: ActorParts;
  readonly #outbox: Outbox<Happening>;
  #state: RuntimeState;
  #head: number | null;
  #inputs = 0;
  #isWritable = true;
  #gap: Gap | null;
  /** What was said when the log was found damaged; `null` = it is sound. */
  #damage: string | null = null;
  #renewableAt = 0;

  constructor(parts: ActorParts) {
    this.#parts = parts;
    this.#outbox = createOutbox(parts.onListenerError);
    this.#state = parts.state;
    this.#gap = parts.gap ?? null;
    this.#head = parts.log.head()?.seq ?? null;
  }

  state(): RuntimeState {
    return this.#state;
  }

  seq(): number | null {
    return this.#head;
  }

  submit(untimed: Untimed<Input>, name: ActorName): readonly Entry[] {
    const { clock } = this.#parts;
    this.#outbox.expectRoom();
    const at = clock.now();
    this.#takeJump(at);
    const given = { ...untimed, at } as Input;
    const input: Input = given.type === "reading" ? normaliseReading(given) : given;
    const entries = this.#take(input, name);
    this.#inputs += 1;
    if (this.#isSealDue(input)) this.#seal(at);
    if (this.#inputs >= INPUTS_PER_CHECKPOINT) this.checkpoint();
    this.#outbox.deliver();
    return entries;
  }

  submitAll(untimed: readonly Untimed<TaskFinished>[], name: ActorName): void {
    this.#outbox.expectRoom();
    const at = this.#parts.clock.now();
    this.#takeJump(at);
    const inputs = untimed.map((each): TaskFinished => ({ ...each, at }));
    if (!this.#takeTogether(inputs, name)) for (const input of inputs) this.#take(input, name);
    this.#inputs += inputs.length;
    if (this.#inputs >= INPUTS_PER_CHECKPOINT) this.checkpoint();
    this.#outbox.deliver();
  }

  subscribe(listener: (entries: readonly Entry[]) => void): () => void {
    return this.watch(({ entries }) => (entries.length === 0 ? undefined : listener(entries)));
  }

  watch(listener: (happening: Happening) => unknown): () => void {
    return this.#outbox.add(listener);
  }

  checkpoint(): void {
    this.#inputs = 0;
    if (this.#gap !== null) return;
    const { log, clock } = this.#parts;
    const { at } = this.#state;
    const times = { at, mono: clock.mono() };
    const entries = this.#written(() => [log.appendCheckpoint(this.#checkpointData(), times)]);
    if (entries !== null) this.#tell({ at, outputs: [], entries });
    this.#outbox.deliver();
  }

  prune(pruning: Pruning, detail: Readonly<Record<string, unknown>>): boolean {
    if (this.#gap !== null) return false;
    const live = this.#state;
    const at = this.#parts.clock.now();
    const effect = PRUNED_EFFECT[pruning.kind];
    const record = this.#decided({ type: "effect.finished", at, effect, detail }, "runtime");
    const entries = this.#written(() => this.#parts.log.prune(pruning, record));
    if (entries === null) this.#state = live;
    else this.#tell({ at, outputs: record.outputs, entries });
    this.#outbox.deliver();
    return entries !== null;
  }

  #isSealDue({ type, at }: Input): boolean {
    if (type !== "reading" || this.#gap !== null) return false;
    const unsealed = this.#asked(() => this.#parts.log.unsealed());
    if (unsealed === null) return false;
    const { count, since } = unsealed;
    return count >= READINGS_PER_SEAL || (since !== null && at - since >= SEAL_AFTER_MS);
  }

  /** A seal that cannot be written loses nothing: the readings stay rows, and the next beat tries again. */
  #seal(at: number): void {
    const live = this.#state;
    const { log, clock } = this.#parts;
    const times = { at, mono: clock.mono() };
    const entries = this.#written(() =>
      log.seal(times, (input) => {
        const record = this.#decided(input, "runtime");
        return { record, checkpoint: this.#checkpointData() };
      }),
    );
    if (entries === null) this.#state = live;
    else this.#inputs = 0;
    if (entries !== null) this.#tell({ at, outputs: [], entries });
  }

  #take(input: Input, actor: ActorName): readonly Entry[] {
    this.#renew(input.at);
    this.#closeGap(input.at);
    const before = this.#state;
    let record = this.#decided(input, actor);
    let entries = this.#appended(record);
    if (entries === null && this.#renew(input.at)) {
      // Decided again from the same state, behind what the new log must say first.
      this.#state = before;
      this.#closeGap(input.at);
      record = this.#decided(input, actor);
      entries = this.#appended(record);
    }
    if (entries === null) this.#gap = lostOneMore(this.#gap, before);
    this.#tell({ at: input.at, input, outputs: record.outputs, entries: entries ?? [] });
    return entries ?? [];
  }

  /** One write for all; false, and nothing is changed, where the log does not take it or has trouble already. */
  #takeTogether(inputs: readonly Input[], actor: ActorName): boolean {
    if (this.#gap !== null || this.#damage !== null || inputs.length < 2) return false;
    const before = this.#state;
    const taken = inputs.map((input) => {
      const record = this.#decided(input, actor);
      return { input, record, state: this.#state };
    });
    const [first, ...more] = taken.map(({ record }) => record);
    if (first === undefined) return false;
    const all = this.#written(() => this.#parts.log.append(first, ...more));
    if (all === null) {
      this.#state = before;
      return false;
    }
    let from = 0;
    for (const { input, record, state } of taken) {
      const { outputs } = record;
      const entries = all.slice(from, from + 1 + outputs.length);
      from += entries.length;
      this.#outbox.put({ at: input.at, input, outputs, entries, state });
    }
    return true;
  }

  #takeJump(at: number): void {
    const gap_ms = this.#parts.clock.takeJump();
    if (gap_ms !== null) this.#take({ type: "clock.resumed", at, gap_ms }, "runtime");
  }

  #appended(record: LogRecord): readonly Entry[] | null {
    return this.#gap === null ? this.#written(() => this.#parts.log.append(record)) : null;
  }

  /** Begins a damaged log anew; true when it can be written again. */
  #renew(at: number): boolean {
    const { log, onSetAside, machineHash } = this.#parts;
    const damage = this.#damage;
    if (damage === null || at < this.#renewableAt) return false;
    this.#renewableAt = at + RENEWAL_PAUSE_MS;
    const setAside = this.#asked(() => log.recover(damage));
    if (setAside === null) return false;
    this.#head = log.head()?.seq ?? null;
    if (!setAside.saved.isWhole) {
      const before = this.#asked(() => stateFromLog(log, machineHash)) ?? initialState();
      this.#gap = { before, lost: null, reason: damageReason(setAside) };
    }
    this.#damage = null;
    onSetAside?.(setAside);
    return true;
  }

  /** Asks the log for something; `null` when it cannot answer. */
  #asked<Answer>(ask: () => Answer): Answer | null {
    try {
      return ask();
    } catch (error) {
      this.#note(error);
      return null;
    }
  }

  /** Damage is kept until the log can be begun anew; only where that may not be soon is it said. */
  #note(error: unknown): void {
    if (!(error instanceof RuntimeProfileError)) throw error;
    const { code, message } = error;
    if (code === "RP_LOG_DAMAGED") this.#damage = message;
    const isRenewable = code === "RP_LOG_DAMAGED" && this.#parts.clock.now() >= this.#renewableAt;
    if (!isRenewable) this.#say(false, message);
  }

  #say(isWritable: boolean, message: string): void {
    if (isWritable !== this.#isWritable) this.#parts.onLog({ isWritable, message });
    this.#isWritable = isWritable;
  }

  #decided(input: Input, actor: ActorName): LogRecord {
    const { state, outputs } = decide(this.#state, input);
    this.#state = state;
    return { input, outputs, mono: this.#parts.clock.mono(), actor };
  }

  /** Runs a write; `null` when the log could not take it. Only a change of that is said. */
  #written(write: () => readonly Entry[]): readonly Entry[] | null {
    const entries = this.#asked(write);
    if (entries === null) return null;
    this.#head = entries.at(-1)?.seq ?? this.#head;
    this.#say(true, "The log takes writes again.");
    return entries;
  }

  /** After lost inputs the log cannot tell the state: say so, and write the state down whole. */
  #closeGap(at: number): void {
    if (this.#gap === null) return;
    const { before, lost, reason } = this.#gap;
    const live = this.#state;
    const gap = this.#decided({ type: "log.gap", at, lost, reason }, "runtime");
    const checkpoint = this.#checkpointData();
    const carried = inputsOverGap(before, this.#state).map((input) =>
      this.#decided(input, "runtime"),
    );
    const entries = this.#written(() => this.#parts.log.appendGap({ gap, checkpoint, carried }));
    if (entries === null) {
      this.#state = live;
      return;
    }
    this.#gap = null;
    this.#tell({ at, outputs: carried.flatMap(({ outputs }) => outputs), entries });
  }

  #checkpointData(): unknown {
    return checkpointDataOf(this.#state, this.#parts.machineHash);
  }

  #tell(happened: Omit<Happening, "state">): void {
    this.#outbox.put({ ...happened, state: this.#state });
  }
}
