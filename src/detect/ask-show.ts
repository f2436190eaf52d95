/**
 * Asks Ollama for the figures of some of its models, all at once and with one limit for each.
 *
 * No answer is an ordinary answer: the figures then come from elsewhere. Ollama's own cloud is not
 * asked, for that would be sending something to a cloud. Rejected: asking for every model at each
 * detection; a shelf of a hundred models would be a hundred questions that nobody asked.
 */
import type { ShownModel } from "../domain/served-model.ts";
import { type HostView, ioOf } from "./host-io.ts";
import { isOllamaCloud } from "./ollama-address.ts";
import { parseOllamaShow } from "./ollama-show.ts";
import { withinLimit } from "./probe.ts";
import { OLLAMA_LIMIT_MS } from "./probe-ollama.ts";

/** Most models that are asked for at once; those named first. */
export const SHOWN_MAX = 12;

const OK = 200;

/** Which models of which server; `address` from `ollamaAddressOf`. */
export interface ShowQuestion {
  readonly view: HostView;
  readonly address: string;
  readonly models: readonly string[];
  readonly signal?: AbortSignal;
}

/** What was told, by the name that was asked for; never rejects. */
export async function askShow(question: ShowQuestion): Promise<ReadonlyMap<string, ShownModel>> {
  const { address, models } = question;
  if (isOllamaCloud(address)) return new Map();
  const names = [...new Set(models)].slice(0, SHOWN_MAX);
  const told = await Promise.all(names.map((name) => shown(question, name)));
  return new Map(told.flatMap((one, index) => (one === null ? [] : [[names[index] ?? "", one]])));
}

async function shown(
  { view, address, signal }: ShowQuestion,
  model: string,
): Promise<ShownModel | null> {
  const work = (inner: AbortSignal) =>
    ioOf(view).ask(`${address}/api/show`, inner, JSON.stringify({ model }));
  const answer = await withinLimit({ limit_ms: OLLAMA_LIMIT_MS, signal, work });
  if (answer === null || answer.problem !== null || answer.status !== OK) return null;
  return parseOllamaShow(answer.body);
}
