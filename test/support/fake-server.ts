/** A real HTTP server on loopback that answers some paths, as LM Studio, llama.cpp and vLLM were recorded. */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { fixture } from "./fixture.ts";

/** Path → body, or status and body; every other path is a 404. */
export type FakeAnswers = Readonly<
  Record<string, string | readonly [status: number, body: string]>
>;

export interface FakeServer {
  readonly address: string;
  /** Paths asked so far. */
  readonly asked: readonly string[];
  /** Header names that came with the questions. */
  readonly headers: ReadonlySet<string>;
  stop(): Promise<void>;
}

const text = (name: string): string => fixture("ollama", name);

/** What each kind answers. */
export const RECORDED = {
  lmstudioOld: {
    "/": "LM Studio",
    "/api/v0/models": text("lmstudio.api-v0-models.json"),
    "/v1/models": '{"object":"list","data":[]}',
  },
  lmstudioNew: { "/api/v1/models": text("lmstudio.api-v1-models.json") },
  llamacpp: {
    "/health": text("llamacpp.health.ok.json"),
    "/props": text("llamacpp.props.json"),
    "/v1/models": text("llamacpp.v1-models.json"),
  },
  llamacppLoading: {
    "/health": [503, text("llamacpp.health.503-loading.json")],
    "/props": [503, text("llamacpp.health.503-loading.json")],
  },
  vllm: {
    "/health": "",
    "/metrics": text("vllm.metrics.txt"),
    "/v1/models": text("vllm.v1-models.derived.json"),
  },
} as const satisfies Readonly<Record<string, FakeAnswers>>;

/** Answers these paths and nothing else. */
export function fakeServer(answers: FakeAnswers): Promise<FakeServer> {
  return listeningServer((request, response) => {
    const answer = answers[request.url ?? ""] ?? [404, '{"error":"not found"}'];
    const [status, body] = typeof answer === "string" ? [200, answer] : answer;
    response.writeHead(status).end(body);
  });
}

/** Any behaviour; it ends with the test. */
export async function listeningServer(listener: RequestListener): Promise<FakeServer> {
  const asked: string[] = [];
  const headers = new Set<string>();
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    for (const name of Object.keys(request.headers)) headers.add(name);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  onTestFinished(stop);
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}`, asked, headers, stop };
}
