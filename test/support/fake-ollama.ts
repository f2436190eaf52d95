/** A real HTTP server on loopback that answers like Ollama, or badly. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { fixture } from "./fixture.ts";

/** How the server behaves; `drip` sends one byte at a time and never ends. */
export type OllamaMode =
  | "ok"
  | "empty"
  | "hang"
  | "html"
  | "broken"
  | "drip"
  | "redirect"
  | "trouble"
  | "other";

export interface FakeOllama {
  /** For example `http://127.0.0.1:40123`. */
  readonly address: string;
  /** Paths asked so far. */
  readonly asked: readonly string[];
  /** Other answers from the next request on. */
  say(answers: Partial<OllamaAnswers>): void;
  /** Ends the server before the test ends. */
  stop(): Promise<void>;
}

export interface OllamaAnswers {
  readonly mode: OllamaMode;
  readonly version: string;
  readonly tags: string;
  readonly ps: string;
  /** Answers to `/api/show` by the model that is asked for; every other one is not found. */
  readonly show: Readonly<Record<string, string>>;
}

/** Starts it on a free port; it ends with the test. Default: version 0.33.3, two models, none loaded. */
export async function fakeOllama(answers: Partial<OllamaAnswers> = {}): Promise<FakeOllama> {
  const asked: string[] = [];
  let now: OllamaAnswers = {
    mode: "ok",
    version: fixture("ollama", "version.json"),
    tags: fixture("ollama", "tags.local.json"),
    ps: fixture("ollama", "ps.empty.json"),
    show: {},
    ...answers,
  };
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push(path);
    if (now.mode === "ok" && path === "/api/show") void answerShow(request, response, now.show);
    else answer(path, { now, response });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  onTestFinished(stop);
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    say(next) {
      now = { ...now, ...next };
    },
    stop,
  };
}

/** As Ollama: only by POST, and the model stands in a JSON body. */
async function answerShow(
  request: IncomingMessage,
  response: ServerResponse,
  show: OllamaAnswers["show"],
): Promise<void> {
  if (request.method !== "POST") return void response.writeHead(405).end();
  const { model } = JSON.parse(await text(request)) as { readonly model: string };
  const body = show[model];
  if (body !== undefined) return void response.end(body);
  response.writeHead(404).end(`{"error":"model '${model}' not found"}`);
}

function answer(
  path: string,
  { now, response }: { readonly now: OllamaAnswers; readonly response: ServerResponse },
): void {
  const bodies: Readonly<Record<string, string>> = {
    "/": fixture("ollama", "root.txt"),
    "/api/version": now.version,
    "/api/tags": now.mode === "empty" ? fixture("ollama", "tags.empty.json") : now.tags,
    "/api/ps": now.ps,
  };
  const body = bodies[path];
  switch (now.mode) {
    case "hang":
      return;
    case "html":
      response.end("<!doctype html><html><body>Sign in to the network</body></html>");
      return;
    case "broken":
      response.end('{"version": "0.33');
      return;
    case "drip":
      response.write("{");
      return;
    case "redirect":
      response.writeHead(302, { location: "/elsewhere" }).end();
      return;
    case "trouble":
      response.writeHead(502).end("Bad Gateway");
      return;
    case "other":
      response.end('{"status": "ok"}');
      return;
    case "ok":
    case "empty":
      response.writeHead(body === undefined ? 404 : 200).end(body);
  }
}
