/** The models of a fake Ollama: which there are, which are loaded, and how often each was loaded. */

/** A model that can be asked for. */
export interface FakeModel {
  readonly name: string;
  /** Size in memory when loaded, bytes. */
  readonly size: number;
  readonly capabilities: readonly string[];
  /** Set for a `:cloud` model: it is never loaded. */
  readonly remoteModel?: string;
}

/** What a model was loaded with; another value of one of these makes Ollama load it anew. */
export interface LoadedModel {
  readonly name: string;
  readonly num_ctx: number;
  readonly num_gpu: number | null;
  readonly keep_alive: unknown;
}

const DEFAULT_CONTEXT = 4096;
const DIGEST = "aabd4debf0c8f08881923f2c25fc0fdeed24435271c2b3e92c4af36704040dbc";

export class FakeMemory {
  readonly models: readonly FakeModel[];
  readonly loaded = new Map<string, LoadedModel>();
  /** Every load, in order. */
  readonly loads: LoadedModel[] = [];
  /** Loads of a model that was loaded, with other options. */
  reloads = 0;

  constructor(models: readonly FakeModel[]) {
    this.models = models;
  }

  has(name: string): boolean {
    return this.models.some((model) => model.name === name);
  }

  /** A request for this model with these options. */
  use(name: string, request: Readonly<Record<string, unknown>>): void {
    if (this.models.some((model) => model.name === name && model.remoteModel !== undefined)) return;
    const options = (request["options"] ?? {}) as Readonly<Record<string, number | undefined>>;
    const wanted: LoadedModel = {
      name,
      num_ctx: options["num_ctx"] ?? DEFAULT_CONTEXT,
      num_gpu: options["num_gpu"] ?? null,
      keep_alive: request["keep_alive"] ?? null,
    };
    const before = this.loaded.get(name);
    const isSame = before?.num_ctx === wanted.num_ctx && before.num_gpu === wanted.num_gpu;
    this.loaded.set(name, wanted);
    if (isSame) return;
    if (before !== undefined) this.reloads += 1;
    this.loads.push(wanted);
  }

  unload(name: string): void {
    this.loaded.delete(name);
  }

  /** Body of `/api/tags`. */
  tags(): string {
    return JSON.stringify({
      models: this.models.map(({ name, size, capabilities, remoteModel }) => ({
        name,
        model: name,
        ...(remoteModel === undefined
          ? {}
          : { remote_model: remoteModel, remote_host: "https://ollama.com:443" }),
        modified_at: "2026-08-01T12:00:00Z",
        size: remoteModel === undefined ? size : 384,
        digest: DIGEST,
        details: { format: "gguf", family: "gemma3", parameter_size: "4.3B" },
        capabilities,
      })),
    });
  }

  /** Body of `/api/ps`. */
  ps(): string {
    return JSON.stringify({
      models: [...this.loaded.values()].map(({ name, num_ctx, num_gpu }) => {
        const size = this.models.find((model) => model.name === name)?.size ?? 0;
        return {
          name,
          model: name,
          size,
          size_vram: num_gpu === 0 ? 0 : size,
          digest: DIGEST,
          details: { format: "gguf", family: "gemma3" },
          expires_at: "2318-11-05T19:20:57Z",
          context_length: num_ctx,
        };
      }),
    });
  }

  /** Body of `/api/show`; `null` = no such model. */
  show(name: string): string | null {
    const model = this.models.find((each) => each.name === name);
    if (model === undefined) return null;
    return JSON.stringify({
      details: { format: "gguf", family: "gemma3", parameter_size: "4.3B" },
      model_info: { "general.architecture": "gemma3", "gemma3.context_length": 131_072 },
      capabilities: model.capabilities,
      ...(model.remoteModel === undefined ? {} : { remote_model: model.remoteModel }),
    });
  }
}
