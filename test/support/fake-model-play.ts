/** Plays a scene on a real response of HTTP. */
import type { ServerResponse } from "node:http";
import { ERROR_ANSWERS, type ErrorAnswer, type Scene } from "./fake-model-scenes.ts";
import type { Voice } from "./fake-model-voice.ts";

/** Where a scene is played. */
export interface Stage {
  readonly response: ServerResponse;
  readonly voice: Voice;
  readonly model: string;
  readonly isStream: boolean;
  /** Resolves when released, or when the other side is gone. */
  readonly hold: () => Promise<void>;
}

/** Answers with JSON. */
export function answerJson(response: ServerResponse, body: string, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(body);
}

/** Plays it to its end. */
export async function play(scene: Scene, stage: Stage): Promise<void> {
  const { response, voice } = stage;
  if (scene.scene === "slow-load") await stage.hold();
  const error = ERROR_ANSWERS[scene.scene];
  if (error !== undefined) {
    refuse(scene, response, voice.error(worded(error, scene)));
    return;
  }
  switch (scene.scene) {
    case "reset":
      response.socket?.resetAndDestroy();
      return;
    case "redirect":
      response.writeHead(307, { location: scene.location ?? "/elsewhere" }).end();
      return;
    case "html":
      response.writeHead(scene.status ?? 200, { "content-type": "text/html" });
      response.end("<!doctype html><html><title>Sign in</title></html>");
      return;
    default:
      await (stage.isStream ? streamed(scene, stage) : whole(scene, stage));
  }
}

async function whole(scene: Scene, { response, voice, model, hold }: Stage): Promise<void> {
  const text = voice.whole(scene, model);
  const half = text.slice(0, text.length / 2);
  switch (scene.scene) {
    case "oom-stream":
      refuse({ ...scene, scene: "oom-new" }, response, voice.error(worded(oom(), scene)));
      return;
    case "reset-stream":
      response.writeHead(200, { "content-type": "application/json" });
      await flush(response, half);
      response.socket?.resetAndDestroy();
      return;
    case "broken":
    case "truncated":
      answerJson(response, half);
      return;
    case "stall":
      await hold();
      answerJson(response, text);
      return;
    default:
      answerJson(response, text);
  }
}

/** Pieces, and what interrupts them after two. */
async function streamed(scene: Scene, { response, voice, model, hold }: Stage): Promise<void> {
  const pieces = voice.pieces(scene, model);
  const isPlain = scene.scene === "ok" || scene.scene === "slow-load";
  response.writeHead(200, { "content-type": voice.streamType });
  if (isPlain) await write(response, pieces);
  else await flush(response, pieces.slice(0, 2).join(""));
  switch (scene.scene) {
    case "oom-stream":
      response.end(voice.errorInStream(worded(oom(), scene)));
      return;
    case "reset-stream":
      response.socket?.resetAndDestroy();
      return;
    case "truncated":
      response.end();
      return;
    case "broken":
      response.end(`${pieces[2]?.slice(0, 20)}\n\n${voice.last(scene, model)}`);
      return;
    case "stall":
      await hold();
      await write(response, pieces.slice(2));
      break;
    default:
      break;
  }
  response.end(voice.last(scene, model));
}

function oom(): ErrorAnswer {
  const answer = ERROR_ANSWERS["oom-new"];
  if (answer === undefined) throw new Error("The scenes were to have oom-new; add it.");
  return answer;
}

function worded(answer: ErrorAnswer, { message, status }: Scene): ErrorAnswer {
  return {
    status: status ?? answer.status,
    ollama: message ?? answer.ollama,
    openai: { ...answer.openai, message: message ?? answer.openai.message },
  };
}

function refuse(scene: Scene, response: ServerResponse, body: string): void {
  const status = scene.status ?? ERROR_ANSWERS[scene.scene]?.status ?? 500;
  const after = scene.retryAfter ?? (scene.scene === "quota" ? "7" : undefined);
  const headers = after === undefined ? {} : { "retry-after": after };
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
}

/** Resolves when it is on its way: a reset throws away what is not. */
function flush(response: ServerResponse, text: string): Promise<void> {
  return new Promise((resolve) => response.write(text, () => resolve()));
}

/** Each piece in its own write, and never faster than they are taken. */
async function write(response: ServerResponse, pieces: readonly string[]): Promise<void> {
  const closed = new Promise<void>((resolve) => response.once("close", resolve));
  for (const piece of pieces) {
    if (response.destroyed) return;
    if (response.write(piece)) continue;
    await Promise.race([drained(response), closed]);
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => response.once("drain", resolve));
}
