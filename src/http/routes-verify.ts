/** Verify over HTTP: the log is walked and folded again, beside the running runtime. */
import type { VerifyView } from "../replay/verify.ts";
import type { App } from "./app.ts";
import type { Context } from "./context.ts";
import { RUN_TIMEOUT_MS, type Runs, STREAM_CONTENT } from "./run-stream.ts";
import { answers } from "./schema-answer.ts";
import { LanguageQuery } from "./schema-request.ts";
import { VerifyBody } from "./schema-verify.ts";

/** `POST /api/runtime/verify`. */
export function addVerifyRoute(app: App, { runtime }: Context, runs: Runs): void {
  const response = answers<VerifyView>("Verification", "What was found.");
  const content = { ...response[200].content, ...STREAM_CONTENT };
  app.post(
    "/api/runtime/verify",
    {
      handlerTimeout: RUN_TIMEOUT_MS,
      schema: {
        tags: ["log"],
        summary: "Verify the log",
        description:
          "Recomputes chain, outputs and checkpoints. With `anchor`, a link kept elsewhere, it also " +
          "finds a tail that was cut off and a log that was written anew. With `Accept: " +
          "text/event-stream` it tells how far it is; it ends when the client goes away.",
        querystring: LanguageQuery,
        body: VerifyBody,
        response: { ...response, 200: { ...response[200], content } },
      },
    },
    (request, reply) => {
      const known = request.body.anchor;
      return runs.answer({ request, reply }, (slices) => runtime.verify({ ...slices, known }));
    },
  );
}
