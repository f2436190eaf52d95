/** One detection for the commands that need no runtime, and what would be planned on that host. */
import { detectHost, wishesOf } from "../detect/detect.ts";
import { isCloudAllowedFor } from "../domain/cloud-consent.ts";
import type { Host } from "../domain/host.ts";
import { tierOf } from "../domain/tier.ts";
import type { SettledSituation } from "../policy/situation.ts";
import type { Context } from "./context.ts";

/**
 * Detects once, within the deadline (under 3 s): a probe that hangs is noted as `timeout` and ended, so
 * that neither a person nor a script waits for a driver that may never answer.
 */
export async function detectOnce(context: Context): Promise<Host> {
  const { env, root, configuration } = context;
  const stopping = new AbortController();
  const asked = {
    env,
    root,
    ...wishesOf(configuration),
    signal: stopping.signal,
  };
  const { host } = await detectHost(asked);
  stopping.abort();
  return host;
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
