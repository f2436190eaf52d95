/**
 * One line of the log: the envelope around an input, an output or a checkpoint.
 *
 * Readings are inputs too, but live in a compact table and carry no hash of their own; the hash of
 * the next entry covers them. `seq` is shared by both, gap-free, and the only order.
 */
import type { Input } from "../domain/input.ts";
import type { Output } from "../domain/output.ts";

export const ENTRY_KINDS = ["input", "output", "checkpoint"] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** Who caused an input: `runtime`, `user`, `api`, `sensor:nvidia`, `probe`, `effect`. */
export type Actor = string;

export interface Entry {
  readonly seq: number;
  /** `<host id>-<seq>`: unique, stable, the idempotency key of exports. */
  readonly id: string;
  readonly kind: EntryKind;
  readonly type: string;
  /** Schema version of this type. */
  readonly v: number;
  /**
   * The runtime's time, ms since 1970, never smaller than in the entry before. It is the wall clock,
   * except after that was set back: then it goes on from where it was, ahead of the wall clock.
   */
  readonly at: number;
  /** Monotonic ms since the runtime's start; the wall clock may jump. */
  readonly mono: number;
  /** Identifies one run of the runtime. */
  readonly boot: string;
  /** `seq` of the input that produced this output; `null` for inputs. */
  readonly cause: number | null;
  readonly actor: Actor;
  readonly data: unknown;
  /** Hex SHA-256; `null` on readings. */
  readonly prev: string | null;
  readonly hash: string | null;
}

/** What the runtime hands to the log: one input and what the decider answered, one transaction. */
export interface Record {
  readonly input: Input;
  readonly outputs: readonly Output[];
  readonly mono: number;
  readonly actor: Actor;
}
