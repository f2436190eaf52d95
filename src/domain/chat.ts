/**
 * The shape of OpenAI's chat completions, as far as this house looks into it.
 *
 * Everything else in a request or an answer passes through untouched, so that a field that was added
 * yesterday works today. Source: the API reference of OpenAI, `chat/completions`, November 2026.
 */

/** A part of a message's content. */
export interface ContentPart {
  /** `text`, `image_url`, … */
  readonly type: string;
  readonly text?: string;
  readonly image_url?: { readonly url: string; readonly detail?: string };
  readonly [key: string]: unknown;
}

export interface ToolCall {
  readonly id?: string;
  readonly type?: string;
  readonly function: { readonly name: string; readonly arguments: string };
  readonly [key: string]: unknown;
}

export interface ChatMessage {
  readonly role: string;
  readonly content?: string | readonly ContentPart[] | null;
  readonly tool_calls?: readonly ToolCall[];
  readonly tool_call_id?: string;
  readonly [key: string]: unknown;
}

/** The body of a request; `model` is the door's business and absent here. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  readonly stream?: boolean | null;
  readonly [key: string]: unknown;
}

/** A whole answer. */
export interface ChatCompletion {
  readonly id: string;
  readonly object: "chat.completion";
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
  readonly choices: readonly {
    readonly index: number;
    readonly message: ChatMessage;
    readonly finish_reason: string | null;
  }[];
  readonly usage?: unknown;
  readonly [key: string]: unknown;
}

/** A piece of a streamed answer. */
export interface ChatChunk {
  readonly id: string;
  readonly object: "chat.completion.chunk";
  readonly created: number;
  readonly model: string;
  readonly choices: readonly {
    readonly index: number;
    readonly delta: Partial<ChatMessage>;
    readonly finish_reason: string | null;
  }[];
  readonly usage?: unknown;
  readonly [key: string]: unknown;
}
