/**
 * Every setting there is, as one table: where it stands, what may stand there, what it means.
 *
 * The idea: like the list of parts in the back of a manual. Reading a configuration, the published
 * JSON Schema, environment variables and `--set` are all made from this table, so they cannot
 * disagree; the defaults are in `configuration.ts`, and a test holds both to the same paths.
 * Rejected: a schema library in the lowest floor, and rules scattered over the code that uses them.
 */
import { CONSENTS, GPU_MODES, LANGUAGES } from "./configuration.ts";
import { PEAK_KEEP_MS } from "./peak.ts";
import {
  boolean,
  choice,
  count,
  duration,
  fraction,
  HOST_CHARACTERS,
  INTERVAL_MIN_MS,
  list,
  NULLABLE,
  type Setting,
  size,
  text,
} from "./setting-kind.ts";
import { WORK_SETTINGS } from "./setting-work.ts";
import { TIERS } from "./tier.ts";

function timesOf(signal: string, sensor: string): readonly Setting[] {
  const at = (key: string): string => `thresholds.${signal}.${key}`;
  return [
    duration(at("grace_ms"), "Time beyond `enter` before the pressure counts, in ms."),
    count(at("min_samples"), "Fewest samples beyond `enter` before the pressure counts.", {
      min: 1,
      max: 1000,
    }),
    duration(at("quick_exit_ms"), "Time beyond `quick_exit` that ends the pressure, in ms."),
    duration(at("slow_exit_ms"), "Time beyond `slow_exit` that ends the pressure, in ms."),
    duration(at("dwell_ms"), "Time after a step down before a step up, in ms."),
    duration(at("backoff_max_ms"), "Longest dwell after repeated re-entries, in ms."),
    duration(at("reentry_ms"), "A step down this soon after a step up is a re-entry, in ms."),
    // Farther back nobody remembers.
    duration(at("lookback_ms"), "Look-back of the return test, in ms.", { max: PEAK_KEEP_MS }),
    duration(
      at("blank_ms"),
      "Time after a step in which samples beyond `enter` do not count, in ms; `hard` always counts.",
    ),
    duration(
      at("stale_ms"),
      `Age at which a missing reading counts as lost, in ms, at least 3 × sensors.${sensor}; null chooses it from that interval.`,
      NULLABLE,
    ),
  ];
}

const THRESHOLD_SETTINGS: readonly Setting[] = [
  fraction("thresholds.vram.enter", "Share of GPU memory in use beyond which pressure begins."),
  fraction("thresholds.vram.hard", "Share of GPU memory in use at which one sample is enough."),
  fraction("thresholds.vram.quick_exit", "Share of GPU memory in use for the quick way out."),
  fraction("thresholds.vram.slow_exit", "Share of GPU memory in use for the slow way out."),
  ...timesOf("vram", "gpu_ms"),
  size("thresholds.memory.enter", "Available memory below which pressure begins."),
  size("thresholds.memory.hard", "Available memory below which one sample is enough."),
  size("thresholds.memory.quick_exit", "Available memory for the quick way out."),
  size("thresholds.memory.slow_exit", "Available memory for the slow way out."),
  ...timesOf("memory", "beat_ms"),
  fraction("thresholds.cpu.enter", "Share of the processors in use that brings advice."),
  fraction("thresholds.cpu.quick_exit", "Share of the processors in use that ends the advice."),
  duration("thresholds.cpu.grace_ms", "Time beyond `enter` before the advice, in ms."),
  duration("thresholds.cpu.quick_exit_ms", "Time below `quick_exit` that ends the advice, in ms."),
  fraction("thresholds.tasks.enter", "Failure rate beyond which a provider counts as failing."),
  count("thresholds.tasks.window", "How many of the last outcomes are judged.", {
    min: 1,
    max: 1000,
  }),
  count("thresholds.tasks.window_minutes", "How old an outcome may be, in minutes.", {
    min: 1,
    max: 1440,
  }),
  count("thresholds.tasks.min_samples", "Fewest outcomes before anything is judged.", {
    min: 1,
    max: 1000,
  }),
  duration("thresholds.tasks.open_ms", "Time in `failing` before a probe is let through, in ms."),
  duration("thresholds.tasks.open_max_ms", "Longest such time after repeated failures, in ms."),
  count("thresholds.tasks.probes", "Probes let through at a time.", { min: 1, max: 100 }),
  count("thresholds.tasks.probes_good", "Probes that must succeed.", { min: 1, max: 100 }),
  duration("thresholds.tasks.probe_deadline_ms", "Time a probe has to report, in ms.", { min: 1 }),
];

const SENSOR_SETTINGS: readonly Setting[] = [
  duration("sensors.beat_ms", "Time between two readings of memory and processors, in ms.", {
    min: INTERVAL_MIN_MS,
  }),
  duration("sensors.gpu_ms", "Time between two readings of the GPU, in ms.", {
    min: INTERVAL_MIN_MS,
  }),
  duration("sensors.slow_ms", "Time between two looks at Ollama and the editor, in ms.", {
    min: INTERVAL_MIN_MS,
  }),
];

const FOOTPRINT = { is_nullable: true, is_optional: true } as const;

