/** Components about the present: state, reason, policy, monitor, snapshot, status, explanation. */
import { Type } from "typebox";
import { INPUT_TYPES, TASKS } from "../domain/input.ts";
import { NOTE_CODES } from "../domain/note.ts";
import { REASON_CODES } from "../domain/reason.ts";
import { RUNGS } from "../domain/rung.ts";
import {
  CLOUD_STATES,
  EDITOR_STATES,
  HOLD_STATES,
  MEMORY_STATES,
  REGIONS,
  TASKS_STATES,
  VRAM_STATES,
} from "../domain/state.ts";
import { TIERS } from "../domain/tier.ts";
import { MISSING_CODES } from "../policy/policy.ts";
import { INEXACT_CODES } from "../replay/inexact.ts";
import * as examples from "./examples.ts";
import { CONDITIONS } from "./schema-host.ts";
import {
  nullableInteger,
  nullableNumber,
  nullableOneOf,
  nullableReference,
  nullableText,
  nullableTruth,
  oneOf,
  reference,
} from "./schema-parts.ts";

const TIER = nullableOneOf(TIERS, {
  description: "What the host can carry; null while detecting.",
});
const RUNG = nullableOneOf(RUNGS, { description: "How work runs now; null while detecting." });
const SEQ = nullableInteger({ description: "Number of the newest entry of the log." });
const EXPLANATION = Type.String({ description: "For people, in the chosen language." });
const AT = nullableInteger({ description: "When the value was taken in, ms since 1970." });
const SOURCE_AT = nullableInteger({ description: "When the value was measured, ms since 1970." });
const PROVIDER = oneOf(["local", "cloud", "none"]);
const DEVICE = oneOf(["auto", "cpu", "remote", "none"]);
const READINESS = {
  ready: Type.Boolean({ description: "False: `missing` says what it lacks." }),
  missing: Type.Array(oneOf(MISSING_CODES)),
};

const PRESSURES = {
  vram: oneOf(VRAM_STATES),
  memory: oneOf(MEMORY_STATES),
  tasks: oneOf(TASKS_STATES),
  cloud: oneOf(CLOUD_STATES),
  hold: oneOf(HOLD_STATES),
  editor: oneOf(EDITOR_STATES),
};

const state = Type.Object(
  {
    profile: Type.String({ description: "`detecting`, or the tier and the rung, joined by dots." }),
    ...PRESSURES,
  },
  { $id: "State", description: "The statechart's seven regions.", examples: [examples.STATE] },
);

const taskEvidence = Type.Object(
  {
    task: nullableOneOf(TASKS),
    model: nullableText(),
    failed: Type.Integer(),
    counted: Type.Integer(),
  },
  { description: "Only where tasks are the evidence; null: of several kinds, or not named." },
);

const occasion = Type.Object(
  {
    input: oneOf(INPUT_TYPES),
    held: Type.Optional(oneOf(RUNGS)),
    said: Type.Optional(Type.String()),
    missing: Type.Optional(oneOf(NOTE_CODES)),
  },
  {
    description:
      "What came in when it was no reading: the rung and the words of who asked; or why a sensor gave nothing.",
  },
);

const reason = Type.Object(
  {
    code: oneOf(REASON_CODES),
    region: oneOf(REGIONS),
    signal: Type.String(),
    value: nullableNumber({ description: "What was measured, in `unit`." }),
    unit: nullableOneOf(["fraction", "MiB", "percent", "count"]),
    threshold: nullableNumber({ description: "What it was measured against, in `unit`." }),
    level: oneOf(["soft", "hard", "exit"]),
    sustained_ms: Type.Number(),
    required_ms: Type.Number(),
    from: Type.String(),
    to: Type.String(),
    demanded_by: Type.Array(oneOf(REGIONS)),
    refused: Type.Record(Type.String(), Type.String(), {
      description: "Better rungs and the code that refused each.",
    }),
    dwell: Type.Object({
      served_ms: Type.Number(),
      required_ms: Type.Number(),
      factor: Type.Number(),
    }),
    return_test: Type.Union(
      [
        Type.Object({
          others_peak_mib: Type.Number(),
          footprint_mib: Type.Number(),
          limit_mib: Type.Number(),
        }),
        Type.Null(),
      ],
      { description: "The arithmetic of a step up; null on steps down." },
    ),
    reading_age_ms: nullableNumber(),
    estimated: Type.Boolean({ description: "True when a figure was derived, not measured." }),
    tasks: Type.Optional(taskEvidence),
    occasion: Type.Optional(occasion),
  },
  { $id: "Reason", description: "Why a transition happened.", examples: [examples.REASON] },
);

