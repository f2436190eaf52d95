/** One example of each answer, typed like the real ones, for the OpenAPI document. */
import type { OllamaModel } from "../domain/host.ts";
import type { ProfileDocument } from "../domain/profile-document.ts";
import type { Reason } from "../domain/reason.ts";
import type { State } from "../domain/state.ts";
import type { Entry } from "../log/entry.ts";
import type { Policy } from "../policy/policy.ts";
import type {
  ExplainView,
  LogView,
  MonitorView,
  ProfileView,
  RecommendationView,
  SnapshotView,
  StatusView,
} from "../replay/views.ts";
import type { Problem } from "./problem.ts";

const AT = 1_767_225_600_000;
const TIME = "2026-01-01T00:00:00.000Z";
const SEQ = 1042;
const HOST_ID = "8a7b6c5d";

/** All regions on a host that left its card. */
export const STATE: State = {
  profile: "LOCAL_GPU_MID.degraded.cpu",
  vram: "exhausted",
  memory: "relaxed",
  tasks: "healthy",
  cloud: "off",
  hold: "free",
  editor: "idle",
};

const PRESSURES: Omit<State, "profile"> = {
  vram: "exhausted",
  memory: "relaxed",
  tasks: "healthy",
  cloud: "off",
  hold: "free",
  editor: "idle",
};

/** A hard step off the card. */
export const REASON: Reason = {
  code: "VRAM_EXHAUSTED",
  region: "vram",
  signal: "vram.used",
  value: 0.93,
  unit: "fraction",
  threshold: 0.92,
  level: "hard",
  sustained_ms: 0,
  required_ms: 0,
  from: "LOCAL_GPU_MID.nominal",
  to: "LOCAL_GPU_MID.degraded.cpu",
  demanded_by: ["vram"],
  refused: { smallModel: "WOULD_NOT_FIT" },
  dwell: { served_ms: 0, required_ms: 60_000, factor: 1 },
  return_test: null,
  reading_age_ms: 12,
  estimated: false,
};

/** Vision on the CPU. */
export const POLICY: Policy = {
  tier: "LOCAL_GPU_MID",
  rung: "cpu",
  vision: {
    provider: "local",
    model: "moondream",
    device: "cpu",
    max_scenes: 5,
    num_ctx: 2048,
    ready: true,
    missing: [],
  },
  planning: {
    provider: "cloud",
    model: "deepseek-chat",
    device: "remote",
    num_ctx: null,
    ready: false,
    missing: ["CLOUD_NOT_ALLOWED"],
  },
  editing: { editor: "davinci", ready: true, missing: [] },
  retry_after_ms: null,
};

/** A small vision model. */
export const OLLAMA_MODEL: OllamaModel = {
  name: "moondream:latest",
  size_bytes: 1_738_451_197,
  vision: true,
  cloud: false,
};

/** Readings of a full card. */
export const MONITOR: MonitorView = {
  running: true,
  metrics: {
    gpu: {
      name: "NVIDIA GeForce RTX 4060",
      vram_used_percent: 93,
      vram_used_mib: 7615,
      vram_total_mib: 8188,
      at: AT,
      source_at: AT - 12,
    },
    memory: {
      available_gb: 12,
      used_percent: 62.5,
      available_mib: 12_288,
      total_mib: 32_768,
      at: AT,
      source_at: AT - 2,
    },
    cpu: { at: AT, used_percent: 35.8 },
    tasks: { failure_rate_percent: 0, outcomes: 8 },
    editor: { davinci: { running: false } },
    ollama: { running: true, models: [OLLAMA_MODEL] },
  },
  conditions: {
    power: "mains",
    battery_percent: null,
    thermal: "normal",
    memory_stall: "none",
    cpu_stolen: false,
    disk_waiting: false,
  },
  pressures: PRESSURES,
  dropped_beats: 0,
};

/** A model worth installing. */
export const RECOMMENDATION: RecommendationView = {
  code: "PULL_VISION_MODEL",
  sentence: "建议下载 Moondream 模型: ollama pull moondream",
  command: "ollama pull moondream",
};

