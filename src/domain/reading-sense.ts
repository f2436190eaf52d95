/**
 * Judging one reading: VRAM, memory and CPU against their thresholds, gaps of our own beat, and at the
 * end the question whether a step up is permitted.
 * What a sample is, and what counts as missing, stands in `reading-sample.ts`.
 */
import type { Configuration } from "./configuration.ts";
import type { Fact, FactType } from "./fact.ts";
import { type WindowChange, type WindowState, withTime } from "./failure-window.ts";
import type { ReadingInput } from "./input.ts";
import { isFresh, observe, type SignalLevel, type SignalState } from "./level-signal.ts";
import { withPeak } from "./peak.ts";
import { fittingRung, isInfeasible, type Permission, permittedRung } from "./permission.ts";
import { memorySample, type VramSeen, vramSample } from "./reading-sample.ts";
import {
  type CpuAdvice,
  capacityOf,
  type Meters,
  NO_FACTS,
  QUIET_CPU,
  resumed,
  type Sensed,
  type Sensing,
  type Surroundings,
} from "./sensing.ts";

/** A CPU share older than this is ignored (decision-model §2.2). */
const CPU_STALE_MS = 30_000;
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
  const samples = { vram: vramSample(windows.sensing, input), memory: memorySample(input) };
  sensing = judged(windows.sensing, input, { around, facts, samples });
  const permission = permissionAfter(sensing, { at: input.at, samples }, around);
  if (sensing.ladder.isEntryPending && hasEntered(sensing, input.at, around)) {
    const entered = { isEntryPending: false, isFitAwaited: false };
    sensing = { ...sensing, ladder: { ...sensing.ladder, ...entered } };
  }
  return { sensing, facts, permission };
}

/** What this reading says, taken out of it once. */
interface Samples {
  readonly vram: VramSeen;
  readonly memory: ReturnType<typeof memorySample>;
}

function judged(
  sensing: Sensing,
  input: ReadingInput,
  into: { around: Surroundings; facts: Fact[]; samples: Samples },
): Sensing {
  const { around, facts, samples } = into;
  const { configuration } = around;
  const { at } = input;
  const { vram: seen, memory: memorySeen } = samples;
  const vram = around.hasVram
    ? observe(sensing.vram, seen.sample, around.rules.vram)
    : { state: sensing.vram, evidence: null };
  if (vram.evidence !== null)
    facts.push({ type: VRAM_FACTS[known(vram.state)], evidence: vram.evidence });
  const memory = observe(sensing.memory, memorySeen.sample, around.rules.memory);
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
    isOwnUnknown: seen.sample.value === null ? sensing.isOwnUnknown : seen.sample.isEstimated,
    vramTotalMib: seen.totalMib ?? sensing.vramTotalMib,
    memoryTotalMib: memorySeen.totalMib ?? sensing.memoryTotalMib,
    zeroSince: seen.zeroSince,
    lastBeatAt: at,
  };
}

function known(state: SignalState): Exclude<SignalLevel, "unknown"> {
  return state.level === "unknown" ? "relaxed" : state.level;
}

function judgeCpu(cpu: CpuAdvice, input: ReadingInput, { thresholds }: Configuration): CpuAdvice {
  const percent = input.cpu?.used_percent ?? null;
  const { at } = input;
  if (percent === null || !(percent >= 0 && percent <= 100)) {
    if (cpu.sourceAt !== null && at - cpu.sourceAt >= CPU_STALE_MS) return QUIET_CPU;
    return cpu.calmSince === null && cpu.beyondSince === null
      ? cpu
      : { ...cpu, calmSince: null, beyondSince: null };
  }
  const share = percent / 100;
  const beyondSince = share > thresholds.cpu.enter ? (cpu.beyondSince ?? at) : null;
  const calmSince = share < thresholds.cpu.quick_exit ? (cpu.calmSince ?? at) : null;
  const hasRisen = beyondSince !== null && at - beyondSince >= thresholds.cpu.grace_ms;
  const hasCalmed = calmSince !== null && at - calmSince >= thresholds.cpu.quick_exit_ms;
  const isBusy = cpu.isBusy ? !hasCalmed : hasRisen;
  return {
    isBusy,
    usedPercent: percent,
    sourceAt: Math.min(input.cpu?.source_at ?? at, at),
    beyondSince,
    calmSince,
  };
}

/** The entry is over when the present rung fits; until then no local model is loaded. */
function hasEntered(sensing: Sensing, at: number, around: Surroundings): boolean {
  const { tier, rung, configuration } = around;
  if (tier === null || rung === null || !hasArrived(sensing, around)) return false;
  if (rung === "shed" || !sensing.ladder.isFitAwaited) return true;
  const capacity = capacityOf(sensing, at, { ...around, tier, rung });
  return fittingRung(sensing.ladder, capacity, { configuration, from: rung })?.rung === rung;
}

function hasArrived(sensing: Sensing, around: Surroundings): boolean {
  return hasSample(sensing.memory) && (!around.hasVram || hasSample(sensing.vram));
}

/** A first sample came, or is known not to come. */
function hasSample(signal: SignalState): boolean {
  return signal.sourceAt !== null || signal.level === "lost";
}

function permissionAfter(
  sensing: Sensing,
  now: { readonly at: number; readonly samples: Samples },
  around: Surroundings,
): Permission | null {
  const { tier, rung, configuration } = around;
  if (tier === null || rung === null) return null;
  const { isEntryPending } = sensing.ladder;
  if (!isEntryPending && rung === "nominal" && around.can.nominal) return null;
  const meters = metersIn(sensing, now, around);
  const capacity = capacityOf(sensing, now.at, { ...around, tier, rung, meters });
  if (isEntryPending) {
    if (!sensing.ladder.isFitAwaited || !hasArrived(sensing, around)) return null;
    const entry = fittingRung(sensing.ladder, capacity, { configuration, from: rung });
    return entry !== null && entry.rung !== rung ? entry : null;
  }
  // A sensor that is missing just now may be about to tell something: nobody climbs until it is known.
  if (isWaiting(sensing, meters, around)) return null;
  if (isInfeasible(capacity)) {
    return fittingRung(sensing.ladder, capacity, { configuration, from: "nominal" });
  }
  return permittedRung(sensing.ladder, capacity, configuration);
}

/** A meter counts when this very input brought a good sample that is no older than its beat. */
function metersIn(
  sensing: Sensing,
  { at, samples }: { readonly at: number; readonly samples: Samples },
  around: Surroundings,
): Meters {
  const { vram, memory } = samples;
  return {
    vram: vram.sample.value !== null && isFresh(sensing.vram, at, around.rules.vram),
    memory: memory.sample.value !== null && isFresh(sensing.memory, at, around.rules.memory),
  };
}

function isWaiting(sensing: Sensing, meters: Meters, { hasVram }: Surroundings): boolean {
  const isVramWaiting = hasVram && !meters.vram && sensing.vram.level !== "lost";
  return isVramWaiting || (!meters.memory && sensing.memory.level !== "lost");
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