const policy = Type.Object(
  {
    tier: TIER,
    rung: RUNG,
    vision: Type.Object({
      provider: PROVIDER,
      model: nullableText(),
      device: DEVICE,
      max_scenes: Type.Integer(),
      num_ctx: nullableInteger(),
      ...READINESS,
    }),
    planning: Type.Object({
      provider: PROVIDER,
      model: nullableText(),
      device: DEVICE,
      num_ctx: nullableInteger(),
      ...READINESS,
    }),
    editing: Type.Object({ editor: oneOf(["davinci", "none"]), ...READINESS }),
    retry_after_ms: nullableInteger({
      description: "While new work is refused: how long to wait before asking again.",
    }),
  },
  { $id: "Policy", description: "How work should run now.", examples: [examples.POLICY] },
);

const gpuMetrics = Type.Object({
  name: nullableText(),
  vram_used_percent: nullableNumber(),
  vram_used_mib: nullableInteger(),
  vram_total_mib: nullableInteger(),
  at: AT,
  source_at: SOURCE_AT,
});

const metrics = Type.Object({
  gpu: Type.Union([gpuMetrics, Type.Null()], { description: "Null without a card of its own." }),
  memory: Type.Object({
    available_gb: nullableNumber({ description: "GiB, one decimal." }),
    used_percent: nullableNumber(),
    available_mib: nullableInteger(),
    total_mib: nullableInteger(),
    at: AT,
    source_at: SOURCE_AT,
  }),
  cpu: Type.Object({ at: AT, used_percent: nullableNumber() }),
  tasks: Type.Object({ failure_rate_percent: nullableNumber(), outcomes: Type.Integer() }),
  editor: Type.Object({ davinci: Type.Object({ running: nullableTruth() }) }),
  ollama: Type.Object({
    running: nullableTruth(),
    models: Type.Array(reference("OllamaModel")),
  }),
});

const monitor = Type.Object(
  {
    running: Type.Boolean(),
    metrics,
    conditions: Type.Union([CONDITIONS, Type.Null()]),
    pressures: Type.Object(PRESSURES),
    dropped_beats: Type.Integer({ description: "Beats left out because one was still at work." }),
  },
  { $id: "Monitor", description: "The last readings.", examples: [examples.MONITOR] },
);

const recommendation = Type.Object(
  {
    code: Type.String(),
    sentence: Type.String(),
    command: nullableText({ description: "Ready to paste into a terminal." }),
  },
  {
    $id: "Recommendation",
    description: "What would make it better.",
    examples: [examples.RECOMMENDATION],
  },
);

const status = Type.Object(
  {
    seq: SEQ,
    profile: Type.Object({
      class: TIER,
      degraded: Type.Boolean(),
      rung: RUNG,
      explanation: EXPLANATION,
    }),
    policy: reference("Policy"),
    monitor: reference("Monitor"),
    recommendations: Type.Array(Type.String()),
    recommendation_details: Type.Array(reference("Recommendation")),
  },
  { $id: "Status", description: "Profile, policy and monitor.", examples: [examples.STATUS] },
);

const snapshot = Type.Object(
  {
    seq: SEQ,
    at: Type.Integer({ description: "ms since 1970." }),
    time: Type.String({ format: "date-time" }),
    state: reference("State"),
    tier: TIER,
    rung: RUNG,
    policy: reference("Policy"),
    explanation: EXPLANATION,
    reason: nullableReference("Reason"),
    recommendations: Type.Array(reference("Recommendation")),
    inexact: Type.Optional(
      Type.Array(oneOf(INEXACT_CODES), {
        description: "Of a past moment: why it is not to the bit what was answered then.",
      }),
    ),
  },
  { $id: "Snapshot", description: "The whole state.", examples: [examples.SNAPSHOT] },
);

const explain = Type.Object(
  {
    seq: SEQ,
    state: reference("State"),
    rung: RUNG,
    explanation: EXPLANATION,
    sentences: Type.Array(Type.String()),
    reason: nullableReference("Reason"),
    chain: Type.Array(
      Type.Object({
        seq: Type.Integer(),
        at: Type.Integer(),
        time: Type.String({ format: "date-time" }),
        from: Type.String(),
        to: Type.String(),
        code: Type.String(),
        sentence: Type.String(),
      }),
      { description: "The transitions that led here, oldest first." },
    ),
  },
  { $id: "Explanation", description: "Why it runs as it does.", examples: [examples.EXPLAIN] },
);

/** The components of this file. */
export const STATE_SCHEMAS = [
  state,
  reason,
  policy,
  monitor,
  recommendation,
  status,
  snapshot,
  explain,
] as const;
