/** Will it fit: a model against the memory of this host, now and at the recent peak. */
import type { FitView } from "../replay/fit.ts";
import type { App } from "./app.ts";
import type { Context } from "./context.ts";
import { sendByDigest } from "./freshness.ts";
import { languageOf } from "./language.ts";
import { answers } from "./schema-answer.ts";
import { FitQuery } from "./schema-fit.ts";

/** `GET /api/runtime/fit`. The model server is asked as well, so only its bytes name an answer. */
export function addFitRoute(app: App, { runtime, redact, language }: Context): void {
  app.get(
    "/api/runtime/fit",
    {
      schema: {
        tags: ["state"],
        summary: "Will a model fit",
        description:
          "Weights, key-value cache and buffers of a model against what is free now and was at the recent peak: on the GPU, split, and on the CPU, with the arithmetic and what would fit instead. Figures are Ollama's where it is installed, else those of the dated table. Asking sends and loads nothing.",
        querystring: FitQuery,
        response: answers<FitView>("Fit", "Whether it fits, where, and what else would."),
      },
    },
    async (request, reply) => {
      const { lang: _lang, ...wish } = request.query;
      const view = await runtime.fit(wish, languageOf(request, language));
      return sendByDigest(request, reply, redact(view)) as never;
    },
  );
}
