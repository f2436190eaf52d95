/** One whole detection for the commands that need no runtime, and what would be planned on that host. */
import { detectHost } from "../detect/detect.ts";
import { isCloudAllowedFor } from "../domain/cloud-consent.ts";
import type { Host } from "../domain/host.ts";
import { tierOf } from "../domain/tier.ts";
import type { SettledSituation } from "../policy/situation.ts";
import type { Context } from "./context.ts";
import { cliText } from "./words.ts";

/** Detects once and waits for the slow probes too; each of them has a limit of its own. */
export async function detectWhole(context: Context): Promise<Host> {
  const { env, root, configuration, language, output } = context;
  const { host, late } = await detectHost({ env, root, ollamaHost: configuration.ollama.host });
  if (late === null) return host;
  if (!context.isJson) output.note(cliText("SLOW_DETECTION", language));
  return late;
}

/** The host on its best rung, with everything working: what a runtime would aim at. */
export function plannedSituation(host: Host, { configuration }: Context): SettledSituation {
  const isCloudAllowed = isCloudAllowedFor(configuration.cloud, "vision");
  return {
    tier: tierOf(host, configuration.tier, isCloudAllowed),
    rung: "nominal",
    host,
    configuration,
    cloud: isCloudAllowed ? "unknown" : "off",
    hasFirstReading: true,
    areModelsKnown: host.ollama.running !== null,
  };
}
