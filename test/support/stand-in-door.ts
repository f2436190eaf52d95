/** A small server that speaks as the door of the daemon does, for the examples that chat. */
import type { IncomingHttpHeaders } from "node:http";
import { json } from "node:stream/consumers";
import { listeningServer } from "./fake-server.ts";

/** One request for a chat. */
export interface AskedChat {
  readonly body: {
    readonly model: string;
    readonly stream?: boolean;
    readonly messages: readonly unknown[];
  };
  readonly headers: IncomingHttpHeaders;
}

export const RECEIPT = {
  "x-runtime-profile-provider": "local",
  "x-runtime-profile-model": "qwen3:4b",
  "x-runtime-profile-device": "auto",
  "x-runtime-profile-tier": "LOCAL_GPU_MID",
  "x-runtime-profile-rung": "nominal",
  "x-runtime-profile-reason": "HOST_DETECTED",
  "x-runtime-profile-seq": "17",
} as const;

/** Answers every chat with the words, streamed piece by piece where that is wanted; or refuses them all. */
export async function standInDoor(
  words: readonly string[],
  refusal: {
    readonly status: number;
    readonly code: string;
    readonly message: string;
  } | null = null,
): Promise<{ readonly address: string; readonly asked: readonly AskedChat[] }> {
  const asked: AskedChat[] = [];
  const { address } = await listeningServer(async (request, response) => {
    const isChat = request.method === "POST" && request.url === "/v1/chat/completions";
    if (!isChat) return void response.writeHead(404).end();
    const body = (await json(request)) as AskedChat["body"];
    asked.push({ body, headers: request.headers });
    if (refusal !== null) {
      const { status, code, message } = refusal;
      const error = { message, type: "server_error", param: null, code };
      const headers = { "content-type": "application/json" };
      return void response.writeHead(status, headers).end(JSON.stringify({ error }));
    }
    const base = { id: "chatcmpl-1", created: 1_767_323_045, model: "qwen3:4b" };
    if (body.stream !== true) {
      const message = { role: "assistant", content: words.join("") };
      const choices = [{ index: 0, message, finish_reason: "stop" }];
      const usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 };
      const whole = { ...base, object: "chat.completion", choices, usage };
      response.writeHead(200, { "content-type": "application/json", ...RECEIPT });
      return void response.end(JSON.stringify(whole));
    }
    response.writeHead(200, { "content-type": "text/event-stream", ...RECEIPT });
    const chunk = (delta: object, finish_reason: string | null): string => {
      const choices = [{ index: 0, delta, finish_reason }];
      return `data: ${JSON.stringify({ ...base, object: "chat.completion.chunk", choices })}\n\n`;
    };
    response.write(chunk({ role: "assistant", content: "" }, null));
    for (const content of words) response.write(chunk({ content }, null));
    response.write(chunk({}, "stop"));
    response.end("data: [DONE]\n\n");
  });
  return { address, asked };
}
