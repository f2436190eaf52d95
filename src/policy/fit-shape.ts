/**
 * "Will it fit": the words and shapes of the answer.
 *
 * The idea: a bill, not a verdict. Every MiB of the need is an item with its source and how far it can be
 * trusted, the items add up to the total, and the verdict follows from the total and the rooms beside it.
 * Unknown is `null` and never counts as 0: what rests on it is `unknown` too.
 */
import type { Certainty } from "../domain/origin.ts";

/** Where a model can lie, best first. */
export const FIT_PLACES = ["gpu", "split", "cpu"] as const;
export type FitPlace = (typeof FIT_PLACES)[number];

export const FIT_VERDICTS = ["fits", "fits-now-not-at-peak", "too-large", "unknown"] as const;
export type FitVerdict = (typeof FIT_VERDICTS)[number];

/** What a model needs memory for. */
export const FIT_TERMS = ["WEIGHTS", "CACHE", "BUFFERS", "RUNNER"] as const;
export type FitTermCode = (typeof FIT_TERMS)[number];

/** Where figures of a model come from: the model server, the dated table, or the file's size alone. */
export const FIT_SOURCES = ["ollama", "table", "size-only"] as const;
export type FitSource = (typeof FIT_SOURCES)[number];

/** Why a place has its verdict. */
export const FIT_REASONS = [
  "ROOM_AT_PEAK",
  "PEAK_TOO_HIGH",
  "OTHERS_IN_THE_WAY",
  "LARGER_THAN_DEVICE",
  "NO_LAYER_FITS",
  "NO_GPU",
  "GPU_UNREADABLE",
  "USE_UNKNOWN",
  "MEMORY_UNKNOWN",
  "SIZE_UNKNOWN",
] as const;
export type FitReasonCode = (typeof FIT_REASONS)[number];

/** What else a person should know before relying on the answer. */
export const FIT_REMARKS = [
  "RUNS_IN_CLOUD",
  "CLOUD_ALLOWED",
  "CLOUD_REFUSED",
  "IMAGES_NEED_CONTEXT",
  "TOO_MANY_IMAGES",
  "CANNOT_SEE",
  "PICTURE_TOKENS_UNKNOWN",
  "CONTEXT_BEYOND_MODEL",
  "NOT_INSTALLED",
  "SERVER_SILENT",
  "SERVER_ELSEWHERE",
  "CACHE_UPPER_BOUND",
  "SIZE_ONLY",
  "GPU_SHARES_MEMORY",
  "GPU_BELOW_TIERS",
  "OWN_SHARE_UNKNOWN",
  "SEEN_ONCE",
] as const;
export type FitRemarkCode = (typeof FIT_REMARKS)[number];

export const FIT_ALTERNATIVES = ["context", "model", "cpu", "cloud"] as const;
export type FitAlternativeKind = (typeof FIT_ALTERNATIVES)[number];

export type FitMeter = "vram" | "memory";

/** One item of the bill; `mib` is `null` where it is not known. */
export interface FitTerm {
  readonly code: FitTermCode;
  readonly meter: FitMeter;
  readonly mib: number | null;
  readonly source: FitSource | null;
  readonly certainty: Certainty;
}

/** The code, and the MiB that it speaks of: left over, missing, or to be freed. */
export interface FitReason {
  readonly code: FitReasonCode;
  readonly meter: FitMeter;
  readonly mib: number | null;
}

/** The code, and the number that it speaks of: tokens or pictures. */
export interface FitRemark {
  readonly code: FitRemarkCode;
  readonly value: number | null;
}

/** One place: what it would take there, and whether that is there. */
export interface PlaceFit {
  readonly place: FitPlace;
  readonly verdict: FitVerdict;
  readonly reasons: readonly FitReason[];
  readonly terms: readonly FitTerm[];
  /** The terms of each meter together; `null` where one of them is unknown. */
  readonly needs: { readonly vram_mib: number | null; readonly memory_mib: number | null };
  /** Only for `split`: layers on the GPU of all layers; `null` where the layers are not known. */
  readonly layers: { readonly on_gpu: number; readonly total: number } | null;
  /** Share of weights and cache on the GPU, 0..1. */
  readonly gpu_share: number | null;
}

/** What one meter has, in MiB. */
export interface FitRoom {
  readonly meter: FitMeter;
  readonly total_mib: number | null;
  /** What models and others together may take. */
  readonly limit_mib: number | null;
  readonly used_now_mib: number | null;
  /** Without our own models, where their share is known; of memory: all programs. */
  readonly others_now_mib: number | null;
  /** Highest in the look-back. */
  readonly others_peak_mib: number | null;
  /** Up to the limit; below 0: others are over it already. */
  readonly free_now_mib: number | null;
  readonly free_at_peak_mib: number | null;
  /** 0: looked at once. */
  readonly lookback_ms: number;
  /** The others' share is derived, not measured. */
  readonly estimated: boolean;
}

/** What is known of a model's size. */
export interface FitFigures {
  /** Weights and, of a model that sees, its image projector. */
  readonly weights: FitFigure | null;
  /** Of one token of context. */
  readonly cache_bytes: FitFigure | null;
  /** Compute buffers, image encoder included. */
  readonly buffers: FitFigure | null;
  /** Layers; `null` = not told. */
  readonly layers: number | null;
  readonly frame_tokens: number | null;
  readonly num_ctx_max: number | null;
  readonly source: FitSource | null;
  /** The cache is an upper bound: layers that look at a window only are counted in full. */
  readonly is_cache_bound: boolean;
}

/** A number with its source; MiB, but for the cache, which is bytes of a token. */
export interface FitFigure {
  readonly amount: number;
  readonly source: FitSource;
  readonly certainty: Certainty;
}

/** Something that would fit instead. */
export interface FitAlternative {
  readonly kind: FitAlternativeKind;
  readonly place: "gpu" | "cpu" | "cloud";
  readonly model: string;
  readonly label: string;
  readonly context: number | null;
  readonly need_mib: number | null;
  readonly installed: boolean | null;
  /** To be typed first, where something is to be downloaded. */
  readonly command: string | null;
}

/** The whole answer. */
export interface ModelFit {
  readonly model: {
    readonly name: string;
    readonly label: string;
    /** `null`: the model server did not say what it has. */
    readonly installed: boolean | null;
    readonly cloud: boolean;
    readonly vision: boolean | null;
    readonly source: FitSource | null;
    readonly table_date: string;
    readonly num_ctx_max: number | null;
    readonly cache_mib_per_1024: number | null;
  };
  readonly context: { readonly tokens: number; readonly source: "asked" | "policy" };
  readonly images: {
    readonly count: number;
    readonly frame_tokens: number | null;
    /** Pictures and answer; `null`: tokens of a picture are not known. */
    readonly needed_tokens: number | null;
    readonly fit: boolean | null;
    /** `null` where they fit, or no context is enough. */
    readonly smallest_context: number | null;
  };
  /** Empty for a model that runs in a cloud. */
  readonly places: readonly PlaceFit[];
  /** The first place where it fits, at the peak too; `null` = none, or unknown. */
  readonly best: FitPlace | null;
  readonly rooms: { readonly gpu: FitRoom | null; readonly memory: FitRoom };
  readonly remarks: readonly FitRemark[];
  readonly alternatives: readonly FitAlternative[];
}
