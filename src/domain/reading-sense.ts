/**
 * Judging one reading: VRAM, memory and CPU against their thresholds, gaps of our own beat, and at the
 * end the question whether a step up is permitted.
 *
 * Absurd numbers (negative, more used than there is, zero right after real use) are treated as missing:
 * `NaN > 0.85` is false, and a rule that reads a dead sensor as healthy stays on the card until it
 * crashes (7 of 7 recorded cases).
 */
import type { Configuration } from "./configuration.ts";
import type { Fact, FactType } from "./fact.ts";
import { type WindowChange, type WindowState, withTime } from "./failure-window.ts";
import type { ReadingInput, VramReading } from "./input.ts";
import {
  isFresh,
  observe,
  type Sample,
  type SignalLevel,
  type SignalRule,
  type SignalState,
  staleLimitMs,
} from "./level-signal.ts";
import { withPeak } from "./peak.ts";
import { fittingRung, isInfeasible, type Permission, permittedRung } from "./permission.ts";
import {
  type CpuAdvice,
  capacityOf,
  NO_FACTS,
  resumed,
  type Sensed,
  type Sensing,
  type Surroundings,
} from "./sensing.ts";

/** A zero is believed after this long (a headless card that everybody left does read zero). */
const ZERO_BELIEVED_MS = 600_000;
/** VRAM use above this share counts as real use when a zero follows. */
const REAL_USE = 0.05;
/** A gap of our own beat beyond max(3 × beat, 15 s) is a resume, not a dead sensor. */
const RESUME_GAP_MS = 15_000;

const VRAM_FACTS: Record<Exclude<SignalLevel, "unknown">, FactType> = {
  relaxed: "vram.relaxed",
  tight: "vram.tightened",
  exhausted: "vram.exhausted",
  lost: "vram.lost",
};
const MEMORY_FACTS: Record<Exclude<SignalLevel, "unknown">, FactType> = {
  relaxed: "memory.relaxed",
  tight: "memory.tightened",
  exhausted: "memory.exhausted",
  lost: "memory.lost",
};

/** Judges one reading; see the file header. */
export function senseReading(before: Sensing, input: ReadingInput, around: Surroundings): Sensed {
  const facts: Fact[] = [];
  let sensing = before;
  const gap = before.lastBeatAt === null ? 0 : input.at - before.lastBeatAt;
  if (gap > Math.max(3 * around.configuration.sensors.beat_ms, RESUME_GAP_MS)) {
    sensing = resumed(before, input.at);
    facts.push({ type: "host.resumed", evidence: null });
  }
  const windows = windowsAfter(sensing, input.at, around.configuration);
  if (windows.facts.length > 0) facts.push(...windows.facts);
  sensing = judged(windows.sensing, input, { around, facts });
  const permission = permissionAfter(sensing, input.at, around);
  if (sensing.ladder.isEntryPending && hasArrived(sensing, around)) {
    sensing = { ...sensing, ladder: { ...sensing.ladder, isEntryPending: false } };
  }
  return { sensing, facts, permission };
}

/** The rules of the two level signals under a configuration. */
export function vramRuleOf({ thresholds, sensors }: Configuration): SignalRule {
  const intervalMs = Math.max(sensors.gpu_ms, sensors.beat_ms);
  const staleMs = staleLimitMs(intervalMs, thresholds.vram.stale_ms);
  return {
    signal: "vram.used",
    unit: "fraction",
    threshold: thresholds.vram,
    isHighBad: true,
    intervalMs,
    staleMs,
  };
}

export function memoryRuleOf({ thresholds, sensors }: Configuration): SignalRule {
  const intervalMs = sensors.beat_ms;
  const staleMs = staleLimitMs(intervalMs, thresholds.memory.stale_ms);
  return {
    signal: "memory.available",
    unit: "MiB",
    threshold: thresholds.memory,
    isHighBad: false,
    intervalMs,
    staleMs,
  };
}

function judged(
  sensing: Sensing,
  input: ReadingInput,
  into: { around: Surroundings; facts: Fact[] },
): Sensing {
  const { around, facts } = into;
  const { configuration } = around;
  const { at } = input;
  const seen = vramSample(sensing, input);
  const vram = around.hasVram
    ? observe(sensing.vram, seen.sample, vramRuleOf(configuration))
    : { state: sensing.vram, evidence: null };
  if (vram.evidence !== null)
    facts.push({ type: VRAM_FACTS[known(vram.state)], evidence: vram.evidence });
  const memorySeen = memorySample(input);
  const memory = observe(sensing.memory, memorySeen.sample, memoryRuleOf(configuration));
  if (memory.evidence !== null)
    facts.push({ type: MEMORY_FACTS[known(memory.state)], evidence: memory.evidence });
  return {
    ...sensing,
    vram: vram.state,
    memory: memory.state,
    cpu: judgeCpu(sensing.cpu, input, configuration),
    vramPeaks:
      seen.othersMib === null ? sensing.vramPeaks : withPeak(sensing.vramPeaks, at, seen.othersMib),
    memoryPeaks:
      memorySeen.usedMib === null
        ? sensing.memoryPeaks
        : withPeak(sensing.memoryPeaks, at, memorySeen.usedMib),
    vramTotalMib: seen.totalMib ?? sensing.vramTotalMib,
    memoryTotalMib: memorySeen.totalMib ?? sensing.memoryTotalMib,
    zeroSince: seen.zeroSince,
    lastBeatAt: at,
  };
}

function known(state: SignalState): Exclude<SignalLevel, "unknown"> {
  return state.level === "unknown" ? "relaxed" : state.level;
}

