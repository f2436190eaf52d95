/** An Ollama on loopback with models on a card, and the card's meter; it frees, or only says so. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { fixture } from "./fixture.ts";

/**
 * What it does when it is asked to unload: frees; refuses (500); says yes and keeps the model; lists it no
 * more and keeps the memory; answers nothing; hangs up; answers with a page.
 */
export type UnloadManner = "free" | "refuse" | "keep" | "leak" | "hang" | "drop" | "page";

export interface FakeCard {
  readonly address: string;
  /** Models that were asked to be unloaded, in order. */
  readonly asked: readonly string[];
  /** Loaded models with what they hold on the card, MiB. */
  readonly loaded: Map<string, number>;
  manner: UnloadManner;
  /** Told whenever what lies on the card has changed by a request. */
  onChange: () => void;
  /** What others hold, MiB. */
  othersMib: number;
  usedMib(): number;
  /** Settles when somebody asks to unload. */
  nextAsked(): Promise<void>;
}

const MIB = 1_048_576;

/** What a model that a chat has loaded holds, MiB. */
const LOADED_MIB = 3000;

/** Starts it on a free port; it ends with the test. */
export async function fakeCard(
  models: Readonly<Record<string, number>>,
  manner: UnloadManner = "free",
  /** What is installed, as `/api/tags` answers. */
  tags = fixture("ollama", "tags.empty.json"),
): Promise<FakeCard> {
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  let leakedMib = 0;
  const card: FakeCard = {
    address: "",
    asked,
    loaded: new Map(Object.entries(models)),
    manner,
    onChange: () => {},
    othersMib: 1000,
    usedMib: () => leakedMib + [...card.loaded.values()].reduce((a, b) => a + b, card.othersMib),
    nextAsked: () => new Promise((resolve) => void waiting.push(resolve)),
  };
  const unload = (model: string, response: ServerResponse): void => {
    asked.push(model);
    for (const tell of waiting.splice(0)) tell();
    const heldMib = card.loaded.get(model) ?? 0;
    switch (card.manner) {
      case "hang":
        return;
      case "drop":
        response.destroy();
        return;
      case "refuse":
        response.writeHead(500).end('{"error":"no"}');
        return;
      case "page":
        response.end("<html>Sign in to the network</html>");
        return;
      case "leak":
        leakedMib += heldMib;
        card.loaded.delete(model);
        break;
      case "free":
        card.loaded.delete(model);
        break;
      case "keep":
    }
    card.onChange();
    response.end(JSON.stringify({ model, response: "", done: true, done_reason: "unload" }));
  };
  const chat = (model: string, response: ServerResponse): void => {
    card.loaded.set(model, LOADED_MIB);
    card.onChange();
    const message = { role: "assistant", content: "a cat" };
    const done = { done: true, done_reason: "stop", eval_count: 2, prompt_eval_count: 5 };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ model, created_at: "2026-11-26T12:00:00Z", message, ...done }));
  };
  const server = createServer(async (request, response) => {
    if (request.url === "/api/version") return void response.end(fixture("ollama", "version.json"));
    if (request.url === "/api/ps") return void response.end(psOf(card));
    if (request.url === "/api/tags") return void response.end(tags);
    if (request.method !== "POST") return void response.writeHead(404).end();
    const body = JSON.parse(await text(request)) as { model: string; keep_alive?: number };
    if (request.url === "/api/chat") chat(body.model, response);
    else if (body.keep_alive === 0) unload(body.model, response);
    else response.writeHead(400).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return Object.assign(card, { address: `http://127.0.0.1:${port}` });
}

function psOf({ loaded }: FakeCard): string {
  const models = [...loaded].map(([name, mib]) => ({
    name,
    model: name,
    size: Math.max(mib, 1) * MIB,
    size_vram: mib * MIB,
  }));
  return JSON.stringify({ models });
}
