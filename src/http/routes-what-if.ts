/** What-if over HTTP: the recorded inputs under other settings or on another host. */
import type { WhatIfView } from "../replay/what-if-view.ts";
import type { App } from "./app.ts";
import type { Context } from "./context.ts";
import { RUN_TIMEOUT_MS, type Runs, STREAM_CONTENT } from "./run-stream.ts";
import { answers } from "./schema-answer.ts";
import { LanguageQuery } from "./schema-request.ts";
import { WhatIfBody } from "./schema-what-if.ts";

/** `POST /api/runtime/what-if`. */
export function addWhatIfRoute(app: App, { runtime }: Context, runs: Runs): void {
  const response = answers<WhatIfView>("WhatIf", "Both tellings side by side.");
  const content = { ...response[200].content, ...STREAM_CONTENT };
  app.post(
    "/api/runtime/what-if",
    {
      handlerTimeout: RUN_TIMEOUT_MS,
      schema: {
        tags: ["log"],
        summary: "What would have been",
        description:
          "Decides the recorded inputs again under other settings or on another host, beside what " +
          "happened. The measurements are held fixed. With `Accept: text/event-stream` it tells how " +
          "far it is; it ends when the client goes away. At most two run at once.",
        querystring: LanguageQuery,
        body: WhatIfBody,
        response: { ...response, 200: { ...response[200], content } },
      },
    },
    (request, reply) =>
      runs.answer({ request, reply }, (slices) => runtime.whatIf(request.body, slices)),
  );
}