interface VramSeen {
  readonly sample: Sample;
  readonly totalMib: number | null;
  readonly othersMib: number | null;
  readonly zeroSince: number | null;
}

function vramSample(sensing: Sensing, input: ReadingInput): VramSeen {
  const { at } = input;
  const vram = input.vram ?? null;
  const used = vram?.used_mib ?? null;
  const total = vram?.total_mib ?? null;
  const sourceAt = Math.min(vram?.source_at ?? at, at);
  const missing = {
    sample: { at, value: null, sourceAt, isEstimated: false },
    totalMib: null,
    othersMib: null,
  };
  if (used === null || total === null || !isShare(used, total))
    return { ...missing, zeroSince: sensing.zeroSince };
  const wasUsed = sensing.zeroSince !== null || (sensing.vram.value ?? 0) > REAL_USE;
  const zeroSince = used === 0 && wasUsed ? (sensing.zeroSince ?? at) : null;
  if (zeroSince !== null && at - zeroSince < ZERO_BELIEVED_MS) return { ...missing, zeroSince };
  const own = ownOf(vram, used);
  const sample = { at, value: used / total, sourceAt, isEstimated: own === null };
  return { sample, totalMib: total, othersMib: used - (own ?? 0), zeroSince };
}

function ownOf(vram: VramReading | null, used: number): number | null {
  const own = vram?.own_mib ?? null;
  return own === null || !Number.isFinite(own) || own < 0 ? null : Math.min(own, used);
}

function memorySample(input: ReadingInput): {
  sample: Sample;
  totalMib: number | null;
  usedMib: number | null;
} {
  const { at } = input;
  const available = input.memory?.available_mib ?? null;
  const total = input.memory?.total_mib ?? null;
  const sourceAt = Math.min(input.memory?.source_at ?? at, at);
  if (available === null || total === null || !isShare(available, total)) {
    return {
      sample: { at, value: null, sourceAt, isEstimated: false },
      totalMib: null,
      usedMib: null,
    };
  }
  return {
    sample: { at, value: available, sourceAt, isEstimated: false },
    totalMib: total,
    usedMib: total - available,
  };
}

function isShare(part: number, total: number): boolean {
  return Number.isFinite(part) && Number.isFinite(total) && part >= 0 && total > 0 && part <= total;
}

function judgeCpu(cpu: CpuAdvice, input: ReadingInput, { thresholds }: Configuration): CpuAdvice {
  const percent = input.cpu?.used_percent ?? null;
  if (percent === null || !(percent >= 0 && percent <= 100)) {
    return cpu.calmSince === null && cpu.beyondSince === null
      ? cpu
      : { ...cpu, calmSince: null, beyondSince: null };
  }
  const share = percent / 100;
  const { at } = input;
  const beyondSince = share > thresholds.cpu.enter ? (cpu.beyondSince ?? at) : null;
  const calmSince = share < thresholds.cpu.quick_exit ? (cpu.calmSince ?? at) : null;
  const hasRisen = beyondSince !== null && at - beyondSince >= thresholds.cpu.grace_ms;
  const hasCalmed = calmSince !== null && at - calmSince >= thresholds.cpu.quick_exit_ms;
  return {
    isBusy: cpu.isBusy ? !hasCalmed : hasRisen,
    usedPercent: percent,
    beyondSince,
    calmSince,
  };
}

function hasArrived(sensing: Sensing, around: Surroundings): boolean {
  return (
    sensing.memory.level !== "unknown" && (!around.hasVram || sensing.vram.level !== "unknown")
  );
}

function permissionAfter(sensing: Sensing, at: number, around: Surroundings): Permission | null {
  const { tier, rung, configuration } = around;
  if (tier === null || rung === null) return null;
  const { isEntryPending } = sensing.ladder;
  if (!isEntryPending && rung === "nominal") return null;
  const isVramFresh = !around.hasVram || isFresh(sensing.vram, at, vramRuleOf(configuration));
  const isMemoryFresh = isFresh(sensing.memory, at, memoryRuleOf(configuration));
  const capacity = capacityOf(sensing, at, { ...around, tier, rung });
  if (isEntryPending) {
    if (!hasArrived(sensing, around)) return null;
    const entry = fittingRung(sensing.ladder, capacity, { configuration, from: rung });
    return entry !== null && entry.rung !== rung ? entry : null;
  }
  if (!isVramFresh || !isMemoryFresh) return null;
  if (isInfeasible(capacity)) {
    return fittingRung(sensing.ladder, capacity, { configuration, from: "nominal" });
  }
  return permittedRung(sensing.ladder, capacity, configuration);
}

/** The facts of a change of the local task window. */
export function windowFacts(before: WindowState, change: WindowChange): readonly Fact[] {
  const { evidence, state } = change;
  if (state.phase === before.phase) return NO_FACTS;
  if (state.phase === "failing") return [{ type: "tasks.failed", evidence }];
  if (state.phase === "probing") return [{ type: "tasks.probing", evidence }];
  return [{ type: "tasks.recovered", evidence }];
}

/** Lets the task windows feel time pass; called on each reading. */
function windowsAfter(sensing: Sensing, at: number, configuration: Configuration): Sensed {
  const local = withTime(sensing.local, at, configuration.thresholds.tasks);
  const cloud = withTime(sensing.cloud, at, configuration.thresholds.tasks);
  if (local.state === sensing.local && cloud.state === sensing.cloud) {
    return { sensing, facts: NO_FACTS, permission: null };
  }
  const facts = windowFacts(sensing.local, local);
  return {
    sensing: { ...sensing, local: local.state, cloud: cloud.state },
    facts,
    permission: null,
  };
}
