/**
 * Speaks Ollama's own protocol, for the models of this host and the `:cloud` models behind its server.
 *
 * The package's build for browsers, because the other one takes an image that is the name of a file for
 * that file, and would read it for whoever asks. Its fetch is ours: no key of the environment goes along,
 * an error never reaches the package, which would print it, and neither does a line that is not JSON.
 */

import { randomUUID } from "node:crypto";
import type { ChatChunk } from "../domain/chat.ts";
import { isObject, parsedJson } from "../domain/tolerant-json.ts";
import {
  type AnswerHead,
  completionFromOllama,
  createChunkTranslator,
  type OllamaPart,
} from "./chat-from-ollama.ts";
import { toOllama } from "./chat-to-ollama.ts";
import type { ModelAnswer, ModelCall, ModelClient } from "./model-client.ts";
import { eventsOf } from "./model-events.ts";
import { modelPost, wholeText } from "./model-fetch.ts";
import { linesOf } from "./model-lines.ts";
import { ModelWatch } from "./model-watch.ts";

export interface OllamaSettings {
  /** How long a model stays loaded after its last job, ms. */
  readonly keepAliveMs: number;
}

/** A client for all targets of this protocol. */
export function createOllamaClient({ keepAliveMs }: OllamaSettings): ModelClient {
  return {
    complete: (call) => completed(call, { watch: new ModelWatch(call), keepAliveMs }),
    stream: (call) =>
      eventsOf(() => {
        const watch = new ModelWatch(call);
        return { watch, chunks: chunksOf(call, { watch, keepAliveMs }) };
      }),
  };
}

interface Held extends OllamaSettings {
  readonly watch: ModelWatch;
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

async function* chunksOf(call: ModelCall, held: Held): AsyncGenerator<ChatChunk, void> {
  const options = call.request["stream_options"];
  const hasUsage = isObject(options) && options["include_usage"] === true;
  const translate = createChunkTranslator(headOf(call), hasUsage);
  const parts = (await asked(call, held, true)) as unknown as AsyncIterable<OllamaPart>;
  for await (const part of parts) {
    const chunks = translate(part);
    if (chunks.length > 0) held.watch.began();
    yield* chunks;
  }
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
  { watch, keepAliveMs }: Held,
  stream: boolean,
): Promise<unknown> {
  const translated = toOllama(request, { target, keepAliveMs });
  if (!translated.ok) throw watch.unsaid(translated.message);
  const { Ollama } = await thePackage();
  // One object per call costs two microseconds and tells its fetch which call this is.
  const client = new Ollama({ host: target.address, fetch: fetchFor(watch) as never });
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

/** As much of `fetch` as the package uses. */
function fetchFor(watch: ModelWatch) {
  return async (url: string, { body }: { readonly body: string }) => {
    const { message, ...response } = await modelPost({ url, body, authorization: null }, watch);
    return {
      ...response,
      json: async () => checkedPart(await wholeText(message, watch), watch),
      body: { getReader: () => readerOf(linesOf(message, watch), watch) },
    };
  };
}

/** Hands on lines that are known to be good; an answer that ends without its last line is a failure. */
function readerOf(batches: AsyncIterator<readonly string[]>, watch: ModelWatch) {
  let isDone = false;
  let bad: string | null = null;
  return {
    async read() {
      if (bad !== null) checkedPart(bad, watch);
      const step = await batches.next();
      if (step.done === true) {
        if (!isDone) throw watch.finding("The answer ended before it was finished.");
        return { done: true, value: undefined };
      }
      const firstBad = step.value.findIndex((line) => !isGood(line));
      // What came before a bad line was said, and is told.
      bad = step.value[firstBad] ?? null;
      if (firstBad === 0) checkedPart(bad ?? "", watch);
      const good = bad === null ? step.value : step.value.slice(0, firstBad);
      isDone ||= good.some((line) => /"done"\s*:\s*true/.test(line));
      return { done: false, value: Buffer.from(`${good.join("\n")}\n`) };
    },
    releaseLock() {},
  };
}

function isGood(line: string): boolean {
  const json = parsedJson(line);
  return isObject(json) && !("error" in json) && isObject(json["message"]);
}

function checkedPart(text: string, watch: ModelWatch): Readonly<Record<string, unknown>> {
  const json = parsedJson(text);
  if (isObject(json) && "error" in json) throw watch.refusal({ status: 200, body: text });
  if (isObject(json) && isObject(json["message"])) return json;
  throw watch.finding("A piece of the answer was to be a message in JSON and is something else.");
}
