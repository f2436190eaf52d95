/**
 * Who answers at an address? Each kind of model server is known by an answer that only it gives.
 *
 * Two rounds under one deadline: the telling questions all at once, then what only the kind that
 * answered knows more of. On a default port only the kinds that live there are thought of.
 * Rejected: `/v1/models` as a sign, which all four answer alike (§5.4).
 */
import type { NoteCode } from "../domain/note.ts";
import type { ServedModel, ServerKind } from "../domain/served.ts";
import type { HttpAnswer } from "./ask-http.ts";
import {
  OLLAMA_GREETING,
  parseOllamaPs,
  parseOllamaTags,
  parseOllamaVersion,
} from "./ollama-answers.ts";
import { parseLlamacppHealth, parseLlamacppProps } from "./server-llamacpp.ts";
import { parseLmStudioV0, parseLmStudioV1 } from "./server-lmstudio.ts";
import { parseOpenAiModels } from "./server-models.ts";
import { parseVllmMetrics } from "./server-vllm.ts";

/** Asks a path of the server; never rejects and ends at the deadline. */
export type AskPath = (path: string) => Promise<HttpAnswer>;

/** Who it is and what it tells; `untold` = paths that should have had an answer. */
export interface ToldServer {
  readonly kind: ServerKind;
  readonly version: string | null;
  readonly models: readonly ServedModel[];
  readonly untold: readonly string[];
}

/** Why nobody known was found; `running` as far as an unknown server can be said to run. */
export interface UntoldServer {
  readonly kind: null;
  readonly running: boolean | null;
  readonly code: NoteCode;
}

type Tell = (ask: AskPath) => Promise<ToldServer | null>;

const OK = 200;
const REFUSALS: readonly number[] = [401, 403];
const FIRST_SERVER_ERROR = 500;

const TELLS: Readonly<Record<ServerKind, Tell>> = {
  ollama: tellOllama,
  lmstudio: tellLmStudio,
  llamacpp: tellLlamacpp,
  vllm: tellVllm,
};

/** The server behind `ask`, thought to be one of `kinds`. */
export async function tellServer(
  ask: AskPath,
  kinds: readonly ServerKind[],
): Promise<ToldServer | UntoldServer> {
  const answers: HttpAnswer[] = [];
  const listen: AskPath = async (path) => {
    const answer = await ask(path);
    answers.push(answer);
    return answer;
  };
  const told = await Promise.all(kinds.map((kind) => TELLS[kind](listen)));
  return told.find((server) => server !== null) ?? untold(answers);
}

async function tellOllama(ask: AskPath): Promise<ToldServer | null> {
  if (bodyOf(await ask("/"))?.trim() !== OLLAMA_GREETING) return null;
  const [version, tags, ps] = await Promise.all([
    ask("/api/version"),
    ask("/api/tags"),
    ask("/api/ps"),
  ]);
  const models = read(tags, parseOllamaTags);
  const loaded = read(ps, parseOllamaPs);
  const names = loaded === null ? null : new Set(loaded.map(({ name }) => name));
  return {
    kind: "ollama",
    version: read(version, parseOllamaVersion),
    models: (models ?? []).map((model) => ({
      ...model,
      loaded: names === null ? null : names.has(model.name),
      context: null,
    })),
    untold: [...(models === null ? ["/api/tags"] : []), ...(loaded === null ? ["/api/ps"] : [])],
  };
}

/** The newer list has sizes and wins; which version of LM Studio it is, neither tells. */
async function tellLmStudio(ask: AskPath): Promise<ToldServer | null> {
  const [newer, older] = await Promise.all([ask("/api/v1/models"), ask("/api/v0/models")]);
  const models = read(newer, parseLmStudioV1) ?? read(older, parseLmStudioV0);
  return models === null ? null : { kind: "lmstudio", version: null, models, untold: [] };
}

async function tellLlamacpp(ask: AskPath): Promise<ToldServer | null> {
  const [health, answer] = await Promise.all([ask("/health"), ask("/props")]);
  const props = read(answer, parseLlamacppProps);
  const state = health.problem === null ? parseLlamacppHealth(health.body) : null;
  if (props === null) {
    const isLoading = state === "loading";
    return isLoading ? { kind: "llamacpp", version: null, models: [], untold: [] } : null;
  }
  const listed = read(await ask("/v1/models"), parseOpenAiModels) ?? [];
  const models = props.models.map((model) => {
    const size_bytes = listed.find(({ name }) => name === model.name)?.size_bytes ?? null;
    return { ...model, size_bytes };
  });
  return { kind: "llamacpp", version: props.version, models, untold: [] };
}

async function tellVllm(ask: AskPath): Promise<ToldServer | null> {
  const named = read(await ask("/metrics"), parseVllmMetrics);
  if (named === null) return null;
  const listed = read(await ask("/v1/models"), parseOpenAiModels);
  const untold = listed === null ? ["/v1/models"] : [];
  return { kind: "vllm", version: null, models: listed ?? named, untold };
}

/** One that is neither known nor silent is somebody; silence and refusal are told apart. */
function untold(answers: readonly HttpAnswer[]): UntoldServer {
  const statuses = answers.flatMap((one) => (one.problem === null ? [one.status] : []));
  if (statuses.length > 0) {
    const isRefused = statuses.some((status) => REFUSALS.includes(status));
    const isInTrouble = statuses.every((status) => status >= FIRST_SERVER_ERROR);
    const code = isRefused ? "permission" : "invalid-answer";
    return { kind: null, running: isInTrouble ? null : true, code };
  }
  const problems = answers.flatMap(({ problem }) => (problem === null ? [] : [problem]));
  const isAbsent = problems.length > 0 && problems.every((problem) => problem === "not-running");
  if (isAbsent) return { kind: null, running: false, code: "not-running" };
  const code = problems.find((problem) => problem !== "not-running") ?? "timeout";
  return { kind: null, running: null, code };
}

function read<T>(answer: HttpAnswer, parse: (body: string) => T | null): T | null {
  const body = bodyOf(answer);
  return body === null ? null : parse(body);
}

function bodyOf(answer: HttpAnswer): string | null {
  return answer.problem === null && answer.status === OK ? answer.body : null;
}
