/** What a fake model server can be told to do with a request, and what real servers say in that case. */

/** Each is how a real server was seen to behave, or its connection to end. */
export const SCENES = [
  "ok",
  // Held before the answer begins, until released; then ok.
  "slow-load",
  "oom-old",
  "oom-new",
  "oom-memory",
  "killed",
  "oom-stream",
  "model-missing",
  "quota",
  "unauthorized",
  "context",
  "loading",
  "busy",
  "bad-request",
  "error",
  // Two pieces, then silence until released.
  "stall",
  // The connection is reset before an answer, or after two pieces.
  "reset",
  "reset-stream",
  "html",
  "broken",
  "truncated",
  "redirect",
] as const;
export type SceneName = (typeof SCENES)[number];

/** A scene with its words. */
export interface Scene {
  readonly scene: SceneName;
  /** What the model says; default one sentence. Each word is a piece. */
  readonly text?: string;
  /** Instead: so many pieces of the same word. */
  readonly pieces?: number;
  readonly thinking?: string;
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: unknown }[];
  /** `stop` by default. */
  readonly doneReason?: string;
  /** Header `Retry-After` of a quota answer; default 7 seconds. */
  readonly retryAfter?: string;
  /** Where a redirect leads. */
  readonly location?: string;
  /** Status and words of an error, instead of the scene's own. */
  readonly status?: number;
  readonly message?: string;
}

/** An answer that is an error: status and what each protocol says. */
export interface ErrorAnswer {
  readonly status: number;
  readonly ollama: string;
  readonly openai: {
    readonly message: string;
    readonly type: string;
    readonly code: string | null;
  };
}

const CUDA =
  "llama-server process has terminated: exit status 1: cudaMalloc failed: out of memory\nalloc_tensor_range: failed to allocate CUDA0 buffer of size 5064192000";

const api = (message: string, code: string | null = null): ErrorAnswer["openai"] => ({
  message,
  type: "api_error",
  code,
});

const same = (status: number, message: string): ErrorAnswer => ({
  status,
  ollama: message,
  openai: api(message),
});

/** The scenes that are an answer with an error, with recorded words (test/fixtures/ollama and the providers' pages). */
export const ERROR_ANSWERS: Readonly<Partial<Record<SceneName, ErrorAnswer>>> = {
  "oom-old": same(500, "llama runner process has terminated: cudaMalloc failed: out of memory"),
  "oom-new": same(500, CUDA),
  "oom-memory": same(
    500,
    "model requires more system memory (7.5 GiB) than is available (5.2 GiB)",
  ),
  killed: same(500, "llama-server process has terminated: signal: killed"),
  "model-missing": {
    status: 404,
    ollama: 'model "llama9" not found, try pulling it first',
    openai: {
      message: "The model `gpt-9` does not exist or you do not have access to it.",
      type: "invalid_request_error",
      code: "model_not_found",
    },
  },
  quota: {
    status: 429,
    ollama: "you (someone) have reached your hourly usage limit, please wait or upgrade",
    openai: {
      message: "Rate limit reached for gpt-5 on tokens per min. Please try again in 6.5s.",
      type: "tokens",
      code: "rate_limit_exceeded",
    },
  },
  unauthorized: {
    status: 401,
    ollama: "unauthorized",
    openai: {
      message: "Incorrect API key provided: sk-abc***wxyz.",
      type: "invalid_request_error",
      code: "invalid_api_key",
    },
  },
  context: {
    status: 400,
    ollama: "request (9000 tokens) exceeds the available context size (4096 tokens)",
    openai: {
      message: "This model's maximum context length is 4096 tokens. However, you requested 9000.",
      type: "invalid_request_error",
      code: "context_length_exceeded",
    },
  },
  loading: same(503, "Loading model"),
  busy: same(503, "server busy, please try again.  maximum pending requests exceeded"),
  "bad-request": same(400, "registry.ollama.ai/library/llama3.2:latest does not support vision"),
  error: same(500, "the model failed to generate a response"),
};
