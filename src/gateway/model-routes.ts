/** `GET /v1/models` and `GET /v1/models/{id}`: the door's own models, and what stands behind them now. */
import { unknownModel } from "./chat-request.ts";
import type { DoorApp, DoorParts } from "./door-app.ts";
import { sendError } from "./door-error.ts";
import { MODEL_SCHEMA, MODELS_SCHEMA } from "./schema-chat.ts";
import { virtualModelOf, virtualModels } from "./virtual-models.ts";

/** Adds both routes. */
export function addModelRoutes(app: DoorApp, { policy, redact }: DoorParts): void {
  const created = Math.floor(Date.now() / 1000);
  app.get("/models", { schema: MODELS_SCHEMA }, () => ({
    object: "list" as const,
    data: virtualModels(policy(), created),
  }));
  const answerOne = (id: string) => virtualModelOf(id, policy(), created);
  // Clients write the slash of a name as %2F; people do not.
  for (const [path, schema] of [
    ["/models/:id", MODEL_SCHEMA],
    ["/models/*", { hide: true }],
  ] as const) {
    app.get(path, { schema, validatorCompiler: () => () => true }, (request, reply) => {
      const { id, "*": rest } = request.params as { readonly id?: unknown; readonly "*"?: unknown };
      const name = String(id ?? rest);
      return answerOne(name) ?? sendError(reply, unknownModel(name), redact);
    });
  }
}
