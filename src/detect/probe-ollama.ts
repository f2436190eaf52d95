/**
 * Is Ollama there, which models does it have, and which are loaded?
 *
 * Three questions at once, one limit for all. Running is `true` when the answer is Ollama's own, `false`
 * when nobody listens or somebody else answers, and `null` when it cannot be told (silence, a server
 * in trouble). Ollama's own cloud is not asked: that would be sending something to a cloud.
 * Rejected: looking for the process, which may listen elsewhere or not at all.
 */
import type { LoadedModel, Ollama, OllamaModel } from "../domain/host.ts";
import type { Note, NoteCode } from "../domain/note.ts";
import { askHttp, type HttpAnswer, knockAt } from "./ask-http.ts";
import type { HostIo } from "./host-io.ts";
import { isOllamaCloud } from "./ollama-address.ts";
import {
  OLLAMA_GREETING,
  parseOllamaPs,
  parseOllamaTags,
  parseOllamaVersion,
} from "./ollama-answers.ts";
import { noteOf, type Probed, withinLimit } from "./probe.ts";

/** A local server answers in milliseconds; a second is already trouble (§5.4). */
export const OLLAMA_LIMIT_MS = 1000;

/** What Ollama said; `null` lists were not answered. */
export interface OllamaFinding extends Omit<Ollama, "models" | "loaded"> {
  readonly models: readonly OllamaModel[] | null;
  readonly loaded: readonly LoadedModel[] | null;
}

interface Presence {
  readonly running: boolean | null;
  readonly version: string | null;
  readonly code: NoteCode | null;
}

const NOT_CHECKED: Presence = { running: null, version: null, code: "not-checked" };
const ABSENT: Presence = { running: false, version: null, code: "not-running" };
const SILENCE: HttpAnswer = { problem: "timeout" };
const FIRST_SERVER_ERROR = 500;

/** Asks the server at `address` (from `ollamaAddressOf`); never throws. */
export async function probeOllama(
  address: string,
  signal?: AbortSignal,
  askOnce: HostIo["ask"] = askHttp,
): Promise<Probed<OllamaFinding>> {
  if (isOllamaCloud(address)) return missing(address, NOT_CHECKED);
  const ask = askerAt(address, askOnce, signal);
  const [greeting, version, tags, ps] = await Promise.all([
    ask("/"),
    ask("/api/version"),
    ask("/api/tags"),
    ask("/api/ps"),
  ]);
  return told(address, { greeting, version, tags, ps });
}

/**
 * The same again and again, with fewer questions: a knock where nobody listened at the last look, and no
 * greeting where the version is told.
 */
export async function askOllamaAgain(
  address: string,
  signal: AbortSignal,
  wasAbsent: boolean,
): Promise<Probed<OllamaFinding>> {
  if (isOllamaCloud(address)) return missing(address, NOT_CHECKED);
  if (wasAbsent && (await knockAt(address, signal)) === "not-running")
    return missing(address, ABSENT);
  const ask = askerAt(address, askHttp, signal);
  const [version, tags, ps] = await Promise.all([
    ask("/api/version"),
    ask("/api/tags"),
    ask("/api/ps"),
  ]);
  const isTold = parsed(version, parseOllamaVersion) !== null;
  // One that was silent for the whole limit has no time left for a greeting.
  const isOver = version.problem === "timeout";
  const greeting = isTold || isOver ? SILENCE : await ask("/");
  return told(address, { greeting, version, tags, ps });
}

/** All questions of one asker have one limit together. */
function askerAt(address: string, askOnce: HostIo["ask"], signal: AbortSignal | undefined) {
  const end = performance.now() + OLLAMA_LIMIT_MS;
  return async (path: string): Promise<HttpAnswer> => {
    const limit_ms = Math.max(0, end - performance.now());
    const work = (inner: AbortSignal) => askOnce(`${address}${path}`, inner);
    return (await withinLimit({ limit_ms, signal, work })) ?? SILENCE;
  };
}

/** What was answered to each question. */
interface Answers {
  readonly greeting: HttpAnswer;
  readonly version: HttpAnswer;
  readonly tags: HttpAnswer;
  readonly ps: HttpAnswer;
}

function told(address: string, { greeting, version, tags, ps }: Answers): Probed<OllamaFinding> {
  const presence = presenceOf(greeting, version);
  if (presence.running !== true) return missing(address, presence);
  const models = parsed(tags, parseOllamaTags);
  const loaded = parsed(ps, parseOllamaPs);
  const notes: Note[] = [];
  if (models === null) notes.push(noteOf("ollama", tags.problem ?? "invalid-answer", "/api/tags"));
  if (loaded === null) notes.push(noteOf("ollama", ps.problem ?? "invalid-answer", "/api/ps"));
  const finding = { running: true, address, version: presence.version, models, loaded };
  return { finding, notes };
}

/** The finding in the host's form, where a list that was not answered is empty. */
export function ollamaOf(finding: OllamaFinding): Ollama {
  return { ...finding, models: finding.models ?? [], loaded: finding.loaded ?? [] };
}

function presenceOf(greeting: HttpAnswer, version: HttpAnswer): Presence {
  const told = parsed(version, parseOllamaVersion);
  if (told !== null) return { running: true, version: told, code: null };
  if (greeting.problem === null && greeting.body.trim() === OLLAMA_GREETING) {
    return { running: true, version: null, code: null };
  }
  if (version.problem !== null) {
    const isAbsent = version.problem === "not-running";
    return { running: isAbsent ? false : null, version: null, code: version.problem };
  }
  const isInTrouble = version.status >= FIRST_SERVER_ERROR;
  return { running: isInTrouble ? null : false, version: null, code: "invalid-answer" };
}

function parsed<T>(answer: HttpAnswer, parse: (body: string) => T | null): T | null {
  return answer.problem === null && answer.status === 200 ? parse(answer.body) : null;
}

function missing(address: string, { running, version, code }: Presence): Probed<OllamaFinding> {
  return {
    finding: { running, address, version, models: null, loaded: null },
    notes: code === null ? [] : [noteOf("ollama", code, address)],
  };
}
