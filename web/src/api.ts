/**
 * Questions to the runtime: the same routes as everybody's, with typed answers.
 *
 * Only this host is asked, by relative addresses. A refusal comes as a problem with a sentence, which
 * is shown as it stands: it names the value and the remedy.
 */
import type { Language } from "../../src/domain/configuration.ts";
import type { Entry } from "../../src/log/entry.ts";
import type { HistoryView } from "../../src/replay/history.ts";
import type { ExplainView, SnapshotView, StatusView } from "../../src/replay/views.ts";

/** Longest wait for an answer that takes no long run, in ms. */
const TIMEOUT_MS = 15_000;

/** What the service says when it refuses. */
export class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface EventPage {
  readonly events: readonly ExplainedEntry[];
  readonly next: number | null;
}

export interface ExplainedEntry extends Entry {
  readonly explanation?: string | null;
}

type Value = string | number | boolean | null | undefined;
export type Query = Readonly<Record<string, Value | readonly string[]>>;

/** The address of a route with its questions; what is null, undefined or empty is left out. */
export function addressFor(route: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query))
    for (const each of Array.isArray(value) ? value : [value])
      if (each !== null && each !== undefined && each !== "") parameters.append(key, String(each));
  const text = parameters.toString();
  return `/api/runtime/${route}${text === "" ? "" : `?${text}`}`;
}

/** Asks, and answers the JSON. Throws `Refused` with the sentence of the problem. */
export async function ask<Answer>(
  route: string,
  query: Query = {},
  signal?: AbortSignal,
): Promise<Answer> {
  const answer = await fetch(addressFor(route, query), {
    headers: { accept: "application/json" },
    signal: limited(signal),
  });
  return read<Answer>(answer);
}

/** Sends a request that changes something, or that takes long (`timeoutMs`). */
export async function send<Answer>(
  route: string,
  body: object,
  options: {
    readonly query?: Query;
    readonly signal?: AbortSignal;
    readonly timeoutMs?: number;
  } = {},
): Promise<Answer> {
  const answer = await fetch(addressFor(route, options.query), {
    method: "POST",
    headers: { accept: "application/json", "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: limited(options.signal, options.timeoutMs),
  });
  return read<Answer>(answer);
}

/** A picture of the statechart, as text. */
export async function askPicture(query: Query, signal?: AbortSignal): Promise<string> {
  const answer = await fetch(addressFor("statechart.svg", query), { signal: limited(signal) });
  if (!answer.ok) throw await refusalOf(answer);
  return answer.text();
}

export const status = (lang: Language, signal?: AbortSignal) =>
  ask<StatusView>("status", { lang }, signal);
export const explain = (lang: Language, signal?: AbortSignal) =>
  ask<ExplainView>("explain", { lang }, signal);
export const snapshotAt = (at: number | string, lang: Language, signal?: AbortSignal) =>
  ask<SnapshotView>("snapshot", { at, lang }, signal);
export const history = (query: Query, signal?: AbortSignal) =>
  ask<HistoryView>("history", query, signal);

function limited(signal: AbortSignal | undefined, timeoutMs = TIMEOUT_MS): AbortSignal {
  const limit = AbortSignal.timeout(timeoutMs);
  return signal === undefined ? limit : AbortSignal.any([signal, limit]);
}

async function read<Answer>(answer: Response): Promise<Answer> {
  if (!answer.ok) throw await refusalOf(answer);
  return (await answer.json()) as Answer;
}

/** What a refusal says. */
export async function refusalOf(answer: Response): Promise<Refused> {
  const text = await answer.text();
  try {
    const { detail, title, errors } = JSON.parse(text) as Problem;
    const more = (errors ?? []).map((each) => `${each.pointer ?? ""} ${each.detail}`.trim());
    return new Refused(answer.status, [detail ?? title ?? "", ...more].filter(Boolean).join(" "));
  } catch {
    return new Refused(answer.status, `${answer.status} ${answer.statusText}`);
  }
}

interface Problem {
  readonly detail?: string;
  readonly title?: string;
  readonly errors?: readonly { readonly pointer?: string; readonly detail: string }[];
}

/** The sentence of an error, whoever threw it. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
