/**
 * What each rung needs of this host, in MiB: the numbers that feasibility and the return test use.
 *
 * What the user configured wins, `null` included; the rest is the need of the model that the policy
 * would choose, so that "does it fit" and "what runs" can never speak of two different models.
 * VRAM for `nominal` and `smallModel`, memory for `cpu`. `smallModel` is `null` (infeasible) where
 * it would run what `nominal` runs: a step that frees nothing is no step. Where the tier has no GPU
 * rung it is `null` too; `nominal` is then the need of what `nominal` does there: that of `cpu` on
 * LOCAL_CPU_ONLY, 0 (nothing on this host) on CLOUD_HYBRID.
 */
import { isCloudAllowedFor } from "../domain/cloud-consent.ts";
import type { Configuration, Footprints } from "../domain/configuration.ts";
import type { Host } from "../domain/host.ts";
import { isGpuTier, tierOf } from "../domain/tier.ts";
import { isSmallSameAsNominal, type ModelQuestion, visionChoiceOf } from "./model-choice.ts";

/** The configuration with its footprints completed for this host; as it is while none is known. */
export function withFootprints(configuration: Configuration, host: Host | null): Configuration {
  if (host === null) return configuration;
  const footprints = resolveFootprints(host, configuration);
  return { ...configuration, policy: { ...configuration.policy, footprints } };
}

/** The configured footprints, completed from the policy table for this host. */
export function resolveFootprints(host: Host, configuration: Configuration): Required<Footprints> {
  const configured = configuration.policy.footprints;
  const derived = derivedFootprintsOf({
    host,
    configuration,
    tier: tierOf(host, configuration.tier, isCloudAllowedFor(configuration.cloud, "vision")),
  });
  const cpu = configured.cpu === undefined ? derived.cpu : configured.cpu;
  return {
    nominal: configured.nominal === undefined ? (derived.nominal ?? cpu) : configured.nominal,
    smallModel: configured.smallModel === undefined ? derived.smallModel : configured.smallModel,
    cpu,
  };
}

/** `nominal` is `null` where it follows `cpu`. */
function derivedFootprintsOf(question: ModelQuestion): Required<Footprints> {
  const cpu = visionChoiceOf(question, "cpu").footprint_mib;
  if (!isGpuTier(question.tier)) {
    return { nominal: question.tier === "CLOUD_HYBRID" ? 0 : null, smallModel: null, cpu };
  }
  const nominal = visionChoiceOf(question, "nominal").footprint_mib;
  const smallModel = isSmallSameAsNominal(question)
    ? null
    : visionChoiceOf(question, "smallModel").footprint_mib;
  return { nominal, smallModel, cpu };
}