const EXPLANATION = "🧠 系统运行模式\n- 检测到 NVIDIA GeForce RTX 4060 (8.0GB 显存)";

const PLACE = { class: "LOCAL_GPU_MID", degraded: true, rung: "cpu" } as const;

/** A host without a card. */
export const HOST_PROFILE: ProfileDocument = {
  cpu: { cores: 16, threads: 24, score: "ultra" },
  memory: { total_gb: 31.8, available_gb: 17 },
  gpu: null,
  ai_runtime: { ollama: false, ollama_models: [], cuda_available: false },
  editor: { davinci: { installed: false, version: null, scriptable: false } },
  os: "Windows",
  profile_class: "LOCAL_CPU_ONLY",
  schema_version: 1,
  gpus: [],
  notes: [{ probe: "nvidia", code: "not-installed", detail: null }],
  details: {
    os_version: "10.0.26100",
    cpu: { brand: "Intel Core i9-13900", quota: null },
    memory: { total_mib: 32_563, available_mib: 17_408, limited_by: "host" },
    ollama: { address: "http://127.0.0.1:11434", version: null, models: [], loaded: [] },
    davinci_running: false,
  },
};

/** What that host is. */
export const PROFILE: ProfileView = {
  class: "LOCAL_CPU_ONLY",
  degraded: false,
  rung: "nominal",
  explanation: "🧠 系统运行模式\n- 未检测到独立显卡",
  host: HOST_PROFILE,
};

/** The card is full. */
export const STATUS: StatusView = {
  seq: SEQ,
  profile: { ...PLACE, explanation: EXPLANATION },
  policy: POLICY,
  monitor: MONITOR,
  recommendations: [RECOMMENDATION.sentence],
  recommendation_details: [RECOMMENDATION],
};

/** The same moment, whole. */
export const SNAPSHOT: SnapshotView = {
  seq: SEQ,
  at: AT,
  time: TIME,
  state: STATE,
  tier: "LOCAL_GPU_MID",
  rung: "cpu",
  policy: POLICY,
  explanation: EXPLANATION,
  reason: REASON,
  recommendations: [RECOMMENDATION],
};

const SENTENCE = "GPU memory is at 93%, above the hard limit of 92%.";

/** The same moment, explained. */
export const EXPLAIN: ExplainView = {
  seq: SEQ,
  state: STATE,
  rung: "cpu",
  explanation: EXPLANATION,
  sentences: [SENTENCE],
  reason: REASON,
  chain: [
    {
      seq: SEQ,
      at: AT,
      time: TIME,
      from: REASON.from,
      to: REASON.to,
      code: REASON.code,
      sentence: SENTENCE,
    },
  ],
};

/** The transition in the log. */
export const ENTRY: Entry = {
  seq: SEQ,
  id: `${HOST_ID}-${SEQ}`,
  kind: "output",
  type: "transition",
  v: 1,
  at: AT,
  mono: 61_000,
  boot: "0b1c2d3e",
  cause: SEQ - 1,
  actor: "sensor",
  data: { from: REASON.from, to: REASON.to, reason: REASON },
  prev: "5f1d…",
  hash: "9c04…",
};

/** The transition with its sentence. */
export const EXPLAINED_ENTRY = { ...ENTRY, explanation: SENTENCE };

/** A log of a day. */
export const LOG: LogView = {
  host_id: HOST_ID,
  first_seq: 1,
  first_at: AT - 86_400_000,
  last_seq: 87_950,
  last_at: AT,
  entries: 1550,
  readings: 86_400,
  transitions: 12,
  used_bytes: 2_310_144,
  readings_from_seq: 6,
  entries_from_seq: 1,
};

/** The last page. */
export const EVENT_PAGE = { events: [ENTRY], next: null };

/** A rung that this tier lacks. */
export const PROBLEM: Problem = {
  type: "urn:runtime-profile:problem:rung-not-available",
  title: "The rung is not available",
  status: 409,
  detail: "The rung smallModel does not exist on LOCAL_CPU_ONLY; choose one of cloud, shed.",
  instance: "/api/runtime/policy/degrade",
  code: "RP_RUNG_NOT_AVAILABLE",
};
