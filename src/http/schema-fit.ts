/** Components and parameters of `fit`. */
import { Type } from "typebox";
import { CERTAINTIES } from "../domain/origin.ts";
import { FIT_LIMITS } from "../policy/fit.ts";
import {
  FIT_ALTERNATIVES,
  FIT_PLACES,
  FIT_REASONS,
  FIT_REMARKS,
  FIT_SOURCES,
  FIT_TERMS,
  FIT_VERDICTS,
} from "../policy/fit-shape.ts";
import { FIT } from "./examples-fit.ts";
import {
  nullableInteger,
  nullableNumber,
  nullableOneOf,
  nullableReference,
  nullableText,
  nullableTruth,
  oneOf,
  reference,
} from "./schema-parts.ts";
import { LANGUAGE_PARAMETER } from "./schema-request.ts";

const METER = oneOf(["vram", "memory"]);

const term = Type.Object({
  code: oneOf(FIT_TERMS),
  meter: METER,
  mib: nullableInteger(),
  source: nullableOneOf(FIT_SOURCES),
  certainty: oneOf(CERTAINTIES),
});

const place = Type.Object(
  {
    place: oneOf(FIT_PLACES),
    verdict: oneOf(FIT_VERDICTS),
    reasons: Type.Array(
      Type.Object({
        code: oneOf(FIT_REASONS),
        meter: METER,
        mib: nullableInteger({ description: "Left over, missing, or to be freed." }),
      }),
    ),
    terms: Type.Array(term, { description: "Those of a meter add up to its need." }),
    needs: Type.Object({ vram_mib: nullableInteger(), memory_mib: nullableInteger() }),
    layers: Type.Unsafe<{ on_gpu: number; total: number } | null>({
      anyOf: [Type.Object({ on_gpu: Type.Integer(), total: Type.Integer() }), { type: "null" }],
      description: "Only of `split`, where the layers are known.",
    }),
    gpu_share: nullableNumber({
      minimum: 0,
      maximum: 1,
      description: "Only of `split`: share of weights and cache on the GPU.",
    }),
  },
  {
    $id: "PlaceFit",
    description: "A model in one place: what it takes there, and whether that is there.",
    examples: [FIT.places[0]],
  },
);

const room = Type.Object(
  {
    meter: METER,
    total_mib: nullableInteger(),
    limit_mib: nullableInteger({ description: "What models and others together may take." }),
    used_now_mib: nullableInteger(),
    others_now_mib: nullableInteger({
      description: "Without our own models where their share is known; of memory: all programs.",
    }),
    others_peak_mib: nullableInteger({ description: "Highest in the look-back." }),
    free_now_mib: nullableInteger({ description: "Up to the limit; below 0: it is passed." }),
    free_at_peak_mib: nullableInteger(),
    lookback_ms: Type.Integer({ description: "0: looked at once." }),
    estimated: Type.Boolean({ description: "The others' share is derived, not measured." }),
  },
  {
    $id: "FitRoom",
    description: "What one meter has for a model.",
    examples: [FIT.rooms.memory],
  },
);

const alternative = Type.Object({
  kind: oneOf(FIT_ALTERNATIVES),
  place: oneOf(["gpu", "cpu", "cloud"]),
  model: Type.String(),
  label: Type.String(),
  context: nullableInteger(),
  need_mib: nullableInteger(),
  installed: nullableTruth(),
  command: nullableText({ description: "To be typed first, where it must be downloaded." }),
});

const SENTENCES = Type.Array(Type.String());

const fit = Type.Object(
  {
    model: Type.Object({
      name: Type.String(),
      label: Type.String(),
      installed: nullableTruth({ description: "Null: the model server did not answer." }),
      cloud: Type.Boolean({ description: "True: it needs no memory of this host." }),
      vision: nullableTruth(),
      source: nullableOneOf(FIT_SOURCES, { description: "Whose figures the cache is made from." }),
      table_date: Type.String({ description: "Month of the table of models." }),
      num_ctx_max: nullableInteger(),
      cache_mib_per_1024: nullableNumber({ description: "Key-value cache of 1024 tokens." }),
    }),
    context: Type.Object({ tokens: Type.Integer(), source: oneOf(["asked", "policy"]) }),
    images: Type.Object({
      count: Type.Integer(),
      frame_tokens: nullableInteger(),
      needed_tokens: nullableInteger({ description: "Of the pictures and an answer." }),
      fit: nullableTruth({ description: "Whether the context is long enough." }),
      smallest_context: nullableInteger({
        description: "That would be; null where it is, or none would.",
      }),
    }),
    places: Type.Array(reference("PlaceFit"), {
      description: "Best first; empty for a model that runs in a cloud.",
    }),
    best: nullableOneOf(FIT_PLACES, { description: "The first place where it fits at the peak." }),
    rooms: Type.Object({
      gpu: nullableReference("FitRoom"),
      memory: reference("FitRoom"),
    }),
    remarks: Type.Array(Type.Object({ code: oneOf(FIT_REMARKS), value: nullableInteger() })),
    alternatives: Type.Array(alternative, {
      description: "What fits instead, at the peak too, best first.",
    }),
    sentences: Type.Object(
      { places: SENTENCES, remarks: SENTENCES, alternatives: SENTENCES },
      { description: "The same for people, in the same order." },
    ),
  },
  {
    $id: "Fit",
    description: "Whether a model fits this host, where, and what else would.",
    examples: [FIT],
  },
);

/** The components of this file. */
export const FIT_SCHEMAS = [place, room, fit] as const;

/** What `GET fit` may be asked. */
export const FitQuery = Type.Object(
  {
    model: Type.String({
      minLength: 1,
      maxLength: FIT_LIMITS.name,
      description: "An installed model, or one of the table.",
    }),
    context: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: FIT_LIMITS.context,
        description: "Tokens; none: what the policy would set on this host.",
      }),
    ),
    images: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: FIT_LIMITS.images,
        default: 0,
        description: "Pictures in one request.",
      }),
    ),
    ...LANGUAGE_PARAMETER,
  },
  { additionalProperties: false },
);
