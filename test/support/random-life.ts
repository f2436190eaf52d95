/**
 * A runtime's life by chance: the real actor on a real log in virtual time, with restarts, suspends,
 * checkpoints at any place, a disk that takes no writes for a while, and retention.
 *
 * What the runtime was is remembered at every entry, to be compared with what the log says later.
 */
import { isDeepStrictEqual } from "node:util";
import type { Configuration } from "../../src/domain/configuration.ts";
import { differenceOf } from "../../src/domain/same-data.ts";
import type { Entry } from "../../src/log/entry.ts";
import { openSqlite, type SqliteFile } from "../../src/log/sqlite-file.ts";
import { openLog } from "../../src/log/sqlite-log.ts";
import { LOG_NAME } from "../../src/log/sqlite-open.ts";
import type { LogStore } from "../../src/log/store.ts";
import { checkpointOf, type RuntimeState } from "../../src/machines/runtime-state.ts";
import { createActor } from "../../src/runtime-actor.ts";
import type { Happening, RuntimeActor } from "../../src/runtime-actor-types.ts";
import { retainOnce } from "../../src/runtime-retention.ts";
import { machineHashOf, policyHashOf, resumedFrom } from "../../src/runtime-start.ts";
import { configurationOf, inputsOf } from "./random-inputs.ts";
import { randomOf, type SeededRandom } from "./seeded-random.ts";
import { configurationWith, hostWith } from "./stories.ts";

/** The hash of this machine. */
export const MACHINE_HASH = machineHashOf();

/** How often each thing happened. */
export interface LifeCounts {
  inputs: number;
  restarts: number;
  suspends: number;
  refusals: number;
  checkpoints: number;
  retentions: number;
}

const DAY_MS = 86_400_000;
const START = 1_790_000_000_000;

/** Which rows a failing disk refuses; all of them, or those of some writes only. */
const REFUSALS = [
  "1",
  "1",
  "NEW.type = 'checkpoint'",
  "NEW.type = 'transition'",
  "NEW.type = 'readings.sealed'",
  "NEW.type <> 'reading'",
];

/** Beats of one life, in ms. */
const BEATS_MS = [200, 1000, 1000, 2000, 5000];

/** One life; `live` runs it. */
export class RandomLife {
  readonly random: SeededRandom;
  readonly counts: LifeCounts;
  /** Differences that were seen at restarts. */
  readonly differences: string[] = [];
  /** The state after the entry with this number. */
  readonly states = new Map<number, RuntimeState>();
  readonly #folder: string;
  readonly #beatMs: number;
  readonly #file: SqliteFile;
  #log: LogStore;
  #actor: RuntimeActor;
  #at = START;
  #bootAt = START;
  #boot = 0;
  #jump: number | null = null;
  #isRefusing = false;
  #configuration: Configuration = configurationWith();

  constructor(seed: number, folder: string) {
    this.random = randomOf(seed);
    this.#folder = folder;
    this.#beatMs = this.random.one(BEATS_MS);
    this.counts = {
      inputs: 0,
      restarts: 0,
      suspends: 0,
      refusals: 0,
      checkpoints: 0,
      retentions: 0,
    };
    [this.#log, this.#actor] = this.#opened();
    this.#file = openSqlite(`${folder}/${LOG_NAME}`);
    // The triggers that play a full disk need not survive a power cut.
    this.#file.pragma("synchronous = OFF");
    this.#actor.submit({ type: "host.detected", host: hostWith() }, "probe");
  }

  get log(): LogStore {
    return this.#log;
  }

  get state(): RuntimeState {
    return this.#actor.state();
  }

  /** Takes in so many inputs, and ends with a log that takes writes. */
  async live(inputs: number): Promise<void> {
    const { random } = this;
    const given = inputsOf(random);
    const isPruning = random.chance(0.3);
    for (let index = 0; index < inputs; index += 1) {
      this.#at += random.chance(0.97) ? this.#beatMs : random.integer(0, 90_000);
      const input = given.next(this.#at);
      if (input.type === "config.changed") this.#configuration = input.config;
      this.#actor.submit(input, "sensor");
      this.counts.inputs += 1;
      this.#upset();
      if (isPruning && random.chance(0.006)) await this.#retain();
    }
    this.#accept();
    this.#actor.submit({ type: "restore.requested" }, "user");
    if (random.chance(0.3)) this.#restart();
  }

  close(): void {
    this.#file.close();
    this.#log.close();
  }

  /** Now and then something happens that is no input. */
  #upset(): void {
    const { random } = this;
    if (random.chance(0.01)) this.#restart();
    if (random.chance(0.006)) this.#suspend();
    if (random.chance(0.01)) {
      this.counts.checkpoints += 1;
      this.#actor.checkpoint();
    }
    if (this.#isRefusing && random.chance(0.15)) this.#accept();
    else if (!this.#isRefusing && random.chance(0.008)) this.#refuse();
  }

  #suspend(): void {
    this.#jump = this.random.integer(6000, 2 * DAY_MS);
    this.#at += this.#jump;
    this.counts.suspends += 1;
  }

  #refuse(): void {
    const condition = this.random.one(REFUSALS);
    for (const table of ["entries", "readings"]) {
      const when = table === "readings" ? condition.replaceAll("NEW.type", "'reading'") : condition;
      this.#file.exec(
        `CREATE TRIGGER refuse_${table} BEFORE INSERT ON ${table} WHEN ${when} BEGIN SELECT RAISE(ABORT, 'no room'); END`,
      );
    }
    this.#isRefusing = true;
    this.counts.refusals += 1;
  }

