/** The statechart itself, for programs (JSON) and for pictures (Mermaid). */
import type { FastifyReply } from "fastify";
import type { Language } from "../domain/configuration.ts";
import type { App } from "./app.ts";
import type { Context } from "./context.ts";
import { languageOf } from "./language.ts";
import { preferredType } from "./negotiation.ts";
import { RequestRefused } from "./problem.ts";
import { PROBLEMS } from "./schema-answer.ts";
import { reference } from "./schema-parts.ts";
import { LanguageQuery } from "./schema-request.ts";

const JSON_TYPE = "application/json";
const MERMAID_TYPE = "text/vnd.mermaid";
const OFFERS = [JSON_TYPE, MERMAID_TYPE] as const;

const JSON_CONTENT = { [JSON_TYPE]: { schema: reference("Statechart") } };
const MERMAID_CONTENT = {
  [MERMAID_TYPE]: {
    schema: { type: "string", examples: ["stateDiagram-v2\n  [*] --> detecting"] },
  },
};

/** The routes of `/api/runtime/statechart`: by Accept, or by extension. */
export function addChartRoutes(app: App, { language }: Context): void {
  app.get(
    "/api/runtime/statechart",
    {
      schema: schemaOf("The statechart", { ...JSON_CONTENT, ...MERMAID_CONTENT }),
    },
    async (request, reply) => {
      reply.header("vary", "Accept, Accept-Language");
      const wanted = preferredType(request.headers.accept, OFFERS);
      if (wanted === null) throw notAcceptable(request.headers.accept ?? "");
      return wanted === JSON_TYPE
        ? sendModel(reply)
        : sendMermaid(reply, languageOf(request, language));
    },
  );
  app.get(
    "/api/runtime/statechart.json",
    { schema: schemaOf("The statechart as JSON", JSON_CONTENT) },
    (_request, reply) => sendModel(reply),
  );
  app.get(
    "/api/runtime/statechart.mmd",
    { schema: schemaOf("The statechart as Mermaid", MERMAID_CONTENT) },
    (request, reply) => sendMermaid(reply, languageOf(request, language)),
  );
}

async function sendModel(reply: FastifyReply): Promise<FastifyReply> {
  const { chartModel } = await import("../charts/chart-model.ts");
  return reply.header("cache-control", "no-cache").send(chartModel());
}

async function sendMermaid(reply: FastifyReply, language: Language): Promise<FastifyReply> {
  const { chartModel } = await import("../charts/chart-model.ts");
  const { mermaidOf } = await import("../charts/mermaid.ts");
  return reply
    .header("cache-control", "no-cache")
    .type(`${MERMAID_TYPE}; charset=utf-8`)
    .serializer((text: string) => text)
    .send(mermaidOf(chartModel(), { view: "overview", language }));
}

function schemaOf(summary: string, content: object) {
  return {
    tags: ["statechart"],
    summary,
    description: "States, transitions and guards: the spec that the runtime runs.",
    querystring: LanguageQuery,
    response: { 200: { description: "The chart.", content }, ...PROBLEMS },
  };
}

function notAcceptable(accept: string): RequestRefused {
  const detail = `Accept must allow ${OFFERS.join(" or ")}, got "${accept.slice(0, 100)}".`;
  return new RequestRefused({ status: 406, code: "RP_REQUEST", detail });
}
