/** The scopes that are walked: together every input that the decider's timing knows, apart where the product is too large. */
import type { HappeningWord, MemoryWord, TimedScope, VramWord } from "./timed-scope.ts";

const VRAM: readonly VramWord[] = ["calm", "between", "tight", "hard", "ours", "missing"];
const MEMORY: readonly MemoryWord[] = ["calm", "between", "tight", "hard", "missing"];
const CLOUD: readonly HappeningWord[] = ["cloud answers", "cloud is silent"];

/** One meter whole: the card. */
export const CARD_SCOPE: TimedScope = {
  name: "card",
  tier: "LOCAL_GPU_MID",
  isCloudAllowed: false,
  vram: VRAM,
  memory: ["calm"],
  happenings: [],
};

/** One meter whole, and the cloud comes and goes. */
export const MEMORY_SCOPE: TimedScope = {
  name: "memory and cloud",
  tier: "LOCAL_GPU_MID",
  isCloudAllowed: true,
  vram: ["calm"],
  memory: MEMORY,
  happenings: CLOUD,
};

/** Both meters full, gone and back in any order. */
export const METERS_SCOPE: TimedScope = {
  name: "both meters",
  tier: "LOCAL_GPU_MID",
  isCloudAllowed: false,
  vram: ["calm", "hard", "missing"],
  memory: ["calm", "hard", "missing"],
  happenings: [],
};

/** A person, a cloud and a host that sleeps, beside a card under pressure. */
export const PERSON_SCOPE: TimedScope = {
  name: "person and cloud",
  tier: "LOCAL_GPU_MID",
  isCloudAllowed: true,
  vram: ["calm", "tight", "hard"],
  memory: ["calm"],
  happenings: [
    ...CLOUD,
    "hold at smallModel",
    "hold at cpu",
    "hold at shed",
    "hold cleared",
    "beat resumed",
    "restarted",
  ],
};

/** Tasks that fail and succeed at any moment, and the cloud that takes over. */
export const TASKS_SCOPE: TimedScope = {
  ...PERSON_SCOPE,
  name: "tasks and cloud",
  vram: ["calm"],
  happenings: [...CLOUD, "task succeeds", "task times out"],
};

/** Both meters full, gone and back, while the cloud comes and goes. */
const METERS_CLOUD_SCOPE: TimedScope = {
  ...METERS_SCOPE,
  name: "both meters and cloud",
  isCloudAllowed: true,
  happenings: CLOUD,
};

/** Both meters whole. */
const WHOLE_METERS_SCOPE: TimedScope = {
  ...METERS_SCOPE,
  name: "both meters, whole",
  vram: VRAM,
  memory: MEMORY,
};

const CPU_SCOPE: TimedScope = {
  name: "host without a card",
  tier: "LOCAL_CPU_ONLY",
  isCloudAllowed: true,
  vram: ["calm"],
  memory: MEMORY,
  happenings: [...CLOUD, "hold at shed", "hold cleared"],
};

const HYBRID_SCOPE: TimedScope = {
  ...CPU_SCOPE,
  name: "host for the cloud",
  tier: "CLOUD_HYBRID",
  happenings: [...CLOUD, "hold at cpu", "hold cleared"],
};

/** Every scope, the small ones first. */
export const SCOPES: readonly TimedScope[] = [
  CARD_SCOPE,
  METERS_SCOPE,
  MEMORY_SCOPE,
  TASKS_SCOPE,
  HYBRID_SCOPE,
  CPU_SCOPE,
  PERSON_SCOPE,
  METERS_CLOUD_SCOPE,
  WHOLE_METERS_SCOPE,
];
