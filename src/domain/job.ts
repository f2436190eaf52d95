/**
 * A job: one request to a model, on behalf of a role; where it may run, and the receipt that says why.
 *
 * The idea: like a parcel with a label. The label (target) says which depot on which rung takes it; when
 * one depot fails, a new label is written and the old ones stay on the parcel, so that whoever receives it
 * can read the whole way. Requests and answers are in the shape of OpenAI's chat completions, because that
 * is what applications already speak; nothing below the door changes what it does not understand.
 */
import type { CloudRole } from "./cloud-consent.ts";
import type { Failure } from "./input.ts";
import type { ReasonCode } from "./reason.ts";
import type { Rung, RungDevice } from "./rung.ts";
import type { Tier } from "./tier.ts";

/** The roles that models work for. */
export const WORK_ROLES = ["vision", "planning"] as const satisfies readonly CloudRole[];
export type WorkRole = (typeof WORK_ROLES)[number];

/** How a target is spoken to. */
export const PROTOCOLS = ["ollama", "openai"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** One place where a job may run: a rung of the ladder with its provider, address and model. */
export interface Target {
  readonly rung: Rung;
  /** A `:cloud` model is `cloud`, wherever its server runs. */
  readonly provider: "local" | "cloud";
  readonly protocol: Protocol;
  /** Base address without a key: Ollama's root, or the `/v1` of an OpenAI-compatible server. */
  readonly address: string;
  readonly model: string;
  readonly device: Exclude<RungDevice, "none">;
  /** Context in tokens that the model is loaded with; `null` where the server decides. */
  readonly num_ctx: number | null;
  /** What the model needs on its meter, in MiB; `null` = unknown or not ours. */
  readonly footprint_mib: number | null;
  /** The meter that the footprint is held against; `null` in the cloud. */
  readonly meter: "vram" | "memory" | null;
  /** Jobs at a time. */
  readonly concurrency: number;
}

/** A failed attempt, as the receipt and the errors tell it. */
export interface Attempt {
  readonly rung: Rung;
  readonly provider: "local" | "cloud";
  readonly model: string;
  readonly failure: Failure;
  /** Number of its `task.finished` in the log; `null` when the log could not be written. */
  readonly seq: number | null;
  /** What the server said, shortened and without keys. */
  readonly message: string;
}

/** Why a job ran where it did, where no transition of the runtime says it; closed. */
export const DISPATCH_CODES = [
  // An attempt on a better rung failed.
  "ATTEMPT_FAILED",
  // The better rungs had no room for its model beside what others and other jobs use.
  "NO_ROOM_NOW",
  // The better rungs lack their server or their model.
  "BETTER_NOT_READY",
  // The caller left the policy out.
  "POLICY_LEFT_OUT",
] as const;
export type DispatchCode = (typeof DISPATCH_CODES)[number];

/** What every answer carries. */
export interface Receipt {
  readonly role: WorkRole;
  readonly provider: "local" | "cloud";
  readonly model: string;
  readonly device: Target["device"];
  readonly tier: Tier;
  readonly rung: Rung;
  readonly reason: ReasonCode | DispatchCode;
  /** The entry of the log that explains it (`GET /api/runtime/events/{seq}`); `null` = not on disk. */
  readonly seq: number | null;
  /** Time in the queue, in ms. */
  readonly waited_ms: number;
  readonly attempts: readonly Attempt[];
}

/** Why a job was not done; closed. */
export const REFUSAL_KINDS = [
  // New work is refused, or no rung that is left may be used.
  "no_target",
  // Only the cloud is left and this role must not use it.
  "consent",
  "queue_full",
  "deadline",
  // The last attempt's own failure: the request is at fault, or nothing is left to try.
  "failed",
  "stopped",
] as const;
export type RefusalKind = (typeof REFUSAL_KINDS)[number];

/** A job that was not done. */
export interface WorkRefusal {
  readonly kind: RefusalKind;
  /** Of the last attempt, where there was one. */
  readonly failure: Failure | null;
  /** One sentence in English: what was expected, what came, what to do. */
  readonly message: string;
  /** After what time it is worth asking again; `null` = asking again does not help by itself. */
  readonly retry_after_ms: number | null;
  readonly role: WorkRole;
  readonly tier: Tier | null;
  readonly rung: Rung | null;
  readonly reason: ReasonCode | DispatchCode | null;
  readonly seq: number | null;
  readonly waited_ms: number;
  readonly attempts: readonly Attempt[];
}

/** An address without slashes at its end: a path can follow it, and two ways to write one are the same. */
export function rootOf(address: string): string {
  return address.replace(/\/+$/, "");
}
