/** The log: pages of entries, and one entry with its sentence. */
import type { Language } from "../domain/configuration.ts";
import { RuntimeProfileError } from "../domain/error.ts";
import type { TransitionOutput } from "../domain/output.ts";
import type { Entry } from "../log/entry.ts";
import { DEFAULT_READ_LIMIT } from "../log/store.ts";
import { sentenceOf } from "../policy/sentence.ts";
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
          "Inputs, outputs and checkpoints, oldest first. With `Accept: text/event-stream` every entry " +
          "that comes to disk, live; `Last-Event-ID`, or `after`, says which one is known already.",
        querystring: EventsQuery,
        response: { ...response, 200: { ...response[200], content } },
      },
    },
    (request, reply) => {
      reply.header("vary", "Accept");
      const type = preferredType(request.headers.accept, [JSON_TYPE, STREAM_TYPE]);
      // Fastify takes the reply itself for "sent already", whatever the answer's type.
      if (type === STREAM_TYPE) return answerLive(context, request, reply) as never;
      const { after, limit = DEFAULT_READ_LIMIT, type: types, kind } = request.query;
      return runtime.events({ after, limit, type: types, kind });
    },
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
