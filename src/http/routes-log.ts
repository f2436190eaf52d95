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
import { answers } from "./schema-answer.ts";
import { EventsQuery, SeqParameters } from "./schema-log.ts";
import { LanguageQuery } from "./schema-request.ts";

const TAGS = ["log"];

/** The routes under `/api/runtime/events`. */
export function addLogRoutes(app: App, { runtime, language }: Context): void {
  app.get(
    "/api/runtime/events",
    {
      schema: {
        tags: TAGS,
        summary: "A page of the log",
        description: "Inputs, outputs and checkpoints, oldest first.",
        querystring: EventsQuery,
        response: answers("EventPage", "Entries, and where the next page begins."),
      },
    },
    ({ query }) => {
      const { after, limit = DEFAULT_READ_LIMIT, type, kind } = query;
      return runtime.events({ after, limit, type, kind });
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
