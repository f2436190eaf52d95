/**
 * A fake Ollama, or a fake OpenAI-compatible server or provider: real HTTP on loopback, told request by
 * request how to behave. It knows no test runner, so that benches use it as well; tests take
 * `fake-models.ts`, where it ends with the test.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { text } from "node:stream/consumers";
import { FakeMemory, type FakeModel } from "./fake-model-memory.ts";
import { answerJson, play } from "./fake-model-play.ts";
import { ERROR_ANSWERS, type Scene, type SceneName } from "./fake-model-scenes.ts";
import { OLLAMA_VOICE, OPENAI_VOICE } from "./fake-model-voice.ts";

/** A request as it came. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  /** Parsed where it is JSON, else the text. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly bytes: number;
}

export interface FakeModelSettings {
  readonly protocol: "ollama" | "openai";
  /** Default: `gemma3:4b` (vision, 4 GiB), `llama3.2:1b` (2 GiB) and `qwen3-vl:235b-cloud`. */
  readonly models?: readonly FakeModel[];
  /** Wanted in `Authorization`; without it every chat is a 401. */
  readonly key?: string;
  /** Port to listen on; default a free one. */
  readonly port?: number;
}

export interface FakeModelServer {
  /** What a target's `address` is: the root, or the `/v1`. */
  readonly address: string;
  readonly requests: readonly RecordedRequest[];
  /** Requests for a chat among them. */
  readonly chats: readonly RecordedRequest[];
  readonly memory: FakeMemory;
  /** Connections that are open now, and all there ever were. */
  readonly sockets: { readonly open: number; readonly ever: number };
  /** Chats that are held now, in `slow-load` or `stall`. */
  readonly held: number;
  /** Scenes of the next chats, one each; after them comes the scene of `always`. */
  next(...scenes: readonly (Scene | SceneName)[]): void;
  always(scene: Scene | SceneName): void;
  /** False: an unload is answered but frees nothing. */
  freesOnUnload: boolean;
  /** Lets go what is held. */
  release(): void;
  /** Resolves as soon as the condition holds; looked at whenever something happens here. */
  until(condition: () => boolean): Promise<void>;
  stop(): Promise<void>;
}

const GIB = 1024 ** 3;
const MODELS: readonly FakeModel[] = [
  { name: "gemma3:4b", size: 4 * GIB, capabilities: ["completion", "vision"] },
  { name: "llama3.2:1b", size: 2 * GIB, capabilities: ["completion", "tools"] },
  {
    name: "qwen3-vl:235b-cloud",
    size: 384,
    capabilities: ["completion", "vision", "tools"],
    remoteModel: "qwen3-vl:235b",
  },
];

/** Starts it. */
export async function startFakeModelServer(settings: FakeModelSettings): Promise<FakeModelServer> {
  const fake = new Fake(settings);
  await fake.listen();
  return fake;
}

class Fake implements FakeModelServer {
  address = "";
  readonly requests: RecordedRequest[] = [];
  readonly chats: RecordedRequest[] = [];
  readonly memory: FakeMemory;
  readonly sockets = { open: 0, ever: 0 };
  freesOnUnload = true;
  readonly #settings: FakeModelSettings;
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #queue: Scene[] = [];
  #always: Scene = { scene: "ok" };
  readonly #held = new Set<() => void>();
  readonly #waiting = new Set<() => void>();

