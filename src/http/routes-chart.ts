/** The statechart itself: for programs (JSON, SCXML) and for people (SVG, Mermaid). */
import type { FastifyReply, preHandlerHookHandler } from "fastify";
import type { Static } from "typebox";
import { viewNamed } from "../charts/view-names.ts";
import type { Language } from "../domain/configuration.ts";
import { WORDS } from "../policy/words.ts";
import type { SnapshotView } from "../replay/views.ts";
import type { App } from "./app.ts";
import type { Context } from "./context.ts";
import { isKnown } from "./freshness.ts";
import { languageOf } from "./language.ts";
import { preferredType } from "./negotiation.ts";
import { RequestRefused } from "./problem.ts";
import {
  ChartQuery,
  CONTENT,
  chartSchema,
  JSON_TYPE,
  MERMAID_TYPE,
  OFFERS,
  PictureQuery,
  SCXML_TYPE,
  SVG_TYPE,
} from "./schema-chart.ts";
import { LanguageQuery } from "./schema-request.ts";

type Picture = Static<typeof PictureQuery>;

/** The routes of `/api/runtime/statechart`: by Accept, or by extension. */
export function addChartRoutes(app: App, context: Context): void {
  const { language } = context;
  app.get(
    "/api/runtime/statechart",
    { schema: { ...chartSchema("The statechart", CONTENT.all), querystring: PictureQuery } },
    async (request, reply) => {
      reply.header("vary", "Accept, Accept-Language");
      const wanted = preferredType(request.headers.accept, OFFERS);
      if (wanted === null) throw notAcceptable(request.headers.accept ?? "");
      if (wanted === JSON_TYPE) return sendModel(reply);
      if (wanted === SCXML_TYPE) return sendScxml(reply);
      const asked = { ...request.query, lang: languageOf(request, language) };
      return wanted === SVG_TYPE
        ? sendSvg(reply, asked, context)
        : sendMermaid(reply, asked, context);
    },
  );
  app.get(
    "/api/runtime/statechart.json",
    {
      schema: {
        ...chartSchema("The statechart as JSON", CONTENT.json),
        querystring: LanguageQuery,
      },
    },
    (_request, reply) => sendModel(reply),
  );
  app.get(
    "/api/runtime/statechart.scxml",
    {
      schema: {
        ...chartSchema("The statechart as SCXML", CONTENT.scxml),
        querystring: LanguageQuery,
      },
    },
    (_request, reply) => sendScxml(reply),
  );
  app.get(
    "/api/runtime/statechart.mmd",
    {
      schema: {
        ...chartSchema("The statechart as Mermaid", CONTENT.mermaid),
        querystring: ChartQuery,
      },
    },
    (request, reply) =>
      sendMermaid(reply, { ...request.query, lang: languageOf(request, language) }, context),
  );
  app.get(
    "/api/runtime/statechart.svg",
    {
      preHandler: unlessKnown(context),
      schema: {
        ...chartSchema("The statechart as a picture", CONTENT.svg),
        description:
          "The picture with the present state and the last step lit, or those of the moment `at`.",
        querystring: PictureQuery,
      },
    },
    (request, reply) =>
      sendSvg(reply, { ...request.query, lang: languageOf(request, language) }, context),
  );
}

/**
 * Answers 304 to a client that has the picture of now. One of the past has no tag: its way into the log
 * is longer than its picture.
 */
function unlessKnown({ present, language }: Context): preHandlerHookHandler {
  return (request, reply, done) => {
    const { at } = request.query as Picture;
    const etag = at === undefined ? present.tag(languageOf(request, language)) : null;
    if (etag === null) return done();
    reply.headers({ etag, "cache-control": "no-cache", vary: "Accept-Language" });
    if (isKnown(request.headers["if-none-match"], etag)) reply.code(304).send();
    else done();
  };
}

type Asked = Picture & { readonly lang: Language };

async function sendSvg(reply: FastifyReply, asked: Asked, context: Context): Promise<FastifyReply> {
  const { pictureSvg } = await import("./picture-files.ts");
  const { lang, theme = "light", view = "overview" } = asked;
  const moment = (await momentOf(asked, context)) ?? context.runtime.snapshot(lang);
  const svg = await pictureSvg({ view: viewNamed(view), language: lang, theme, moment });
  return sendText(reply, SVG_TYPE, svg);
}

/** Lit only for a moment that was asked for: the text is the spec, and stays the same. */
async function sendMermaid(
  reply: FastifyReply,
  asked: Asked,
  context: Context,
): Promise<FastifyReply> {
  const { chartModel } = await import("../charts/chart-model.ts");
  const { mermaidOf } = await import("../charts/mermaid.ts");
  const { lang, view = "overview" } = asked;
  const moment = await momentOf(asked, context);
  const active = moment === null ? {} : { active: moment.state };
  const options = { view: viewNamed(view), language: lang, words: WORDS, ...active };
  const text = mermaidOf(chartModel(), options);
  return sendText(reply, MERMAID_TYPE, text);
}

function momentOf({ at, lang }: Asked, { runtime }: Context): Promise<SnapshotView | null> {
  return at === undefined ? Promise.resolve(null) : runtime.snapshotAt(String(at), lang);
}

async function sendModel(reply: FastifyReply): Promise<FastifyReply> {
  const { chartModel } = await import("../charts/chart-model.ts");
  return reply.header("cache-control", "no-cache").send(chartModel());
}

async function sendScxml(reply: FastifyReply): Promise<FastifyReply> {
  const { chartModel } = await import("../charts/chart-model.ts");
  const { scxmlOf } = await import("../charts/scxml.ts");
  return sendText(reply, SCXML_TYPE, scxmlOf(chartModel()));
}

/** The words depend on the language, unless the route has said more. */
function sendText(reply: FastifyReply, type: string, text: string): FastifyReply {
  if (!reply.hasHeader("vary")) reply.header("vary", "Accept-Language");
  return reply
    .header("cache-control", "no-cache")
    .type(`${type}; charset=utf-8`)
    .serializer((payload: string) => payload)
    .send(text);
}

function notAcceptable(accept: string): RequestRefused {
  const detail = `Accept must allow ${OFFERS.join(" or ")}, got "${accept.slice(0, 100)}".`;
  return new RequestRefused({ status: 406, code: "RP_REQUEST", detail });
}
