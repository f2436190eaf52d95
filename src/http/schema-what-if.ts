/** Component and body of `what-if`. */
import { Type } from "typebox";
import { REASON_CODES } from "../domain/reason.ts";
import { RUNGS } from "../domain/rung.ts";
import { INEXACT_CODES } from "../replay/inexact.ts";
import { EXHAUSTED_SIGNALS, REMARK_CODES } from "../replay/what-if-view.ts";
import { WHAT_IF } from "./examples-what-if.ts";
import { BANDS } from "./schema-history.ts";
import {
  nullableInteger,
  nullableNumber,
  nullableOneOf,
  nullableReference,
  nullableText,
  oneOf,
  reference,
} from "./schema-parts.ts";

const AT = Type.Integer({ description: "ms since 1970." });
const SEQ = Type.Integer();
const anything = Type.Unsafe<unknown>({});

const hostFacts = Type.Object({
  gpu: nullableText(),
  vram_total_mib: nullableNumber(),
  memory_total_mib: nullableNumber(),
  cores: nullableNumber(),
});

const hostChange = Type.Object({
  from: Type.Union([hostFacts, Type.Null()]),
  to: hostFacts,
});

const place = Type.Object({
  profile: Type.String(),
  rung: nullableOneOf(RUNGS, { description: "Null while detecting." }),
});

const divergence = Type.Object({
  seq: SEQ,
  at: AT,
  actual: place,
  hypothetical: place,
  moved: nullableOneOf(["actual", "hypothetical"], { description: "Who moved with this input." }),
  cause: nullableReference("Reason"),
});

const limit = Type.Object({
  moments_at_or_over_limit: Type.Integer({
    description: "Readings at or over the recorded hard threshold while work used the resource.",
  }),
  episodes: Type.Integer(),
});

const side = Type.Object({
  transitions: Type.Integer(),
  steps_per_hour: nullableNumber(),
  time_per_rung_ms: Type.Object(
    Object.fromEntries([...RUNGS, "detecting"].map((rung) => [rung, Type.Integer()])),
  ),
  by_reason: Type.Record(Type.String(), Type.Integer()),
  vram: limit,
  memory: limit,
  local_share: nullableNumber({ description: "0..1 of the time on a rung of this host." }),
  ...BANDS,
});

const STEP = {
  seq: SEQ,
  at: AT,
  from: Type.String(),
  to: Type.String(),
  code: oneOf(REASON_CODES),
};

const movedStep = Type.Object({
  ...STEP,
  hypothetical_seq: SEQ,
  hypothetical_at: AT,
  delta_ms: Type.Integer({ description: "Positive = later than it was." }),
});

const exhaustionSide = Type.Union([
  Type.Object({
    worst: Type.Number({ description: "Used share of the card, or MiB of memory available." }),
    free_mib: Type.Number(),
    off: Type.Boolean({ description: "No work used the resource when it ran out." }),
    lead_ms: nullableInteger({
      description: "How long before; 0 or less = with it or after it; null = never.",
    }),
  }),
  Type.Null(),
]);

const exhaustion = Type.Object({
  seq: SEQ,
  at: AT,
  signal: oneOf(EXHAUSTED_SIGNALS),
  actual: exhaustionSide,
  hypothetical: exhaustionSide,
});

const steps = Type.Object({ total: Type.Integer(), list: Type.Array(Type.Object(STEP)) });

const whatIfSide = Type.Object(side.properties, {
  $id: "WhatIfSide",
  description: "One telling of the history.",
  examples: [WHAT_IF.actual],
});

const whatIf = Type.Object(
  {
    exact: Type.Boolean({ description: "False: `inexact` says why." }),
    inexact: Type.Array(oneOf(INEXACT_CODES)),
    measurements_fixed: Type.Literal(true, {
      description: "With another policy the real curve would have been different.",
    }),
    remarks: Type.Array(oneOf(REMARK_CODES)),
    first_seq: nullableInteger(),
    last_seq: nullableInteger(),
    first_at: nullableInteger(),
    last_at: nullableInteger(),
    readings: Type.Integer(),
    pruned_readings: Type.Integer({ description: "Stood in for by what is left of them." }),
    watched_ms: Type.Integer({ description: "Without stops and sleep." }),
    changes: Type.Object({
      settings: Type.Array(Type.Object({ path: Type.String(), from: anything, to: anything }), {
        description: "What differs at the end of the log.",
      }),
      host: Type.Union([hostChange, Type.Null()]),
    }),
    first_divergence: Type.Union([divergence, Type.Null()]),
    actual: reference("WhatIfSide"),
    hypothetical: reference("WhatIfSide"),
    differences: Type.Object(
      {
        vanished: steps,
        appeared: steps,
        moved: Type.Object({ total: Type.Integer(), list: Type.Array(movedStep) }),
      },
      { description: "Each list has at most 1000; the totals are complete." },
    ),
    exhaustions: Type.Object(
      { total: Type.Integer(), list: Type.Array(exhaustion) },
      { description: "Times when a resource really ran out; at most 200 are listed." },
    ),
  },
  { $id: "WhatIf", description: "What would have been.", examples: [WHAT_IF] },
);

/** The components of this file. */
export const WHAT_IF_SCHEMAS = [whatIfSide, whatIf] as const;

/** Any object; what is in it is checked by the settings' own reader. */
function anyObject(description: string) {
  return Type.Unsafe<Readonly<Record<string, unknown>>>({
    type: "object",
    additionalProperties: true,
    description,
  });
}

/** Body of `what-if`; may be empty. */
export const WhatIfBody = Type.Object(
  {
    set: Type.Optional(anyObject("Settings by path; `thresholds.` may be left out.")),
    config: Type.Optional(anyObject("A part of a configuration, below `set`.")),
    host: Type.Optional(
      Type.Unsafe<Readonly<Record<string, unknown>> | null>({
        type: ["object", "null"],
        additionalProperties: true,
        description: "The object of `runtime_profile.json`; none = the recorded host.",
      }),
    ),
  },
  {
    additionalProperties: false,
    examples: [{ set: { "vram.enter": 0.9, "memory.enter": "1GB" } }],
  },
);
