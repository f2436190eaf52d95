/** Components and parameters of the log routes. */
import { Type } from "typebox";
import { INPUT_TYPES } from "../domain/input.ts";
import { OUTPUT_TYPES } from "../domain/output.ts";
import { ENTRY_KINDS } from "../log/entry.ts";
import { DEFAULT_READ_LIMIT, MAX_READ_LIMIT } from "../log/store.ts";
import * as examples from "./examples.ts";
import { nullableInteger, nullableText, oneOf, reference } from "./schema-parts.ts";
import { LANGUAGE_PARAMETER } from "./schema-request.ts";

const ENTRY_TYPES = [...INPUT_TYPES, ...OUTPUT_TYPES, "checkpoint"] as const;

const ENTRY_FIELDS = {
  seq: Type.Integer({ description: "Gap-free; the only order." }),
  id: Type.String({ description: "`<host id>-<seq>`." }),
  kind: oneOf(ENTRY_KINDS),
  type: Type.String(),
  v: Type.Integer({ description: "Schema version of this type." }),
  at: Type.Integer({ description: "Wall clock, ms since 1970." }),
  mono: Type.Integer({ description: "Monotonic ms since the runtime's start." }),
  boot: Type.String({ description: "Names one run of the runtime." }),
  cause: nullableInteger({ description: "The input that produced this output." }),
  actor: Type.String({ description: "Who caused it." }),
  data: Type.Unknown(),
  prev: nullableText({ description: "Hash of the entry before." }),
  hash: nullableText({ description: "SHA-256 in hex; null on readings." }),
};

const entry = Type.Object(ENTRY_FIELDS, {
  $id: "Entry",
  description: "One line of the log.",
  examples: [examples.ENTRY],
});

const explainedEntry = Type.Object(
  {
    ...ENTRY_FIELDS,
    explanation: nullableText({ description: "The sentence of a transition; null on others." }),
  },
  {
    $id: "ExplainedEntry",
    description: "One line of the log with its sentence.",
    examples: [examples.EXPLAINED_ENTRY],
  },
);

const eventPage = Type.Object(
  {
    events: Type.Array(reference("Entry")),
    next: nullableInteger({ description: "`after` of the next page; null at the end." }),
  },
  { $id: "EventPage", description: "A page of the log.", examples: [examples.EVENT_PAGE] },
);

/** The components of this file. */
export const LOG_SCHEMAS = [entry, explainedEntry, eventPage] as const;

/** What `GET events` may be asked. */
export const EventsQuery = Type.Object(
  {
    after: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        description: "Only entries with a greater seq.",
      }),
    ),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: MAX_READ_LIMIT, default: DEFAULT_READ_LIMIT }),
    ),
    type: Type.Optional(
      Type.Array(oneOf(ENTRY_TYPES), {
        maxItems: ENTRY_TYPES.length,
        description: "Only these types; repeated, or joined by commas.",
      }),
    ),
    kind: Type.Optional(oneOf(ENTRY_KINDS, { description: "Only this kind." })),
    ...LANGUAGE_PARAMETER,
  },
  { additionalProperties: false },
);

/** The number of an entry in the path. */
export const SeqParameters = Type.Object({
  seq: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
});
