/** What requests may carry: the language, and the bodies of the routes that change something. */
import { Type } from "typebox";
import { LANGUAGES } from "../domain/configuration.ts";
import { FAILURES, TASKS } from "../domain/input.ts";
import { RUNGS } from "../domain/rung.ts";
import { nullableOneOf, nullableText, oneOf } from "./schema-parts.ts";

/** Longest free text of a request, in characters. */
const TEXT_MAX = 300;

/** `?lang=` stands above `Accept-Language`. */
export const LANGUAGE_PARAMETER = {
  lang: Type.Optional(
    oneOf(LANGUAGES, { description: "Language; else `Accept-Language`, else the runtime's." }),
  ),
};

/** The parameters of a route that knows the language only. */
export const LanguageQuery = Type.Object(LANGUAGE_PARAMETER, { additionalProperties: false });

/** `at` says which moment; absent = now. */
export const MOMENT_PARAMETER = {
  at: Type.Optional(
    Type.Union([Type.String({ maxLength: 40 }), Type.Integer()], {
      description:
        "A seq, an ISO 8601 time, or how long before the end of the log: `-10m` (ms, s, m, h, d).",
    }),
  ),
};

/** The parameters of `snapshot`. */
export const SnapshotQuery = Type.Object(
  { ...LANGUAGE_PARAMETER, ...MOMENT_PARAMETER },
  { additionalProperties: false },
);

const REASON = Type.Optional(
  nullableText({ maxLength: TEXT_MAX, description: "Why; kept in the log." }),
);

/** Body of `policy/degrade`; may be empty. */
export const DegradeBody = Type.Object(
  {
    rung: Type.Optional(
      nullableOneOf(RUNGS, { description: "Where to; none or null: the next rung down." }),
    ),
    reason: REASON,
  },
  {
    additionalProperties: false,
    examples: [{ rung: "cpu", reason: "rendering the final cut" }],
  },
);

/** Body of `policy/restore`; may be empty. */
export const RestoreBody = Type.Object(
  { reason: REASON },
  { additionalProperties: false, examples: [{ reason: "the render is done" }] },
);

/** Body of a route that takes nothing. */
export const EmptyBody = Type.Object({}, { additionalProperties: false, examples: [{}] });

/** Body of `tasks`: `task.finished` without `type` and `at`. */
export const TaskBody = Type.Object(
  {
    task: oneOf(TASKS),
    provider: oneOf(["local", "cloud"]),
    model: Type.Optional(nullableText({ maxLength: TEXT_MAX })),
    ok: Type.Boolean(),
    failure: Type.Optional(nullableOneOf(FAILURES, { description: "Why it failed." })),
  },
  {
    additionalProperties: false,
    examples: [
      { task: "vision", provider: "local", model: "moondream", ok: false, failure: "oom" },
    ],
  },
);
