/**
 * What every probe takes and gives: a view of the host, a finding, and notes about it.
 *
 * A probe asks once what the host has. It has a time limit, never throws and never blocks: whatever
 * goes wrong becomes a note. The view (`root`, `platform`, `env`) stands in for the real system, so
 * that a folder of files can be probed like a host. Rejected: reading `process` inside the probes.
 */
import { join } from "node:path";
import type { Note, NoteCode, ProbeName } from "../domain/note.ts";
import type { Certainty, FactOrigin, FactSource } from "../domain/origin.ts";

/** The answer of a probe. */
export interface Probed<T> {
  readonly finding: T;
  readonly notes: readonly Note[];
  /** Where the facts of the finding come from; absent = it tells no figure. */
  readonly origins?: readonly FactOrigin[];
}

/** Work under a limit; it is told through the signal when the time is over. */
export interface LimitedWork<T> {
  readonly limit_ms: number;
  readonly signal?: AbortSignal | undefined;
  readonly work: (signal: AbortSignal) => Promise<T>;
}

const MAX_DETAIL_CHARACTERS = 300;
const CONTROL_CHARACTERS = /[\p{Cc}\uFFFD]+/gu;

/** Why work is told to end; made once, because an error with its stack costs more than most reads. */
const OVER = new DOMException("The work is over, or its time is.", "AbortError");

/** The real system. */
export const REAL_ROOT = "/";

/** A note whose detail is one clean line of at most 300 characters. */
export function noteOf(probe: ProbeName, code: NoteCode, detail: string | null = null): Note {
  const clean = detail?.replace(CONTROL_CHARACTERS, " ").trim().slice(0, MAX_DETAIL_CHARACTERS);
  return { probe, code, detail: clean === undefined || clean === "" ? null : clean };
}

/** A fixed path under the view's root; a Windows path there is a folder tree with the drive on top. */
export function rootedPath(root: string, path: string): string {
  if (root === REAL_ROOT) return path;
  return join(root, path.replaceAll("\\", "/").replace(/^([A-Za-z]):/, "$1"));
}

/** The result of the work, or `null` at the limit, at an abort, or when it throws; never rejects. */
export function withinLimit<T>({ limit_ms, signal, work }: LimitedWork<T>): Promise<T | null> {
  const controller = new AbortController();
  return new Promise((resolve) => {
    const finish = (value: T | null): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", giveUp);
      controller.abort(OVER);
      resolve(value);
    };
    const giveUp = (): void => finish(null);
    const timer = setTimeout(giveUp, limit_ms);
    if (signal?.aborted) return giveUp();
    signal?.addEventListener("abort", giveUp, { once: true });
    work(controller.signal).then(finish, giveUp);
  });
}

/** Where a fact was read; measured unless a certainty is given. */
export function originOf(
  fact: string,
  source: FactSource,
  {
    at,
    certainty = "measured",
    reason = null,
  }: {
    readonly at: number;
    readonly certainty?: Certainty;
    readonly reason?: NoteCode | null;
  },
): FactOrigin {
  return { fact, source, at, certainty, reason };
}

/** The origins of several facts that were read together: `null` is unknown for the given reason. */
export function originsOf<T extends object>(
  facts: T,
  prefix: string,
  {
    source,
    at,
    reason,
  }: { readonly source: FactSource; readonly at: number; readonly reason: NoteCode },
): readonly FactOrigin[] {
  return Object.entries(facts).map(([key, value]) =>
    value === null
      ? originOf(`${prefix}.${key}`, source, { at, certainty: "unknown", reason })
      : originOf(`${prefix}.${key}`, source, { at }),
  );
}
