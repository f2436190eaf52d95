/** The log: pages of entries, and one entry with its sentence. */
import type { Static } from "typebox";
import type { Language } from "../domain/configuration.ts";
import { RuntimeProfileError } from "../domain/error.ts";
import type { TransitionOutput } from "../domain/output.ts";
import type { Entry } from "../log/entry.ts";
import { DEFAULT_READ_LIMIT } from "../log/store.ts";
import { sentenceOf } from "../policy/sentence.ts";
import type { LogView } from "../replay/views.ts";
import type { Runtime } from "../runtime-types.ts";
import type { App } from "./app.ts";
import type { Context } from "./context.ts";
import { languageOf } from "./language.ts";
import { answerLive } from "./live-answer.ts";
import { STREAM_TYPE } from "./live-frames.ts";
import { preferredType } from "./negotiation.ts";
import { answers } from "./schema-answer.ts";
import { EventsQuery, SeqParameters } from "./schema-log.ts";
import { LanguageQuery } from "./schema-request.ts";

const TAGS = ["log"];
const JSON_TYPE = "application/json";

const LIVE_CONTENT = {
  [STREAM_TYPE]: {
    schema: {
      type: "string",
      examples: ['id: 1042\ndata: {"seq":1042,"kind":"output","type":"transition"}\n\n'],
      description:
        "An entry each, unnamed, with its seq as id; `reset` with a snapshot where the stream cannot go on.",
    },
  },
};

const ORDERS = { asc: "ascending", desc: "descending" } as const;

/** The routes under `/api/runtime/events`. */
export function addLogRoutes(app: App, context: Context): void {
  const { runtime, language } = context;
  const response = answers("EventPage", "Entries, and where the next page begins.");
  const content = { ...response[200].content, ...LIVE_CONTENT };
  app.get(
    "/api/runtime/events",
    {
      schema: {
        tags: TAGS,
        summary: "A page of the log, or what happens from now on",
        description:
          "Inputs, outputs and checkpoints, oldest first or newest first; by number, time, type and kind, and transitions by reason, tier and rung. " +
          "With `Accept: text/event-stream` every entry that comes to disk, live; `Last-Event-ID`, or `after`, says which one is known already.",
        querystring: EventsQuery,
        response: { ...response, 200: { ...response[200], content } },
      },
    },
    (request, reply) => {
      reply.header("vary", "Accept");
      const type = preferredType(request.headers.accept, [JSON_TYPE, STREAM_TYPE]);
      // Fastify takes the reply itself for "sent already", whatever the answer's type.
      if (type === STREAM_TYPE) return answerLive(context, request, reply) as never;
      reply.header("vary", "Accept, Accept-Language");
      return pageFor(request.query, runtime, languageOf(request, language));
    },
  );
  app.get(
    "/api/runtime/log",
    {
      schema: {
        tags: TAGS,
        summary: "What the log holds",
        description: "Where the log begins and ends, and how much is in it.",
        querystring: LanguageQuery,
        response: answers<LogView>("Log", "What the log holds."),
      },
    },
    () => runtime.log(),
  );
  app.get(
    "/api/runtime/events/:seq",
    {
      schema: {
        tags: TAGS,
        summary: "One entry",
        description: "An entry of the log; a transition comes with its sentence.",
        params: SeqParameters,
        querystring: LanguageQuery,
        response: answers("ExplainedEntry", "The entry."),
      },
    },
    (request) => {
      const { seq } = request.params;
      const entry = runtime.event(seq);
      if (entry === null) throw missingEntry(seq);
      return { ...entry, explanation: explanationOf(entry, languageOf(request, language)) };
    },
  );
}

/** A page as it was asked for, with sentences where they were. */
async function pageFor(query: Static<typeof EventsQuery>, runtime: Runtime, language: Language) {
  const { lang: _lang, explain, order, limit = DEFAULT_READ_LIMIT, ...search } = query;
  const page = await runtime.search({ ...search, limit, order: order && ORDERS[order] });
  if (explain !== "true") return page;
  return { ...page, events: page.events.map((entry) => explained(entry, language)) };
}

function explained(entry: Entry, language: Language) {
  const explanation = explanationOf(entry, language);
  return explanation === null ? entry : { ...entry, explanation };
}

function explanationOf(entry: Entry, language: Language): string | null {
  if (entry.kind !== "output" || entry.type !== "transition") return null;
  return sentenceOf((entry.data as TransitionOutput).reason, language);
}

function missingEntry(seq: number): RuntimeProfileError {
  return new RuntimeProfileError(
    "RP_NOT_FOUND",
    `The log has no entry ${seq}; GET /api/runtime/events lists what it has.`,
  );
}
