/**
 * Speaks OpenAI's protocol: to the configured provider, and to the compatible servers of this host.
 *
 * The request passes through untouched but for `model` and `stream`. The package reads its settings from
 * the environment (key, address, organization, headers, log); each of them is given here, and only the
 * headers of `model-fetch.ts` leave the host.
 */

import type OpenAI from "openai";
import type { ChatCompletion } from "../domain/chat.ts";
import type { RuntimeProfileError } from "../domain/error.ts";
import type { Target } from "../domain/job.ts";
import { isObject, parsedJson } from "../domain/tolerant-json.ts";
import { createChunkLines, DATA } from "./chunk-lines.ts";
import type { ModelAnswer, ModelCall, ModelClient } from "./model-client.ts";
import { piecesOf } from "./model-events.ts";
import { type ModelResponse, modelPost, wholeText } from "./model-fetch.ts";
import { chunksFrom } from "./model-lines.ts";
import { ModelWatch } from "./model-watch.ts";

export interface OpenAiSettings {
  /** The key of a target; `null` = it gets none. */
  readonly keyOf: (target: Target) => string | null;
}

/** The package wants a key; this one is never sent. */
const NO_KEY = "none";
/** The watch has the times; the package's own is the longest that a timer can have. */
const NEVER_MS = 2_147_483_647;
const MAX_CLIENTS = 64;

/** A client for all targets of this protocol; one object of the package per address and key. */
export function createOpenAiClient({ keyOf }: OpenAiSettings): ModelClient {
  const clients = new Map<string, OpenAI>();
  const begin = (call: ModelCall): OpenAiCall => {
    const key = keyOf(call.target);
    const watch = new ModelWatch(call, key === null ? [] : [key]);
    return { call, watch, client: () => clientFor(clients, call.target.address, key) };
  };
  return {
    complete: (call) => completed(begin(call)),
    stream: (call) =>
      piecesOf(() => {
        const begun = begin(call);
        return { watch: begun.watch, chunks: chunksOf(begun) };
      }),
  };
}

interface OpenAiCall {
  readonly call: ModelCall;
  readonly watch: ModelWatch;
  readonly client: () => Promise<OpenAI>;
}

async function completed(begun: OpenAiCall): Promise<ModelAnswer> {
  const { watch } = begun;
  try {
    const { message } = await asked(begun, false);
    const completion = completionIn(await wholeText(message, watch), watch);
    watch.end(null);
    return { ok: true, completion };
  } catch (error) {
    return { ok: false, failure: watch.failureOf(error) };
  }
}

function completionIn(text: string, watch: ModelWatch): ChatCompletion {
  const json = parsedJson(text);
  if (isObject(json) && Array.isArray(json["choices"])) return json as unknown as ChatCompletion;
  throw isObject(json) && "error" in json
    ? watch.refusal({ status: 200, body: text })
    : watch.finding("The answer was to be a chat completion in JSON and is something else.");
}

async function* chunksOf(begun: OpenAiCall): AsyncGenerator<readonly string[], void> {
  const { watch } = begun;
  const { message } = await asked(begun, true);
  yield* chunksFrom(message, {
    watch,
    reader: createChunkLines((line) => refusalOf(line, watch)),
  });
}

/** Why a line is not a piece of an answer; llama.cpp had errors in lines of their own. */
function refusalOf(line: string, watch: ModelWatch): RuntimeProfileError {
  if (line.startsWith(DATA)) {
    const data = line.slice(DATA.length).trim();
    return isObject(parsedJson(data))
      ? watch.refusal({ status: 200, body: data })
      : watch.finding("A piece of the answer was to be JSON and is not.");
  }
  if (line.startsWith("error:")) {
    return watch.refusal({ status: 200, body: `{"error":${line.slice("error:".length)}}` });
  }
  return line.startsWith('{"error"')
    ? watch.refusal({ status: 200, body: line })
    : watch.finding("The answer was to be a stream of events and is something else.");
}

/** Sends the request by the package; the answer is read here, for its limits and its speed. */
async function asked({ call, watch, client }: OpenAiCall, stream: boolean): Promise<ModelResponse> {
  const body = { ...call.request, model: call.target.model, stream };
  // `fetchOptions` is handed to `fetch` as it is: the way to tell it which call this is.
  const { chat } = await client();
  const response = await chat.completions
    .create(body as never, { fetchOptions: { watch } as never })
    .asResponse();
  return response as unknown as ModelResponse;
}

/** The package is loaded with the first call: it costs 200 ms and 24 MB, and many hosts never need it. */
async function clientFor(
  clients: Map<string, OpenAI>,
  address: string,
  key: string | null,
): Promise<OpenAI> {
  const name = `${address}\n${key ?? ""}`;
  const known = clients.get(name);
  if (known !== undefined) return known;
  const { OpenAI: Package } = await import("openai");
  if (clients.size >= MAX_CLIENTS) clients.clear();
  const client = withoutCustomHeaders(() => new Package(settingsOf(address, key)));
  clients.set(name, client);
  return client;
}

function settingsOf(baseURL: string, key: string | null) {
  const authorization = key === null ? null : `Bearer ${key}`;
  return {
    baseURL,
    apiKey: key ?? NO_KEY,
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    logLevel: "off",
    maxRetries: 0,
    timeout: NEVER_MS,
    fetch: ((url: string, init: PostInit) =>
      modelPost({ url, body: init.body, authorization }, init.watch)) as never,
  } as const;
}

/** The one variable that no setting overrides; one that is no header would make every call fail. */
function withoutCustomHeaders<Made>(make: () => Made): Made {
  const name = "OPENAI_CUSTOM_HEADERS";
  const { [name]: value } = process.env;
  delete process.env[name];
  try {
    return make();
  } finally {
    if (value !== undefined) process.env[name] = value;
  }
}

interface PostInit {
  readonly body: string;
  readonly watch: ModelWatch;
}
