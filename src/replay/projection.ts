/**
 * Projections: from a state to what people and programs read. Pure, so that the answer for a past
 * moment is made by the same lines as the answer for now.
 */
import type { Language } from "../domain/configuration.ts";
import { worstRateAt } from "../domain/failure-windows.ts";
import type { SignalState } from "../domain/level-signal.ts";
import { profileDocumentOf } from "../domain/profile-document.ts";
import { largestUsableGpu } from "../domain/tier.ts";
import { placeOf, type RuntimeState } from "../machines/runtime-state.ts";
import { explanationOf, recommendationText } from "../policy/explanation.ts";
import { policyIn, recommendationsIn, situationOf } from "./fold.ts";
import { outlookOf } from "./outlook.ts";
import type {
  MonitorView,
  ProfileView,
  RecommendationView,
  SnapshotView,
  StatusView,
} from "./views.ts";

/** What a projection needs besides the state. */
export interface Frame {
  readonly language: Language;
  readonly seq: number | null;
  readonly isRunning: boolean;
  readonly droppedBeats: number;
  /** ISO 8601 of a moment; given from above, because this floor has no calendar. */
  readonly timeOf: (at: number) => string;
}

const MIB_PER_GIB = 1024;

export function explanationIn(state: RuntimeState, language: Language): string {
  const view = {
    situation: situationOf(state),
    policy: policyIn(state),
    reason: state.lastTransition?.reason ?? null,
    outlook: outlookOf(state),
    recommendations: recommendationsIn(state),
    // Before the first reading, what the detection saw is the best there is.
    ...(state.chart.state.memory === "unknown"
      ? {}
      : { memoryAvailableMib: believed(state.sensing.memory) }),
  };
  return explanationOf(view, language);
}

export function profileIn(state: RuntimeState, frame: Frame): ProfileView {
  const place = placeOf(state);
  return {
    class: place?.tier ?? null,
    degraded: place !== null && place.rung !== "nominal",
    rung: place?.rung ?? null,
    explanation: explanationIn(state, frame.language),
    host: state.host === null ? null : profileDocumentOf(state.host, place?.tier ?? null),
  };
}

export function monitorIn(state: RuntimeState, frame: Frame): MonitorView {
  const { profile: _profile, ...pressures } = state.chart.state;
  const { sensing } = state;
  const { rate, outcomes } = worstRateAt(
    sensing.local,
    state.at,
    state.configuration.thresholds.tasks,
  );
  return {
    running: frame.isRunning,
    metrics: {
      gpu: gpuMetrics(state),
      memory: memoryMetrics(state),
      cpu: { at: sensing.cpu.sourceAt, used_percent: sensing.cpu.usedPercent },
      tasks: {
        failure_rate_percent: percentOf(rate),
        outcomes,
      },
      editor: { davinci: { running: sensing.isEditorRunning } },
      ollama: {
        running: state.host?.ollama.running ?? null,
        models: state.host?.ollama.models ?? [],
      },
    },
    conditions: state.host?.conditions ?? null,
    pressures,
    dropped_beats: frame.droppedBeats,
  };
}

export function statusIn(state: RuntimeState, frame: Frame): StatusView {
  const { host: _host, ...profile } = profileIn(state, frame);
  const details = recommendationViewsIn(state, frame.language);
  return {
    seq: frame.seq,
    profile,
    policy: policyIn(state),
    monitor: monitorIn(state, frame),
    recommendations: details.map(({ sentence }) => sentence),
    recommendation_details: details,
  };
}

export function snapshotIn(state: RuntimeState, frame: Frame): SnapshotView {
  const place = placeOf(state);
  return {
    seq: frame.seq,
    at: state.at,
    time: frame.timeOf(state.at),
    state: state.chart.state,
    tier: place?.tier ?? null,
    rung: place?.rung ?? null,
    policy: policyIn(state),
    explanation: explanationIn(state, frame.language),
    reason: state.lastTransition?.reason ?? null,
    recommendations: recommendationViewsIn(state, frame.language),
  };
}

function recommendationViewsIn(state: RuntimeState, language: Language): RecommendationView[] {
  return recommendationsIn(state).map((one) => ({
    code: one.code,
    sentence: recommendationText(one, language),
    command: one.command,
  }));
}

function gpuMetrics(state: RuntimeState): MonitorView["metrics"]["gpu"] {
  const { host, hasVram, sensing } = state;
  if (!hasVram || host === null) return null;
  const card = largestUsableGpu(host);
  const used = believed(sensing.vram);
  const totalMib = sensing.vramTotalMib ?? card?.vram_total_mib ?? null;
  return {
    name: card?.name ?? null,
    vram_used_percent: percentOf(used),
    vram_used_mib: used === null || totalMib === null ? null : Math.round(used * totalMib),
    vram_total_mib: totalMib,
    at: sensing.lastBeatAt,
    source_at: sensing.vram.sourceAt,
  };
}

function memoryMetrics({ sensing, host }: RuntimeState): MonitorView["metrics"]["memory"] {
  const availableMib = believed(sensing.memory);
  const totalMib = sensing.memoryTotalMib ?? host?.memory.total_mib ?? null;
  const share = availableMib === null || totalMib === null ? null : 1 - availableMib / totalMib;
  return {
    available_gb: availableMib === null ? null : oneDecimal(availableMib / MIB_PER_GIB),
    used_percent: percentOf(share),
    available_mib: availableMib,
    total_mib: totalMib,
    at: sensing.lastBeatAt,
    source_at: sensing.memory.sourceAt,
  };
}

/** A value beyond the stale limit is not shown as if it were one. */
function believed(signal: SignalState): number | null {
  return signal.level === "lost" ? null : signal.value;
}

function percentOf(share: number | null): number | null {
  return share === null ? null : oneDecimal(share * 100);
}

function oneDecimal(value: number): number {
  return Math.round(value * 10) / 10;
}
