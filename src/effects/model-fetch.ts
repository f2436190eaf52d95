/**
 * The `fetch` that is given to the packages of the providers: HTTP/1.1 on kept connections, and nothing else.
 *
 * Their own, which is Node's, follows redirects with the key in hand and costs a tenth of a millisecond and
 * more per call. This one sends the headers it knows and no other, so that nothing that a package takes from
 * the environment leaves the host, treats a redirect as a refusal, and bounds what it reads.
 */
import { Agent, type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps, Agent as SecureAgent } from "node:https";
import type { ModelWatch } from "./model-watch.ts";

/** As much of a `Response` as the packages and we look at. */
export interface ModelResponse {
  readonly ok: true;
  readonly status: number;
  readonly headers: Headers;
  readonly message: IncomingMessage;
}

/** What is sent. */
export interface ModelPost {
  readonly url: string;
  readonly body: string;
  /** Value of `Authorization`; `null` = none. */
  readonly authorization: string | null;
}

/** An answer that is no error may be so long. */
export const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
/** Of an error no more is read; it is kept as 500 characters. */
const MAX_ERROR_BYTES = 64 * 1024;
/** A free connection is kept for so long; servers close theirs after 5 s (Node) and more. */
const KEPT_MS = 4000;
const AGENT_OPTIONS = { keepAlive: true, timeout: KEPT_MS, maxFreeSockets: 8 } as const;

const agent = new Agent(AGENT_OPTIONS);
const secureAgent = new SecureAgent(AGENT_OPTIONS);

/** Posts JSON; an answer that is no success ends the watch with its failure and throws. */
export async function modelPost(post: ModelPost, watch: ModelWatch): Promise<ModelResponse> {
  const message = await answered(post, watch);
  watch.hears(message);
  const status = message.statusCode ?? 0;
  if (status < 200 || status > 299) {
    const isRedirect = status >= 300 && status < 400;
    const body = isRedirect ? `${REDIRECT} (HTTP ${status})` : await errorBody(message);
    throw watch.refusal({ status, body, headers: plainHeaders(message) });
  }
  return { ok: true, status, headers: headersOf(message), message };
}

/** The whole body as text. */
export async function wholeText(message: IncomingMessage, watch: ModelWatch): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of message as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > MAX_ANSWER_BYTES) throw watch.finding(TOO_LONG);
      pieces.push(piece);
    }
  } catch (error) {
    throw watch.isOver ? error : watch.finding(BROKEN_OFF);
  }
  return Buffer.concat(pieces).toString("utf8");
}

const REDIRECT = "The server wants to send the request elsewhere; configure the final address";
export const TOO_LONG = `The answer was to be at most ${MAX_ANSWER_BYTES} bytes long and is longer.`;
export const BROKEN_OFF = "The connection broke off in the middle of the answer.";

function answered(
  { url, body, authorization }: ModelPost,
  watch: ModelWatch,
): Promise<IncomingMessage> {
  const isSecure = url.startsWith("https:");
  return new Promise((resolve, reject) => {
    const request: ClientRequest = (isSecure ? requestHttps : requestHttp)(url, {
      method: "POST",
      agent: isSecure ? secureAgent : agent,
      headers: {
        accept: "application/json, text/event-stream",
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        "user-agent": "runtime-profile",
        ...(authorization === null ? {} : { authorization }),
      },
    });
    watch.holds(request);
    let isAnswered = false;
    request.once("response", (message) => {
      isAnswered = true;
      resolve(message);
    });
    request.on("error", (error: NodeJS.ErrnoException) => {
      // After the answer has begun, whoever reads it sees that it breaks off.
      if (isAnswered) return;
      reject(watch.refusal({ status: null, code: error.code ?? null, body: sayingOf(error) }));
    });
    request.once("close", () => {
      if (!isAnswered) reject(watch.finding("The connection was closed before an answer."));
    });
    request.end(body);
  });
}

/** Node says "connect ECONNREFUSED 127.0.0.1:1"; several addresses have several causes. */
function sayingOf(error: Error): string {
  const [first] = error instanceof AggregateError ? (error.errors as readonly unknown[]) : [];
  return first instanceof Error ? first.message : error.message;
}

async function errorBody(message: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of message as AsyncIterable<Buffer>) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes >= MAX_ERROR_BYTES) break;
    }
  } catch {
    // What came until then is told.
  }
  return Buffer.concat(pieces).toString("utf8", 0, MAX_ERROR_BYTES);
}

function plainHeaders(message: IncomingMessage): Readonly<Record<string, string | undefined>> {
  const { "retry-after": after, "retry-after-ms": afterMs } = message.headers;
  return {
    "retry-after": after,
    "retry-after-ms": typeof afterMs === "string" ? afterMs : undefined,
  };
}

function headersOf({ headers }: IncomingMessage): Headers {
  return new Headers({ "content-type": headers["content-type"] ?? "" });
}
