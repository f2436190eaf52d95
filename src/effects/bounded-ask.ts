/**
 * One small question to a server, with bounds: a time, a size, no redirects, no kept connection.
 *
 * Whatever the server does (silence, a flood, a hang-up), the answer is a value, and nothing stays open
 * behind it. For housekeeping only; models are spoken to by their clients.
 */
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";

/** What to ask. */
export interface BoundedQuestion {
  readonly url: string;
  /** Posted as JSON; `null` = a plain GET. */
  readonly body: string | null;
  /** Its abort ends question and connection; time limits come in by it. */
  readonly signal: AbortSignal;
}

export interface BoundedAnswer {
  readonly status: number;
  readonly body: string;
}

/** More than any list of loaded models. */
const BODY_MOST_BYTES = 1_048_576;

/** Asks once; `null` when no whole answer came. Never rejects. */
export function askBounded(question: BoundedQuestion): Promise<BoundedAnswer | null> {
  const { url, body, signal } = question;
  return new Promise((resolve) => {
    const target = URL.parse(url);
    const isWeb = target?.protocol === "http:" || target?.protocol === "https:";
    if (target === null || !isWeb || signal.aborted) return resolve(null);
    const ask = target.protocol === "https:" ? requestHttps : requestHttp;
    const headers = body === null ? {} : headersOf(body);
    const method = body === null ? "GET" : "POST";
    const request = ask(target, { agent: false, method, headers, signal });
    request.on("error", () => resolve(null));
    request.on("response", (response) => {
      void readBody(response).then((text) => {
        resolve(text === null ? null : { status: response.statusCode ?? 0, body: text });
        request.destroy();
      });
    });
    request.end(body ?? undefined);
  });
}

function headersOf(body: string): Readonly<Record<string, string | number>> {
  return { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
}

async function readBody(response: IncomingMessage): Promise<string | null> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of response) {
      bytes += (piece as Buffer).length;
      if (bytes > BODY_MOST_BYTES) return null;
      pieces.push(piece as Buffer);
    }
    return Buffer.concat(pieces).toString("utf8");
  } catch {
    return null;
  }
}
