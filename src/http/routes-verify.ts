/** Verify over HTTP: the log is walked and folded again, beside the running runtime. */
import type { VerifyView } from "../replay/verify.ts";
import type { App } from "./app.ts";
import type { Context } from "./context.ts";
import { untilGone } from "./gone.ts";
import { answers } from "./schema-answer.ts";
import { LanguageQuery } from "./schema-request.ts";
import { VerifyBody } from "./schema-verify.ts";

/** `POST /api/runtime/verify`. */
export function addVerifyRoute(app: App, { runtime }: Context): void {
  app.post(
    "/api/runtime/verify",
    {
      schema: {
        tags: ["log"],
        summary: "Verify the log",
        description:
          "Recomputes chain, outputs and checkpoints. With `anchor`, a link kept elsewhere, it also " +
          "finds a tail that was cut off and a log that was written anew. Ends when the client goes away.",
        querystring: LanguageQuery,
        body: VerifyBody,
        response: answers<VerifyView>("Verification", "What was found."),
      },
    },
    (request, reply) => runtime.verify({ known: request.body.anchor, signal: untilGone(reply) }),
  );
}
