/** Components of every route: problem, health, statechart; and what a route's schema shares. */
import { type TSchema, Type } from "typebox";
import { ERROR_CODES } from "../domain/error.ts";
import * as examples from "./examples.ts";
import { FIT_SCHEMAS } from "./schema-fit.ts";
import { HISTORY_SCHEMAS } from "./schema-history.ts";
import { LOG_SCHEMAS } from "./schema-log.ts";
import { nullableInteger, oneOf, reference } from "./schema-parts.ts";
import { PROFILE_SCHEMAS } from "./schema-profile.ts";
import { STATE_SCHEMAS } from "./schema-state.ts";
import { VERIFY_SCHEMAS } from "./schema-verify.ts";
import { WHAT_IF_SCHEMAS } from "./schema-what-if.ts";
import { WORK_SCHEMAS } from "./schema-work.ts";

const problem = Type.Object(
  {
    type: Type.String({ description: "Names the kind of problem." }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: "What was expected, what came, what to do." }),
    instance: Type.String({ description: "The path that was asked." }),
    code: oneOf(ERROR_CODES),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          pointer: Type.String({ description: "JSON pointer into the part named by `in`." }),
          in: oneOf(["body", "query", "path"]),
          detail: Type.String(),
        }),
      ),
    ),
  },
  { $id: "Problem", description: "A problem (RFC 9457).", examples: [examples.PROBLEM] },
);

const health = Type.Object(
  {
    status: Type.Literal("ok"),
    seq: nullableInteger({ description: "Number of the newest entry of the log." }),
  },
  { $id: "Health", description: "Alive.", examples: [{ status: "ok", seq: 1042 }] },
);

const statechart = Type.Object(
  {},
  {
    $id: "Statechart",
    description: "The chart model: states, transitions, guards.",
    additionalProperties: true,
    examples: [{ id: "runtime" }],
  },
);

/** Every named component of the OpenAPI document. */
export const COMPONENTS: readonly TSchema[] = [
  problem,
  health,
  statechart,
  ...PROFILE_SCHEMAS,
  ...STATE_SCHEMAS,
  ...FIT_SCHEMAS,
  ...WORK_SCHEMAS,
  ...LOG_SCHEMAS,
  ...HISTORY_SCHEMAS,
  ...VERIFY_SCHEMAS,
  ...WHAT_IF_SCHEMAS,
];

/** A route answers 200 with this component, and with a problem otherwise. */
export function answers<T>(name: string, description: string) {
  return {
    200: {
      description,
      content: { "application/json": { schema: reference<T>(name) } },
    },
    ...PROBLEMS,
  };
}

/** The answer of a refused or failed request. */
export const PROBLEMS = {
  "4xx": {
    description: "Refused; the problem says why and what to do.",
    content: { "application/problem+json": { schema: reference("Problem") } },
  },
  "5xx": {
    description: "Failed inside; the problem keeps the inner message to itself.",
    content: { "application/problem+json": { schema: reference("Problem") } },
  },
};