  #accept(): void {
    if (!this.#isRefusing) return;
    this.#file.exec("DROP TRIGGER refuse_entries; DROP TRIGGER refuse_readings");
    this.#isRefusing = false;
  }

  /** A clean end, or one without a word; then the log says what the state is. */
  #restart(): void {
    const { random } = this;
    if (random.chance(0.5))
      this.#actor.submit({ type: "runtime.stopped", reason: "test" }, "runtime");
    if (random.chance(0.5)) this.#actor.checkpoint();
    const known = this.states.get(this.#log.head()?.seq ?? 0);
    this.#log.close();
    [this.#log, this.#actor] = this.#opened(known);
    this.counts.restarts += 1;
    if (random.chance(0.7))
      this.#actor.submit({ type: "host.detected", host: hostWith() }, "probe");
  }

  async #retain(): Promise<void> {
    const { random } = this;
    const keptMs = random.integer(0, this.#at - START);
    const days = random.chance(0.3) ? 1 : null;
    this.counts.retentions += 1;
    await retainOnce(
      {
        log: this.#log,
        actor: this.#actor,
        machineHash: MACHINE_HASH,
        retention: { readings_days: 1, days, limit_mib: null },
        signal: new AbortController().signal,
        onRefused: (message) => this.differences.push(message),
      },
      this.#at - keptMs + DAY_MS,
    ).catch((error: unknown) => {
      if (!this.#isRefusing) throw error;
    });
  }

  /** Opens the log and begins as the desk does. */
  #opened(known?: RuntimeState): [LogStore, RuntimeActor] {
    this.#boot += 1;
    const boot = `boot-${this.#boot}`;
    const opened = openLog({ folder: this.#folder, mode: "write", boot });
    const { log } = opened;
    const { state, gap, setAside } = resumedFrom(opened, MACHINE_HASH);
    if (setAside !== null) this.differences.push(`put aside: ${setAside.detail}`);
    if (gap !== null) this.differences.push(`not in the log: ${gap.reason}`);
    if (known !== undefined) this.#compare("restart", known, state);
    // The clock may have been set back meanwhile; time never goes back in the log.
    if (state.at > 0 && this.random.chance(0.3)) this.#at = state.at;
    this.#at = Math.max(this.#at, state.at) + this.random.one([0, 700, 3_600_000]);
    this.#bootAt = this.#at;
    this.#jump = null;
    const actor = this.#actorOn(log, state);
    const resumed_from = log.head()?.seq ?? null;
    const versions = {
      package_version: "0.0.0",
      xstate_version: "0.0.0",
      node: "v0.0.0",
      policy_hash: policyHashOf(),
    };
    const machine_hash = MACHINE_HASH;
    actor.submit({ type: "runtime.started", ...versions, machine_hash, resumed_from }, "runtime");
    if (this.random.chance(0.1)) this.#configuration = configurationOf(this.random);
    const config = this.#configuration;
    if (resumed_from === null || !isDeepStrictEqual(config, state.configuration))
      actor.submit({ type: "config.changed", config }, "runtime");
    return [log, actor];
  }

  #actorOn(log: LogStore, state: RuntimeState): RuntimeActor {
    const takeJump = (): number | null => {
      const taken = this.#jump;
      this.#jump = null;
      return taken;
    };
    const actor = createActor({
      log,
      clock: {
        now: () => this.#at,
        mono: () => this.#at - this.#bootAt,
        timeOf: (wall) => wall,
        takeJump,
      },
      state,
      machineHash: MACHINE_HASH,
      onLog: () => undefined,
      onSetAside: ({ detail }) => this.differences.push(`put aside: ${detail}`),
      onListenerError: (error) => this.differences.push(`listener: ${error}`),
    });
    actor.watch((happening) => this.#remember(happening));
    return actor;
  }

  /** Entries of one input share a state; within a gap's only the last one is the runtime's own. */
  #remember({ entries, state }: Happening): void {
    const isGap = entries.some(({ type }) => type === "log.gap");
    const own: readonly Entry[] = isGap ? entries.slice(-1) : entries;
    for (const { seq } of own) this.states.set(seq, state);
  }

  #compare(what: string, one: RuntimeState, other: RuntimeState): void {
    const path = differenceOf(checkpointOf(one), checkpointOf(other));
    if (path !== null) this.differences.push(`${what}: ${path}`);
  }
}
