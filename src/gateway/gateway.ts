/**
 * The door: OpenAI's chat completions, with the runtime's policy behind it.
 *
 * An application changes its base URL and nothing else. It asks for a role (`runtime/vision`,
 * `runtime/planning`) instead of a model; which model on which device answers is decided anew for each
 * request, and every answer carries its receipt. The door stands in the application of the HTTP interface:
 * the same port, the same guards; only its errors have another shape.
 */
import type { FastifyError } from "fastify";
import { addChatRoute } from "./chat-route.ts";
import type { DoorApp, DoorParts } from "./door-app.ts";
import { refusalFor, sendError } from "./door-error.ts";
import { addModelRoutes } from "./model-routes.ts";
import { DOOR_COMPONENTS } from "./schema-chat.ts";

/** Where the door stands; this is what an application is given as its base URL, after the address. */
const PREFIX = "/v1";

/** Adds the door to an application whose guards are in place already. */
export function addGateway(app: DoorApp, parts: DoorParts): void {
  for (const component of DOOR_COMPONENTS) app.addSchema(component);
  app.register(
    async (scope: DoorApp) => {
      addErrors(scope, parts);
      addChatRoute(scope, parts);
      addModelRoutes(scope, parts);
    },
    { prefix: PREFIX },
  );
}

const METHODS: readonly (readonly [path: RegExp, allowed: string])[] = [
  [/^\/v1\/chat\/completions\/?$/, "POST"],
  [/^\/v1\/models(\/|$)/, "GET, HEAD"],
];

function addErrors(scope: DoorApp, { redact }: DoorParts): void {
  scope.setErrorHandler<FastifyError>((error, _request, reply) =>
    sendError(reply, refusalFor(error), redact),
  );
  scope.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?", 1)[0] ?? "/";
    const { method } = request;
    const allowed = METHODS.find(([pattern]) => pattern.test(path))?.[1];
    if (allowed === undefined || allowed.split(", ").includes(method)) {
      return sendError(reply, UNKNOWN_PATH, redact);
    }
    reply.header("allow", allowed);
    const message = `This path answers ${allowed}, got ${method}; use one of these.`;
    return sendError(reply, { status: 405, code: "method_not_allowed", message }, redact);
  });
}

const UNKNOWN_PATH = {
  status: 404,
  code: "unknown_url",
  message:
    "Nothing is at this path; POST /v1/chat/completions, GET /v1/models and GET /v1/models/{id} are.",
};
