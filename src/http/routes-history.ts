/** The past as curves and bands. */
import type { HistoryView } from "../replay/history.ts";
import type { App } from "./app.ts";
import type { Context } from "./context.ts";
import { createRuns, STREAM_CONTENT } from "./run-stream.ts";
import { answers } from "./schema-answer.ts";
import { HistoryQuery } from "./schema-history.ts";

/** Most histories that are made at once: each keeps the event loop for 2 ms in turn. */
const HISTORIES_MAX = 4;

/** `GET /api/runtime/history`. */
export function addHistoryRoute(app: App, { runtime, redact }: Context): void {
  const runs = createRuns(redact, HISTORIES_MAX);
  const response = answers<HistoryView>("History", "Curves, task counts and bands.");
  const content = { ...response[200].content, ...STREAM_CONTENT };
  app.get(
    "/api/runtime/history",
    {
      schema: {
        tags: ["log"],
        summary: "A stretch of the log as curves and bands",
        description:
          "Least and greatest value of each bucket, tasks that ended, and how the profile was; made beside the runtime in small slices. A whole number in `since` and `until` is ms since 1970.",
        querystring: HistoryQuery,
        response: { ...response, 200: { ...response[200], content } },
      },
    },
    (request, reply) => {
      const { lang: _lang, ...range } = request.query;
      return runs.answer({ request, reply }, (slices) => runtime.history(range, slices));
    },
  );
}
