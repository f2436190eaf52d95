/** `/metrics`: everything a monitoring system wants, in the formats of Prometheus. */
import { Type } from "typebox";
import type { App } from "./app.ts";
import type { Context } from "./context.ts";
import { preferredType } from "./negotiation.ts";
import { processFigures } from "./process-figures.ts";
import { PROBLEMS } from "./schema-answer.ts";

const TEXT_TYPE = "text/plain";
const OPEN_METRICS_TYPE = "application/openmetrics-text";
const EXAMPLE = 'runtime_profile_rung{rung="cpu"} 1';

const NO_QUERY = Type.Object({}, { additionalProperties: false });

/** `GET /metrics`: OpenMetrics for who asks for it, else the older text, which every browser shows. */
export function addMetricsRoute(app: App, { runtime, live }: Context): void {
  app.get("/metrics", { schema: SCHEMA }, async (request, reply) => {
    const wanted = preferredType(request.headers.accept, [TEXT_TYPE, OPEN_METRICS_TYPE]);
    const { expositionOf } = await import("./exposition.ts");
    const process = await processFigures();
    const { type, text } = await expositionOf(
      { view: runtime.metrics(), process, liveClients: live.count, work: runtime.work.view() },
      wanted === OPEN_METRICS_TYPE ? "openmetrics" : "prometheus",
    );
    return reply
      .header("vary", "Accept")
      .type(type)
      .serializer((given: string) => given)
      .send(text);
  });
}

const SCHEMA = {
  tags: ["metrics"],
  summary: "Numbers for Prometheus",
  description:
    "State, readings, thresholds, and what was counted since the start: OpenMetrics 1.0 by Accept, else the text format 0.0.4. What is unknown is absent.",
  querystring: NO_QUERY,
  response: {
    200: {
      description: "The metrics now.",
      content: {
        [TEXT_TYPE]: { schema: { type: "string", examples: [EXAMPLE] } },
        [OPEN_METRICS_TYPE]: { schema: { type: "string", examples: [`${EXAMPLE}\n# EOF`] } },
      },
    },
    ...PROBLEMS,
  },
};
