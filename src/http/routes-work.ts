/** The work under way: what runs where, who waits, and what memory is promised. */
import { Type } from "typebox";
import type { WorkView } from "../runtime-work-types.ts";
import type { App } from "./app.ts";
import type { Context } from "./context.ts";
import { answers } from "./schema-answer.ts";

const NO_QUERY = Type.Object({}, { additionalProperties: false });

/** `GET /api/runtime/work`. Jobs come and go without an entry in the log, so nothing names an answer. */
export function addWorkRoute(app: App, { runtime }: Context): void {
  app.get(
    "/api/runtime/work",
    {
      schema: {
        tags: ["state"],
        summary: "What models work on now",
        description:
          "Jobs that run and where, jobs that wait and how long, memory promised to them, and how jobs have ended since the start.",
        querystring: NO_QUERY,
        response: answers<WorkView>("Work", "The work that is under way."),
      },
    },
    () => runtime.work.view(),
  );
}
