/**
 * A step down or up as hooks tell it: one CloudEvent 1.0 in its JSON form, and the same in variables.
 *
 * Made once for each step, so that every attempt carries the same bytes and the same `id`; a receiver
 * that has seen the id drops the repetition. Types and source are those of the log's export
 * (`log/export-cloud-events.ts`), but the id is another: a step and the log's line about it are two events.
 */
import { randomUUID } from "node:crypto";
import type { Reason } from "../domain/reason.ts";
import { tierAndRungOf } from "../domain/rung.ts";
import type { Policy } from "../policy/policy.ts";

/** A step, as the callbacks of a runtime get it, and whose it is. */
export interface ToldStep {
  readonly hostId: string;
  readonly isUp: boolean;
  /** `null` when the log could not be written then. */
  readonly seq: number | null;
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly reason: Reason;
  readonly sentence: string;
  readonly policy: Policy;
}

/** What hooks send. */
export interface HookEvent {
  /** Unique for this step on this host. */
  readonly id: string;
  readonly seq: number | null;
  /** JSON text of the CloudEvent. */
  readonly body: string;
  /** The same for a program that reads no JSON. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What the variables of a hook's program are called behind their prefix. */
export const HOOK_VARIABLES = [
  "EVENT",
  "SEQ",
  "FROM",
  "TO",
  "TIER",
  "RUNG",
  "CODE",
  "SENTENCE",
] as const;

/** Begin of every variable that this program gives or reads. */
const PREFIX = "RUNTIME_PROFILE_";

/** The event of a step. */
export function hookEventOf({ hostId, isUp, ...step }: ToldStep): HookEvent {
  const { seq, at, from, to, reason, sentence, policy } = step;
  const event = isUp ? "recovered" : "degraded";
  const { tier = null, rung = null } = tierAndRungOf(to) ?? {};
  // A log that had to be begun anew may give a number twice; the time tells them apart.
  const id = `${hostId}-${seq === null ? randomUUID() : `${seq}-${at}`}`;
  const { code } = reason;
  const cloudEvent = {
    specversion: "1.0",
    id,
    source: `urn:runtime-profile:${hostId}`,
    type: `dev.runtimeprofile.${event}.v1`,
    time: new Date(at).toISOString(),
    subject: to,
    datacontenttype: "application/json",
    dataschema: `urn:runtime-profile:schema:${event}:v1`,
    data: { event, seq, at, from, to, tier, rung, code, sentence, reason, policy },
  };
  const values: Readonly<Record<(typeof HOOK_VARIABLES)[number], string | number | null>> = {
    EVENT: event,
    SEQ: seq,
    FROM: from,
    TO: to,
    TIER: tier,
    RUNG: rung,
    CODE: code,
    SENTENCE: sentence,
  };
  const variables = HOOK_VARIABLES.map((name) => [PREFIX + name, plain(values[name])]);
  return { id, seq, body: JSON.stringify(cloudEvent), variables: Object.fromEntries(variables) };
}

/** A person's words may hold anything, an environment no zero byte. */
function plain(value: string | number | null): string {
  return String(value ?? "").replaceAll("\0", " ");
}
