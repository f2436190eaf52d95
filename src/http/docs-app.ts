/** The OpenAPI document and its page; a file of its own so that it is loaded at the first visit. */
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import { PACKAGE_VERSION } from "../domain/version.ts";
import type { App } from "./app.ts";

/** The page's styles are partly inline; nothing of it, and nothing it asks, is foreign. */
const PAGE_POLICY =
  "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; " +
  "img-src 'self' data:; object-src 'none'; style-src 'self' 'unsafe-inline'";

const TOKEN = {
  components: { securitySchemes: { bearer: { type: "http" as const, scheme: "bearer" } } },
  security: [{ bearer: [] as string[] }],
};

const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" width="190" height="40"><text x="0" y="27" ' +
  'font-family="sans-serif" font-size="22" fill="#fff">runtime-profile</text></svg>';

/** Registers the OpenAPI document and the page at `/docs`; the routes are added afterwards. */
export async function addDescription(app: App, isTokenAsked: boolean): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "runtime-profile",
        description: "What this host is, how work should run on it now, why, and what happened.",
        version: PACKAGE_VERSION,
      },
      tags: [
        { name: "state", description: "The present." },
        { name: "control", description: "Requests that change it." },
        { name: "models", description: "Work for models, in OpenAI's protocol." },
        { name: "log", description: "What happened." },
        { name: "statechart", description: "The spec." },
        { name: "metrics", description: "For Prometheus." },
        { name: "health", description: "Alive or not." },
      ],
      ...(isTokenAsked ? TOKEN : {}),
    },
    refResolver: {
      buildLocalReference: (json, _baseUri, _fragment, index) =>
        String(json["$id"] ?? `def-${index}`),
    },
  });
  await app.register(swaggerUi, {
    routePrefix: "/docs",
    logo: { type: "image/svg+xml", content: Buffer.from(LOGO) },
    theme: { title: "runtime-profile API" },
    staticCSP: PAGE_POLICY,
    uiConfig: { docExpansion: "list", deepLinking: true },
  });
}
