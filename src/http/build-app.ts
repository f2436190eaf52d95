/** The Fastify application: limits, security, problems, routes. It does not listen. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import Fastify from "fastify";
import type { App } from "./app.ts";
import type { Context } from "./context.ts";
import { addDocsPage } from "./docs-page.ts";
import { addSecurityHeaders } from "./headers.ts";
import { guardHosts } from "./host-guard.ts";
import { addJsonBody, BODY_MAX_BYTES } from "./json-body.ts";
import { guardOrigins } from "./origin-guard.ts";
import { addPage } from "./page.ts";
import { addProblems, answerBrokenUrl } from "./problem-answers.ts";
import { typedParameters } from "./query.ts";
import type { Redact } from "./redaction.ts";
import { addRoutes } from "./routes.ts";
import { COMPONENTS } from "./schema-answer.ts";
import { guardByToken } from "./token-guard.ts";

/** Adds routes of a neighbour; the guards stand before them, and `redact` makes JSON without what is private. */
export type Plugin = (app: App, redact: Redact) => void;

/** Longest time for one answer; a reload takes at most a few seconds. */
const HANDLER_TIMEOUT_MS = 60_000;

/** Builds the application; security comes before everything that reads the request. */
export async function buildApp(context: Context, plugins: readonly Plugin[] = []): Promise<App> {
  const app = emptyApp(context);
  await addSecurityHeaders(app);
  guardHosts(app, context.hosts);
  guardOrigins(app);
  if (context.token !== null) guardByToken(app, context.token);
  addProblems(app, context.redact);
  addRoutes(app, context);
  for (const plugin of plugins) plugin(app, context.redact);
  await addPage(app, context);
  addDocsPage(app, () => buildDescribedApp(context, plugins));
  await app.ready();
  return app;
}

/** The same routes once more, with the OpenAPI document and its page; loaded at the first visit. */
async function buildDescribedApp(context: Context, plugins: readonly Plugin[]): Promise<App> {
  const app = emptyApp(context);
  const { addDescription } = await import("./docs-app.ts");
  await addDescription(app, context.token !== null);
  addProblems(app, context.redact);
  addRoutes(app, context);
  for (const plugin of plugins) plugin(app, context.redact);
  await app.ready();
  return app;
}

function emptyApp(context: Context): App {
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_MAX_BYTES,
    handlerTimeout: HANDLER_TIMEOUT_MS,
    // Unknown keys are refused, not dropped, and a text is not taken for a number.
    ajv: {
      customOptions: {
        removeAdditional: false,
        coerceTypes: false,
        allErrors: true,
        verbose: true,
        strict: true,
        strictTypes: false,
      },
    },
    frameworkErrors: (_error, _request, reply) => answerBrokenUrl(reply, context.redact),
  }).withTypeProvider<TypeBoxTypeProvider>();
  for (const component of COMPONENTS) app.addSchema(component);
  // Schemas of answers document; the bytes are plain JSON, so that no key is ever dropped.
  app.setSerializerCompiler(() => context.redact);
  app.setReplySerializer(context.redact);
  app.addHook("preValidation", typedParameters);
  addJsonBody(app);
  return app;
}
