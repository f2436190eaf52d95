/** The health check: the one route that answers without a token. */
import { Type } from "typebox";
import { RuntimeProfileError } from "../domain/error.ts";
import type { App } from "./app.ts";
import type { Context } from "./context.ts";
import { answers } from "./schema-answer.ts";

const NO_QUERY = Type.Object({}, { additionalProperties: false });

/** `GET /healthz`: 200 while the runtime runs, else 503. */
export function addHealthRoute(app: App, { runtime }: Context): void {
  app.get(
    "/healthz",
    {
      schema: {
        tags: ["health"],
        summary: "Is it alive?",
        description: "Answers 200 while the runtime runs and 503 when it has stopped.",
        querystring: NO_QUERY,
        response: answers("Health", "Alive."),
      },
    },
    () => {
      if (!runtime.monitor().running)
        throw new RuntimeProfileError("RP_STOPPED", "It has stopped.");
      return { status: "ok" as const, seq: runtime.seq() };
    },
  );
}
