/**
 * What webhook and command have in common: a port to send to, why sending fails, and when that is said.
 *
 * An outage is told once when it begins and once when it ends, like a power cut: not with every lamp
 * that stays dark. What was lost meanwhile is counted and told at the end.
 */
import type { HookEvent } from "./hook-event.ts";

/** Why a hook fails; closed. */
export const HOOK_FAILURES = [
  "unreachable",
  "timeout",
  "redirect",
  "refused",
  "server_error",
  "gone",
  "not_found",
  "not_executable",
  "exit_code",
  "killed",
  "stuck",
  "overflow",
  "stopped",
] as const;
export type HookFailure = (typeof HOOK_FAILURES)[number];

/** One failure; never with an address, a secret or an argument in it. */
export interface HookTrouble {
  /** Of the step that was not told; `null` when the log did not have it. */
  readonly seq: number | null;
  readonly reason: HookFailure;
  /** Attempts for this step so far. */
  readonly attempts: number;
  /** HTTP status or exit code, where there was one. */
  readonly status: number | null;
  /** The end of what a program printed, or the system's code of a failed connection. */
  readonly said: string;
}

/** A hook works again; `lost` steps were not told. */
export interface HookRelief {
  readonly seq: number | null;
  readonly attempts: number;
  readonly lost: number;
}

/** Whom a hook tells of its outages. */
export interface HookListener {
  readonly onTrouble: (trouble: HookTrouble) => void;
  readonly onRelief: (relief: HookRelief) => void;
}

/** Somebody who is told of each step. */
export interface Hook {
  /** Returns at once; never throws. */
  send(event: HookEvent): void;
  /** Ends it; resolves within two seconds or little more. */
  stop(): Promise<void>;
}

/** Keeps account of an outage. */
export interface Outage {
  /** Told on only at the beginning of an outage. */
  trouble(trouble: HookTrouble): void;
  lose(): void;
  /** Told on only at the end of an outage. */
  relief(event: HookEvent, attempts: number): void;
}

/** An account without an outage. */
export function createOutage({ onTrouble, onRelief }: HookListener): Outage {
  let isOut = false;
  let lost = 0;
  return {
    trouble(trouble) {
      if (isOut) return;
      isOut = true;
      onTrouble(trouble);
    },
    lose() {
      lost += 1;
    },
    relief({ seq }, attempts) {
      if (!isOut) return;
      isOut = false;
      onRelief({ seq, attempts, lost });
      lost = 0;
    },
  };
}

/** A failure without status and words. */
export function plainTrouble(event: HookEvent, reason: HookFailure, attempts = 0): HookTrouble {
  return { seq: event.seq, reason, attempts, status: null, said: "" };
}
