/** Component and parameters of `history`. */
import { Type } from "typebox";
import { REASON_CODES } from "../domain/reason.ts";
import { RUNGS } from "../domain/rung.ts";
import { POINTS } from "../runtime-history.ts";
import { HISTORY } from "./examples-history.ts";
import { RANGE_PARAMETERS } from "./schema-log.ts";
import { nullableInteger, nullableNumber, nullableOneOf, reference } from "./schema-parts.ts";
import { LANGUAGE_PARAMETER } from "./schema-request.ts";

const AT = Type.Integer({ description: "ms since 1970." });

const band = Type.Object(
  {
    at: AT,
    seq: nullableInteger({
      description: "The entry that began it, in a what-if the input; null where no single one did.",
    }),
    profile: Type.String({ description: "A profile state, `detecting` or `stopped`." }),
    rung: nullableOneOf(RUNGS, { description: "Null while detecting or stopped." }),
    code: nullableOneOf(REASON_CODES, {
      description: "Why it was entered; null where no transition led here.",
    }),
  },
  {
    $id: "Band",
    description: "How the profile was from `at` on until the next band.",
    examples: [HISTORY.bands[0]],
  },
);

/** The lists of bands in an answer. */
export const BANDS = {
  bands: Type.Array(reference("Band"), {
    description: "In order; each ends where the next begins.",
  }),
  bands_merged: Type.Boolean({
    description:
      "True: more changes than places (buckets of a history, 2000 in a what-if); each place shows its worst rung.",
  }),
};

function envelope(description: string) {
  const values = Type.Array(nullableNumber());
  return Type.Object({ min: values, max: values }, { description });
}

const counts = Type.Array(Type.Integer());

const history = Type.Object(
  {
    log: Type.Object(
      {
        first_at: nullableInteger(),
        last_at: nullableInteger(),
        first_seq: nullableInteger(),
        last_seq: nullableInteger(),
      },
      { description: "From where to where the log reaches." },
    ),
    since: AT,
    until: AT,
    bucket_ms: Type.Integer({
      description: "Width of a bucket; the last may reach beyond `until`.",
    }),
    source: Type.Unsafe<"readings" | "roll_ups">({
      type: "string",
      enum: ["readings", "roll_ups"],
      description:
        "`roll_ups`: at least a part comes from what sealed blocks sum up; envelopes may be wider than the readings were, never narrower.",
    }),
    at: Type.Array(Type.Integer(), { description: "Where each bucket begins, ms since 1970." }),
    vram_used_percent: envelope("Least and greatest of each bucket; null = nothing was measured."),
    memory_available_mib: envelope("MiB; as above."),
    memory_total_mib: nullableNumber({ description: "The last known of this time." }),
    vram_total_mib: nullableNumber({ description: "The last known of this time." }),
    cpu_used_percent: envelope("As above."),
    tasks: Type.Object(
      { finished: counts, failed: counts },
      { description: "Tasks of each bucket that ended well, and that failed." },
    ),
    ...BANDS,
  },
  { $id: "History", description: "A stretch of the log as curves and bands.", examples: [HISTORY] },
);

/** The components of this file. */
export const HISTORY_SCHEMAS = [band, history] as const;

/** What `GET history` may be asked. */
export const HistoryQuery = Type.Object(
  {
    ...RANGE_PARAMETERS,
    points: Type.Optional(
      Type.Integer({
        minimum: POINTS.least,
        maximum: POINTS.most,
        default: POINTS.default,
        description: "Most buckets of the answer.",
      }),
    ),
    ...LANGUAGE_PARAMETER,
  },
  { additionalProperties: false },
);
