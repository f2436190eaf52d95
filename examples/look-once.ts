/** One look at this host, without a running runtime: what it is, what would run on it, and why. */
import { degradePolicy, detect, explainProfile, resolvePolicy } from "../src/index.ts";

const profile = await detect();
const policy = resolvePolicy(profile);

console.log(profile.profile_class, policy.vision.provider, policy.vision.model);
console.log(explainProfile(profile, "en"));
console.log("Without the GPU:", degradePolicy(policy, "VRAM_EXHAUSTED").vision.device);
