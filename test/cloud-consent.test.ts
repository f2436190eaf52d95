/** One consent for everybody who asks: the tier, the footprints, the policy of a profile. */
import { expect, test } from "vitest";
import { isCloudAllowedFor } from "../src/domain/cloud-consent.ts";
import { type Consent, DEFAULT_CONFIGURATION } from "../src/domain/configuration.ts";
import { resolvePolicy, tierOf } from "../src/library.ts";
import { resolveFootprints } from "../src/policy/footprints.ts";
import { configured } from "./support/policy-situations.ts";
import { hostWith } from "./support/stories.ts";

test.each<
  [allowed: boolean, vision: Consent, planning: Consent, forVision: boolean, forPlanning: boolean]
>([
  [false, "allow", "allow", false, false],
  [true, "never", "allow", false, true],
  [true, "allow", "never", true, false],
  [true, "allow", "allow", true, true],
])(
  "consent: allowed %s, vision %s, planning %s means %s and %s",
  (allowed, vision, planning, forVision, forPlanning) => {
    const cloud = { ...DEFAULT_CONFIGURATION.cloud, allowed, vision, planning };
    expect(isCloudAllowedFor(cloud, "vision")).toBe(forVision);
    expect(isCloudAllowedFor(cloud, "planning")).toBe(forPlanning);
  },
);

/** Too little memory for a local model: whether the cloud may see pictures decides the tier. */
const SMALL = hostWith({
  gpus: [],
  memory: { total_mib: 4000, available_mib: 3000, limited_by: "host" },
});

test.each([
  ["allow", "CLOUD_HYBRID", 0],
  ["never", "LOCAL_CPU_ONLY", null],
] as const)(
  "consent: with vision %s a small host is %s in the library and in the footprints",
  (vision, tier, nominal) => {
    const configuration = {
      ...DEFAULT_CONFIGURATION,
      ...configured({ cloud: { allowed: true, vision } }),
    };
    expect(tierOf(SMALL, configuration)).toBe(tier);
    expect(resolvePolicy(SMALL, configuration).tier).toBe(tier);
    const footprints = resolveFootprints(SMALL, configuration);
    expect(footprints.nominal).toBe(nominal ?? footprints.cpu);
    expect(footprints.cpu).toBeGreaterThan(0);
  },
);

test("consent: a cloud that vision may never use is off for a profile, whatever else is allowed", () => {
  const configuration = configured({
    cloud: { allowed: true, vision: "never", base_url: "https://cloud.example/v1" },
    vision: { local: false },
  });
  expect(resolvePolicy(SMALL, configuration).vision.missing).toEqual(["CLOUD_NOT_ALLOWED"]);
});
