/**
 * Speaks Ollama's own protocol, for the models of this host and the `:cloud` models behind its server.
 *
 * The package's build for browsers, because the other one takes an image that is the name of a file for
 * that file, and would read it for whoever asks. Its fetch is ours: no key of the environment goes along,
 * an error never reaches the package, which would print it, and neither does a line that is not JSON.
 */

import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isObject, parsedJson } from "../domain/tolerant-json.ts";
import { type AnswerHead, completionFromOllama, type OllamaPart } from "./chat-from-ollama.ts";
import { toOllama } from "./chat-to-ollama.ts";
import type { ModelAnswer, ModelCall, ModelClient } from "./model-client.ts";
import { piecesOf } from "./model-events.ts";
import { modelPost, wholeText } from "./model-fetch.ts";
import { chunksFrom } from "./model-lines.ts";
import { ModelWatch } from "./model-watch.ts";
import { createOllamaLines } from "./ollama-lines.ts";

export interface OllamaSettings {
  /** How long a model stays loaded after its last job, ms. */
  readonly keepAliveMs: number;
}

/** A client for all targets of this protocol. */
export function createOllamaClient({ keepAliveMs }: OllamaSettings): ModelClient {
  return {
    complete: (call) =>
      completed(call, { watch: new ModelWatch(call), keepAliveMs, message: null }),
    stream: (call) =>
      piecesOf(() => {
        const watch = new ModelWatch(call);
        return { watch, chunks: chunksOf(call, { watch, keepAliveMs, message: null }) };
      }),
  };
}

interface Held extends OllamaSettings {
  readonly watch: ModelWatch;
  /** The server's answer, as soon as it has begun. */
  message: IncomingMessage | null;
}

async function completed(call: ModelCall, held: Held): Promise<ModelAnswer> {
  const { watch } = held;
  try {
    const part = (await asked(call, held, false)) as unknown as OllamaPart;
    watch.end(null);
    return { ok: true, completion: completionFromOllama(part, headOf(call)) };
  } catch (error) {
    return { ok: false, failure: watch.failureOf(error) };
  }
}

async function* chunksOf(call: ModelCall, held: Held): AsyncGenerator<readonly string[], void> {
  const { watch } = held;
  const options = call.request["stream_options"];
  const hasUsage = isObject(options) && options["include_usage"] === true;
  const reader = createOllamaLines({
    head: headOf(call),
    hasUsage,
    parse: (line) => checkedPart(line, watch),
  });
  await asked(call, held, true);
  if (held.message === null) throw watch.finding("The server was asked and gave no answer.");
  yield* chunksFrom(held.message, { watch, reader });
}

function headOf({ target }: ModelCall): AnswerHead {
  return {
    id: `chatcmpl-${randomUUID()}`,
    created: Math.floor(Date.now() / 1000),
    model: target.model,
  };
}

async function asked(
  { target, request }: ModelCall,
  held: Held,
  stream: boolean,
): Promise<unknown> {
  const translated = toOllama(request, { target, keepAliveMs: held.keepAliveMs });
  if (!translated.ok) throw held.watch.unsaid(translated.message);
  const { Ollama } = await thePackage();
  // One object per call costs two microseconds and tells its fetch which call this is.
  const client = new Ollama({ host: target.address, fetch: fetchFor(held) as never });
  return client.chat({ ...translated.body, stream } as never);
}

let loading: ReturnType<typeof load> | null = null;

/** Loaded with the first call; kept, for an `import()` again costs more (8 µs) than the package does (5 µs). */
function thePackage(): ReturnType<typeof load> {
  loading ??= load();
  return loading;
}

function load() {
  return import("ollama/browser");
}

/** As much of `fetch` as the package uses; a stream is read here, for its limits and its speed. */
function fetchFor(held: Held) {
  return async (url: string, { body }: { readonly body: string }) => {
    const { watch } = held;
    const { message, ...response } = await modelPost({ url, body, authorization: null }, watch);
    held.message = message;
    return {
      ...response,
      json: async () => checkedPart(await wholeText(message, watch), watch),
      body: NOT_READ_THERE,
    };
  };
}

const NOT_READ_THERE = {};

function checkedPart(text: string, watch: ModelWatch): Readonly<Record<string, unknown>> {
  const json = parsedJson(text);
  if (isObject(json) && "error" in json) throw watch.refusal({ status: 200, body: text });
  if (isObject(json) && isObject(json["message"])) return json;
  throw watch.finding("A piece of the answer was to be a message in JSON and is something else.");
}
