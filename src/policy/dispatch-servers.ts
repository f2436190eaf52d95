/**
 * Model servers beside Ollama as places for a job: LM Studio, llama.cpp's server, vLLM.
 *
 * They are used where Ollama is not running or lacks the model, for what they offer already: they choose
 * the device themselves and hold their memory anyway, so nothing is promised for them, and they count only
 * on rungs where work may be where such a server works. Rejected: loading models there; each has its own
 * way, and what was loaded by a person is not ours to exchange.
 */
import { rootOf, type Target, type WorkRole } from "../domain/job.ts";
import { deviceOf } from "../domain/rung.ts";
import type { ModelServer, ServedModel, ServerKind } from "../domain/served.ts";
import { SERVER_AT_ONCE } from "./model-table.ts";
import type { SettledSituation } from "./situation.ts";

/** Who asks, and how many jobs at a time a server takes; `null` takes the table's. */
export interface ServerQuestion {
  readonly role: WorkRole;
  readonly atOnce: { readonly local: number | null };
}

/** The targets on other servers, loaded models first; none where work must leave the card. */
export function otherServerTargets(
  situation: SettledSituation,
  { role, atOnce }: ServerQuestion,
): readonly Target[] {
  const { tier, rung, host } = situation;
  const isTheirPlace = rung === "nominal" && deviceOf(tier, rung) !== "cloud";
  if (!isTheirPlace) return [];
  return (host.servers ?? []).flatMap((server) =>
    modelsFor(role, server).map((model) => {
      const kind = server.kind as OpenAiKind;
      return {
        rung,
        provider: "local" as const,
        protocol: "openai" as const,
        address: `${rootOf(server.address)}/v1`,
        model: model.name,
        device: deviceOf(tier, rung) === "gpu" ? ("gpu" as const) : ("cpu" as const),
        num_ctx: null,
        footprint_mib: null,
        meter: null,
        concurrency: atOnce.local ?? SERVER_AT_ONCE[kind],
      };
    }),
  );
}

/** Servers list what only embeds beside what can answer, and tell the two apart by name alone. */
const EMBEDDING = /embed/i;

type OpenAiKind = Exclude<ServerKind, "ollama">;

/** What is not known to see is not sent pictures; a cloud model is no local one. */
function modelsFor(role: WorkRole, { kind, running, models }: ModelServer): readonly ServedModel[] {
  if (kind === null || kind === "ollama" || running !== true) return [];
  const able = models.filter(
    ({ name, vision, cloud }) =>
      !cloud && !EMBEDDING.test(name) && (role === "planning" || vision === true),
  );
  const loaded = able.filter(({ loaded: isLoaded }) => isLoaded !== false);
  return loaded.slice(0, 1);
}