  constructor(settings: FakeModelSettings) {
    this.#settings = settings;
    this.memory = new FakeMemory(settings.models ?? MODELS);
    this.#server.on("connection", (socket: Socket) => {
      this.sockets.open += 1;
      this.sockets.ever += 1;
      socket.once("close", () => {
        this.sockets.open -= 1;
        this.#happened();
      });
    });
  }

  async listen(): Promise<void> {
    const { port = 0, protocol } = this.#settings;
    await new Promise<void>((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
    const root = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    this.address = protocol === "ollama" ? root : `${root}/v1`;
  }

  get held(): number {
    return this.#held.size;
  }

  next(...scenes: readonly (Scene | SceneName)[]): void {
    this.#queue.push(...scenes.map(sceneOf));
  }

  always(scene: Scene | SceneName): void {
    this.#always = sceneOf(scene);
  }

  release(): void {
    const held = [...this.#held];
    this.#held.clear();
    for (const go of held) go();
  }

  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
      this.release();
    });
  }

  #happened(): void {
    for (const look of [...this.#waiting]) look();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on("error", () => {});
    let sent = "";
    try {
      sent = await text(request);
    } catch {
      return;
    }
    const recorded: RecordedRequest = {
      method: request.method ?? "",
      path: request.url ?? "",
      headers: request.headers,
      body: (parsed(sent) ?? {}) as RecordedRequest["body"],
      bytes: Buffer.byteLength(sent),
    };
    this.requests.push(recorded);
    const isChat = recorded.path === "/api/chat" || recorded.path === "/v1/chat/completions";
    if (isChat) this.chats.push(recorded);
    this.#happened();
    if (isChat) await this.#chat(recorded, response);
    else this.#other(recorded, response);
  }

  #other(request: RecordedRequest, response: ServerResponse): void {
    if (request.path === "/") {
      response.end("Ollama is running");
      return;
    }
    const body = this.#bodyOf(request);
    if (body === null) answerJson(response, NOT_FOUND, 404);
    else answerJson(response, body, body.startsWith('{"error"') ? 404 : 200);
    this.#happened();
  }

  /** `null` = no such page. */
  #bodyOf({ path, method, body }: RecordedRequest): string | null {
    const { memory } = this;
    const model = String(body["model"] ?? "");
    const missing = `{"error":"model '${model}' not found"}`;
    if (path === "/v1/models") return modelsList(memory.models);
    if (this.#settings.protocol === "openai") return null;
    switch (path) {
      case "/api/version":
        return '{"version":"0.33.3"}';
      case "/api/tags":
        return memory.tags();
      case "/api/ps":
        return memory.ps();
      case "/api/show":
        return method === "POST" ? (memory.show(model) ?? missing) : null;
      case "/api/generate":
        return memory.has(model) ? this.#generated(model, body) : missing;
      default:
        return null;
    }
  }

  /** Loading and unloading, without a prompt. */
  #generated(model: string, body: RecordedRequest["body"]): string {
    const isUnload = body["keep_alive"] === 0 || body["keep_alive"] === "0";
    if (!isUnload) this.memory.use(model, body);
    else if (this.freesOnUnload) this.memory.unload(model);
    const done_reason = isUnload ? "unload" : "load";
    const created_at = "2026-09-21T13:33:20.123456Z";
    return JSON.stringify({ model, created_at, response: "", done: true, done_reason });
  }

  async #chat({ body, headers }: RecordedRequest, response: ServerResponse): Promise<void> {
    const model = String(body["model"] ?? "");
    const scene = this.#sceneFor(model, headers.authorization);
    if (ERROR_ANSWERS[scene.scene] === undefined && scene.scene !== "redirect") {
      this.memory.use(model, body);
    }
    await play(scene, {
      response,
      voice: this.#settings.protocol === "ollama" ? OLLAMA_VOICE : OPENAI_VOICE,
      model,
      isStream: isStreamed(this.#settings, body),
      hold: () => this.#hold(response),
    });
  }

  /** A wrong key and a missing model are refused before any scene. */
  #sceneFor(model: string, authorization: string | undefined): Scene {
    const { key, protocol } = this.#settings;
    if (key !== undefined && authorization !== `Bearer ${key}`) return sceneOf("unauthorized");
    if (protocol === "ollama" && !this.memory.has(model)) {
      const message = `model "${model}" not found, try pulling it first`;
      return { scene: "model-missing", message };
    }
    return this.#queue.shift() ?? this.#always;
  }

  /** Until released, or until the other side is gone. */
  async #hold(response: ServerResponse): Promise<void> {
    await new Promise<void>((resolve) => {
      const go = (): void => {
        this.#held.delete(go);
        resolve();
        this.#happened();
      };
      this.#held.add(go);
      response.once("close", go);
      this.#happened();
    });
  }
}

const NOT_FOUND = '{"error":"404 page not found"}';

function sceneOf(scene: Scene | SceneName): Scene {
  return typeof scene === "string" ? { scene } : scene;
}

/** Ollama streams unless told not to, OpenAI only when told to. */
function isStreamed({ protocol }: FakeModelSettings, body: RecordedRequest["body"]): boolean {
  return protocol === "ollama" ? body["stream"] !== false : body["stream"] === true;
}

function modelsList(models: readonly FakeModel[]): string {
  const data = models.map(({ name }) => ({
    id: name,
    object: "model",
    created: 1,
    owned_by: "fake",
  }));
  return JSON.stringify({ object: "list", data });
}

function parsed(sent: string): unknown {
  try {
    return JSON.parse(sent);
  } catch {
    return null;
  }
}