const POLICY_SETTINGS: readonly Setting[] = [
  size(
    "policy.footprints.nominal",
    "GPU memory that the best rung needs; null makes it infeasible, absent takes the policy table.",
    FOOTPRINT,
  ),
  size(
    "policy.footprints.smallModel",
    "GPU memory that the small model needs; null makes it infeasible, absent takes the policy table.",
    FOOTPRINT,
  ),
  size(
    "policy.footprints.cpu",
    "Memory that vision on the CPU needs; null makes it infeasible, absent takes the policy table.",
    FOOTPRINT,
  ),
  boolean(
    "policy.vision.local",
    "Whether vision may use a local model; null lets the policy decide (USE_LOCAL_VISION).",
    NULLABLE,
  ),
  text(
    "policy.vision.model",
    "Local vision model; null lets the policy choose (LOCAL_VISION_MODEL).",
    NULLABLE,
  ),
  count("policy.vision.max_scenes", "Most scenes analysed at once; null lets the policy decide.", {
    min: 1,
    max: 1000,
    ...NULLABLE,
  }),
  boolean(
    "policy.planning.local",
    "Whether planning may use a local model; null lets the policy decide.",
    NULLABLE,
  ),
  text("policy.planning.model", "Local planning model; null lets the policy choose.", NULLABLE),
];

const CLOUD_SETTINGS: readonly Setting[] = [
  boolean("cloud.allowed", "Whether anything may be sent to a cloud at all, a probe included."),
  choice("cloud.vision", "Whether vision may use the cloud once it is allowed.", CONSENTS),
  choice("cloud.planning", "Whether planning may use the cloud once it is allowed.", CONSENTS),
  text("cloud.vision_model", "Cloud model for vision."),
  text("cloud.planning_model", "Cloud model for planning."),
  {
    path: "cloud.base_url",
    kind: "url",
    min: 8,
    max: 2000,
    about: "Address of the cloud provider configured for this program, without a key in it.",
    is_nullable: true,
    is_secret: true,
  },
];

const TIER_SETTINGS: readonly Setting[] = [
  choice("tier.choice", "The tier, or auto to choose it from the host.", ["auto", ...TIERS]),
  size("tier.high_mib", "GPU memory from which a host is LOCAL_GPU_HIGH."),
  size("tier.mid_mib", "GPU memory from which a host is LOCAL_GPU_MID."),
  size("tier.low_mib", "GPU memory from which a host is LOCAL_GPU_LOW."),
  size(
    "tier.cloud_below_memory_mib",
    "Without a usable GPU and with less memory than this, an allowed cloud makes the host CLOUD_HYBRID.",
  ),
  count(
    "tier.cloud_below_cores",
    "Without a usable GPU and with fewer cores than this, an allowed cloud makes the host CLOUD_HYBRID.",
    { min: 0, max: 1024 },
  ),
];

const DETECT_SETTINGS: readonly Setting[] = [
  text(
    "detect.gpu",
    "The card to use, by uuid, PCI address or index; null takes the largest.",
    NULLABLE,
  ),
  choice(
    "detect.gpu_mode",
    "How nvidia-smi is asked: one process per look, one long process, or whichever is cheaper.",
    GPU_MODES,
  ),
  // An address may hold a password, as OLLAMA_HOST may.
  list("detect.servers", "Further addresses of model servers.", { is_secret: true }),
  list("detect.editors", "Program names of further editors."),
];

const HOOKS_SETTINGS: readonly Setting[] = [
  // Many services put the key into the path.
  {
    path: "hooks.webhook",
    kind: "url",
    min: 8,
    max: 2000,
    about: "Address to which each step down and up is posted; null posts nothing.",
    is_nullable: true,
    is_secret: true,
  },
  {
    path: "hooks.webhook_secret",
    kind: "token",
    min: 16,
    max: 512,
    about:
      "Secret that signs what is posted: whsec_ and base64, or any text of 16 characters or more.",
    is_nullable: true,
    is_secret: true,
  },
  list("hooks.command", "Program and arguments that are run for each step down and up.", {
    max: 4096,
    is_secret: true,
  }),
  duration("hooks.deadline_ms", "Time that one post or one run of the program has, in ms.", {
    min: 100,
    max: 600_000,
  }),
];

const SERVICE_SETTINGS: readonly Setting[] = [
  {
    path: "server.host",
    kind: "host",
    min: 1,
    max: HOST_CHARACTERS,
    about: "Address to listen on; beyond loopback a token is needed.",
  },
  count("server.port", "Port to listen on; 0 takes a free one.", { min: 0, max: 65_535 }),
  {
    path: "server.token",
    kind: "token",
    min: 16,
    max: 512,
    about: "Token that callers beyond loopback must send; 16 characters or more.",
    is_nullable: true,
    is_secret: true,
  },
  list("server.allowed_hosts", "Further names accepted in the Host header."),
  text("ollama.host", "Where Ollama listens; null takes its own default (OLLAMA_HOST).", {
    max: 2000,
    is_nullable: true,
    is_secret: true,
  }),
  ...WORK_SETTINGS,
  ...DETECT_SETTINGS,
  ...HOOKS_SETTINGS,
  count("log.readings_days", "Days for which raw readings are kept; what they led to stays.", {
    min: 1,
    max: 36_500,
  }),
  count("log.days", "Days for which the log is kept; null keeps it until it is too large.", {
    min: 1,
    max: 36_500,
    ...NULLABLE,
  }),
  size("log.limit_mib", "Size from which the oldest part of the log is removed; null sets none.", {
    ...NULLABLE,
    min: 16,
  }),
  choice("language", "Language for people; auto follows the locale.", ["auto", ...LANGUAGES]),
];

/** All settings, in the order of the defaults. */
export const SETTINGS: readonly Setting[] = [
  ...THRESHOLD_SETTINGS,
  ...SENSOR_SETTINGS,
  ...POLICY_SETTINGS,
  ...CLOUD_SETTINGS,
  ...TIER_SETTINGS,
  {
    path: "editor.leave_gpu",
    kind: "boolean",
    about: "Leave the GPU to the editor while it runs.",
  },
  ...SERVICE_SETTINGS,
];
