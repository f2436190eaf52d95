/**
 * What a model weighs: from its server where it is installed, else from the dated table, else from the
 * size of its file.
 *
 * The key-value cache of one token is, layer by layer and head by head, one key and one value of two
 * bytes each (f16): `layers × kv heads × (key length + value length) × 2` bytes; decision 0028 has the
 * source and the limits. Rejected: the parameter count times a factor, which knows nothing of the context.
 */
import type { OllamaModel } from "../domain/host.ts";
import type { ShownModel } from "../domain/served-model.ts";
import type { FitFigure, FitFigures } from "./fit-shape.ts";
import { UNKNOWN_MODEL_OVERHEAD } from "./model-choice.ts";
import type { ModelEntry } from "./model-table.ts";

/** What is known of a model, by who knows it. */
export interface KnownModel {
  /** `null`: not installed. */
  readonly installed: OllamaModel | null;
  /** `null`: not in the table. */
  readonly entry: ModelEntry | null;
  /** `null`: the server was not asked, or does not say. */
  readonly shown: ShownModel | null;
}

export const BYTES_PER_MIB = 1024 * 1024;

const BYTES_PER_VALUE = 2;

/** A header that asks for more in one token is no header. */
const CACHE_BYTES_MAX = 64 * BYTES_PER_MIB;

/** Context at which cache and buffers of an unknown model are together what the policy counts for it. */
const REFERENCE_CONTEXT = 4096;
/** Of that, the part of the buffers, which do not grow with the context. */
const BUFFERS_PART = 0.4;

/** Families some of whose layers look at a window of the context, so that the formula counts too much. */
const WINDOWED = /^gemma/i;

/** The figures of a model; parts that nobody knows are `null`. */
export function figuresOf({ installed, entry, shown }: KnownModel): FitFigures {
  const fileMib = mibOf(installed?.size_bytes ?? null);
  const weights = weightsOf(fileMib, entry);
  const told = shown === null ? null : cacheBytesOf(shown);
  const rest = { entry, fileMib };
  const cache_bytes = told === null ? cacheOf(rest) : figure(told, "ollama");
  const source = told !== null ? "ollama" : entry !== null ? "table" : "size-only";
  return {
    weights,
    cache_bytes,
    buffers: buffersOf(rest),
    layers: wholeOf(shown?.block_count ?? null),
    frame_tokens: entry?.frame_tokens ?? null,
    num_ctx_max: wholeOf(shown?.context_length ?? null) ?? entry?.num_ctx_max ?? null,
    source: weights === null ? null : source,
    is_cache_bound: told !== null && isWindowed(shown),
  };
}

/** Bytes of keys and values of one token; `null` where the server does not say enough. */
export function cacheBytesOf(shown: ShownModel): number | null {
  const heads = wholeOf(shown.head_count);
  const kvHeads = wholeOf(shown.head_count_kv) ?? heads;
  const layers = wholeOf(shown.block_count);
  const width = wholeOf(shown.embedding_length);
  const perHead = heads === null || width === null ? null : Math.ceil(width / heads);
  const key = wholeOf(shown.key_length) ?? perHead;
  const value = wholeOf(shown.value_length) ?? key;
  if (layers === null || kvHeads === null || key === null || value === null) return null;
  const bytes = layers * kvHeads * (key + value) * BYTES_PER_VALUE;
  return bytes <= CACHE_BYTES_MAX ? bytes : null;
}

function weightsOf(fileMib: number | null, entry: ModelEntry | null): FitFigure | null {
  if (fileMib !== null) return { amount: fileMib, source: "ollama", certainty: "measured" };
  return entry === null ? null : figure(entry.weights_mib, "table");
}

interface Rest {
  readonly entry: ModelEntry | null;
  readonly fileMib: number | null;
}

function cacheOf({ entry, fileMib }: Rest): FitFigure | null {
  // A MiB for 1024 tokens is a KiB for each.
  if (entry !== null) return figure(entry.cache_mib * 1024, "table");
  if (fileMib === null) return null;
  const part = UNKNOWN_MODEL_OVERHEAD * (1 - BUFFERS_PART);
  return figure(Math.ceil((fileMib * part * BYTES_PER_MIB) / REFERENCE_CONTEXT), "size-only");
}

function buffersOf({ entry, fileMib }: Rest): FitFigure | null {
  if (entry !== null) return figure(entry.buffers_mib, "table");
  if (fileMib === null) return null;
  return figure(Math.ceil(fileMib * UNKNOWN_MODEL_OVERHEAD * BUFFERS_PART), "size-only");
}

function figure(amount: number, source: FitFigure["source"]): FitFigure {
  return { amount, source, certainty: "estimated" };
}

function isWindowed(shown: ShownModel | null): boolean {
  return shown?.families.some((family) => WINDOWED.test(family)) ?? false;
}

/** A size of zero is a server that does not say, not a model without weight. */
function mibOf(bytes: number | null): number | null {
  return bytes === null || !(bytes > 0) ? null : Math.ceil(bytes / BYTES_PER_MIB);
}

/** A whole number from 1 up, else `null`. */
function wholeOf(value: number | null): number | null {
  return value !== null && Number.isSafeInteger(value) && value > 0 ? value : null;
}
