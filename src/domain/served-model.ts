/**
 * What a model server tells of one model when it is asked for that model alone (Ollama's `/api/show`).
 *
 * Only what memory can be reckoned from, and how the model is known; everything else of the answer
 * (template, licence, tokens) is left where it is. Unknown is `null`.
 */

/** One model as its server describes it. */
export interface ShownModel {
  readonly vision: boolean | null;
  /** Architectures, for example `gemma3`; they say whether layers look at a window only. */
  readonly families: readonly string[];
  /** As the server writes it, for example `8.0B`. */
  readonly parameter_size: string | null;
  readonly quantization: string | null;
  /** Longest context that the model was trained for, in tokens. */
  readonly context_length: number | null;
  /** Layers. */
  readonly block_count: number | null;
  readonly head_count: number | null;
  /** Heads that have keys and values of their own; `null` where the layers differ. */
  readonly head_count_kv: number | null;
  readonly key_length: number | null;
  readonly value_length: number | null;
  readonly embedding_length: number | null;
  /** It runs in a cloud, wherever its server runs. */
  readonly remote: boolean;
}
