/** Outcomes of tasks: what applications report after their work. */
import type { SnapshotView } from "../replay/views.ts";
import type { App } from "./app.ts";
import type { Context } from "./context.ts";
import { languageOf } from "./language.ts";
import { answers } from "./schema-answer.ts";
import { LanguageQuery, TaskBody } from "./schema-request.ts";

/** `POST /api/runtime/tasks`. */
export function addTaskRoute(app: App, { runtime, language }: Context): void {
  app.post(
    "/api/runtime/tasks",
    {
      schema: {
        tags: ["control"],
        summary: "Report how a task ended",
        description:
          "Counts towards the failure rate of its provider; one out-of-memory acts at once.",
        querystring: LanguageQuery,
        body: TaskBody,
        response: answers<SnapshotView>("Snapshot", "The snapshot with this outcome taken in."),
      },
    },
    (request) => {
      runtime.recordTask(request.body);
      return runtime.snapshot(languageOf(request, language));
    },
  );
}
