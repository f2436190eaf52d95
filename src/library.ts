/**
 * The one-shot parts for library users: detect, save, load, resolve, explain; each useful without a
 * running runtime. A profile is the object of `runtime_profile.json`.
 */
import { homedir } from "node:os";
import { type DetectOptions, detectHost } from "./detect/detect.ts";
import {
  type LoadedProfile,
  loadProfile as loadProfileFile,
  saveProfile as saveProfileFile,
} from "./detect/profile-file.ts";
import { isCloudAllowedFor } from "./domain/cloud-consent.ts";
import {
  type Configuration,
  DEFAULT_CONFIGURATION,
  decisionPartOf,
  type Language,
} from "./domain/configuration.ts";
import { RuntimeProfileError } from "./domain/error.ts";
import type { Host } from "./domain/host.ts";
import {
  hostOfProfileDocument,
  type ProfileDocument,
  profileDocumentOf,
} from "./domain/profile-document.ts";
import { type Tier, tierOf as tierOfHost } from "./domain/tier.ts";
import { defaultDataFolder, prepareFolder } from "./log/data-folder.ts";
import { explanationOf } from "./policy/explanation.ts";
import type { Policy } from "./policy/policy.ts";
import { recommendationsOf } from "./policy/recommendation.ts";
import { policyOf } from "./policy/resolve.ts";
import type { Situation } from "./policy/situation.ts";

export type { DetectOptions, LoadedProfile, ProfileDocument };

/** Detects this host once; resolves within 3 s with what answered, and never rejects. */
export async function detect(options: DetectOptions = {}): Promise<ProfileDocument> {
  const { host } = await detectHost(options);
  return profileDocumentOf(host, tierOfHost(host, DEFAULT_CONFIGURATION.tier));
}

/** Writes a profile to a file, or into the per-user folder; gives the path. Throws RP_DATA_FOLDER. */
export async function saveProfile(profile: ProfileDocument, path?: string): Promise<string> {
  return saveProfileFile(path ?? prepareFolder(ownFolder()), profile);
}

/** Reads a profile. A damaged file is set aside under another name and reported; it never throws for one. */
export async function loadProfile(path?: string): Promise<LoadedProfile> {
  return loadProfileFile(path ?? ownFolder());
}

/** The execution policy of a profile at its best rung. Throws RP_INPUT for something that is no profile. */
export function resolvePolicy(
  profile: ProfileDocument | Host,
  configuration?: Configuration,
): Policy {
  return policyOf(situationIn(profile, configuration));
}

/** The explanation of a profile and its policy, as text for people. */
export function explainProfile(profile: ProfileDocument | Host, language: Language = "en"): string {
  const situation = situationIn(profile);
  const recommendations = recommendationsOf(situation, { isCpuBusy: false });
  return explanationOf(
    { situation, policy: policyOf(situation), reason: null, recommendations },
    language,
  );
}

/** The tier of a host or profile under the default floors, or those of a configuration. */
export function tierOf(
  profile: ProfileDocument | Host,
  configuration: Configuration = DEFAULT_CONFIGURATION,
): Tier {
  const isCloudAllowed = isCloudAllowedFor(configuration.cloud, "vision");
  return tierOfHost(hostIn(profile), configuration.tier, isCloudAllowed);
}

function situationIn(
  profile: ProfileDocument | Host,
  configuration: Configuration = decisionPartOf(DEFAULT_CONFIGURATION),
): Situation {
  const host = hostIn(profile);
  const isCloudAllowed = isCloudAllowedFor(configuration.cloud, "vision");
  const tier = tierOfHost(host, configuration.tier, isCloudAllowed);
  const known = {
    cloud: isCloudAllowed ? ("unknown" as const) : ("off" as const),
    areModelsKnown: host.ollama.running !== null,
  };
  return { tier, rung: "nominal", host, configuration, hasFirstReading: true, ...known };
}

function hostIn(profile: ProfileDocument | Host): Host {
  if ("notes" in profile && "davinci" in profile) return profile;
  const host = hostOfProfileDocument(profile);
  if (host !== null) return host;
  throw new RuntimeProfileError(
    "RP_INPUT",
    "Expected a profile as detect() or runtime_profile.json gives it; got something else.",
  );
}

function ownFolder(): string {
  return defaultDataFolder(process.platform, process.env, homedir());
}
