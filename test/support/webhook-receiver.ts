/** A real receiver of webhooks on loopback that notes what came and answers as the test says. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect, onTestFinished } from "vitest";

/** One request as it came. */
export interface Received {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly at: number;
}

/** What to answer to the next request; a function may also answer nothing. */
export type ReceiverAnswer =
  | number
  | readonly [status: number, headers: Readonly<Record<string, string>>]
  | ((response: ServerResponse) => void);

export interface WebhookReceiver {
  readonly url: string;
  readonly received: Received[];
  /** Resolves when so many requests have come. */
  count(count: number): Promise<readonly Received[]>;
  stop(): Promise<void>;
}

/** Answers in turn; the last answer stays. On `port` where one is given, for a receiver that comes back. */
export async function webhookReceiver(
  answers: readonly ReceiverAnswer[] = [204],
  port = 0,
): Promise<WebhookReceiver> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const { method = "", url = "", headers } = request;
    const body = await text(request).catch(() => "");
    const answer = answers[Math.min(received.length, answers.length - 1)] ?? 204;
    const id = String(headers["webhook-id"]);
    received.push({ id, method, path: url, headers, body, at: performance.now() });
    if (typeof answer === "function") return answer(response);
    const [status, extra] = typeof answer === "number" ? [answer, {}] : answer;
    response.writeHead(status, extra).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  onTestFinished(stop);
  const own = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${own}/hook`,
    received,
    async count(count) {
      await expect.poll(() => received.length, { timeout: 15_000 }).toBeGreaterThanOrEqual(count);
      return received;
    },
    stop,
  };
}
