/** Components and parameters of the log routes. */
import { Type } from "typebox";
import { INPUT_TYPES } from "../domain/input.ts";
import { OUTPUT_TYPES } from "../domain/output.ts";
import { REASON_CODES } from "../domain/reason.ts";
import { RUNGS } from "../domain/rung.ts";
import { TIERS } from "../domain/tier.ts";
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

const entry = Type.Object(
  {
    ...ENTRY_FIELDS,
    explanation: Type.Optional(
      Type.String({ description: "The sentence of a transition, if it was asked for." }),
    ),
  },
  { $id: "Entry", description: "One line of the log.", examples: [examples.ENTRY] },
);

const log = Type.Object(
  {
    host_id: Type.String({ description: "Names this log; the first part of every id." }),
    first_seq: nullableInteger({ description: "The first line that is kept." }),
    first_at: nullableInteger({ description: "ms since 1970." }),
    last_seq: nullableInteger({ description: "The newest line." }),
    last_at: nullableInteger({ description: "ms since 1970." }),
    entries: Type.Integer({ description: "Lines that are no readings." }),
    readings: Type.Integer({ description: "Readings that are kept." }),
    transitions: Type.Integer({ description: "Steps of the profile that are kept." }),
    used_bytes: Type.Integer({ description: "Bytes of the file that hold something." }),
    readings_from_seq: nullableInteger({
      description: "The first reading that was not removed; null when there is none.",
    }),
    entries_from_seq: nullableInteger({
      description: "All that comes before this number was removed; 1 when nothing was.",
    }),
  },
  { $id: "Log", description: "What the log holds.", examples: [examples.LOG] },
);

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
    next: nullableInteger({
      description:
        "`after` of the next page (newest first: `before`); null at the end. A page of a search by code, tier or rung may have fewer entries than `limit`, or none, and a `next` all the same.",
    }),
  },
  { $id: "EventPage", description: "A page of the log.", examples: [examples.EVENT_PAGE] },
);

/** The components of this file. */
export const LOG_SCHEMAS = [entry, explainedEntry, eventPage, log] as const;

/** A time as the ranges take it. */
function time(what: string) {
  return Type.Optional(
    Type.Union([Type.String({ maxLength: 40 }), Type.Integer({ minimum: 0 })], {
      description: `${what}: ms since 1970, an ISO 8601 time, or how long before the end of the log: \`-10m\` (ms, s, m, h, d). Inclusive.`,
    }),
  );
}

/** A stretch of time. A whole number is ms here, while in `at` of a snapshot it is a seq. */
export const RANGE_PARAMETERS = {
  since: time("Not before"),
  until: time("Not after"),
};

function transitionsOf<Word extends string>(words: readonly Word[], what: string) {
  const description = `${what}; repeated, or joined by commas.`;
  return Type.Optional(Type.Array(oneOf(words), { maxItems: words.length, description }));
}

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
    before: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        description: "Only entries with a smaller seq.",
      }),
    ),
    order: Type.Optional(
      oneOf(["asc", "desc"], { description: "`desc`: newest first; `next` is then a `before`." }),
    ),
    ...RANGE_PARAMETERS,
    code: transitionsOf(REASON_CODES, "Only transitions with one of these reasons"),
    tier: transitionsOf(TIERS, "Only transitions to one of these tiers"),
    rung: transitionsOf(RUNGS, "Only transitions to one of these rungs"),
    explain: Type.Optional(
      oneOf(["true", "false"], { description: "`true`: each transition comes with its sentence." }),
    ),
    ...LANGUAGE_PARAMETER,
  },
  { additionalProperties: false },
);

/** The number of an entry in the path. */
export const SeqParameters = Type.Object({
  seq: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
});
