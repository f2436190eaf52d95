/**
 * Judging one reading: VRAM, memory and CPU against their thresholds, gaps of our own beat, and at the
 * end the question whether a step up is permitted.
 * What a sample is, and what counts as missing, stands in `reading-sample.ts`.
 */
import { judgeCpu } from "./cpu-advice.ts";
import type { Fact, FactType } from "./fact.ts";
import {
  areHealthy,
  type Windows,
  type WindowsChange,
  withModelTime,
  worstPhaseOf,
} from "./failure-windows.ts";
import type { ReadingInput } from "./input.ts";
import { isFresh, observe, type SignalLevel, type SignalState } from "./level-signal.ts";
import { type MemoryTrend, withTrend } from "./memory-trend.ts";
import { type OwnShare, withUsedMib } from "./own-share.ts";
import { withPeak } from "./peak.ts";
import { fittingRung, isInfeasible, type Permission, permittedRung } from "./permission.ts";
import { type MemorySeen, memorySample, type VramSeen, vramSample } from "./reading-sample.ts";
import {
  capacityOf,
  type Meters,
  NO_FACTS,
  NO_METERS,
  resumed,
  type Sensed,
  type Sensing,
  type Surroundings,
} from "./sensing.ts";
import { levelEvidence } from "./signal-evidence.ts";
import type { SignalRules } from "./signal-rule.ts";

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

/**
 * Judges one reading; see the file header. The state is written out, not spread, and made in this very
 * function: it is made for each reading, and a spread costs several times as much.
 */
export function senseReading(before: Sensing, input: ReadingInput, around: Surroundings): Sensed {
  const { at } = input;
  const isBack = isResume(before, at, around);
  const rested = isBack ? resumed(before, at) : before;
  const windows = windowsAfter(rested, at, around);
  const vramSeen = vramSample(rested, input, around);
  const memorySeen = memorySample(rested, input);
  const { vram: vramRule, memory: memoryRule } = around.rules;
  const vram = around.hasVram ? observe(rested.vram, vramSeen, vramRule) : rested.vram;
  const memory = observe(rested.memory, memorySeen, memoryRule);
  const othersMib = isUnloading(rested, at, around) ? null : vramSeen.othersMib;
  const { usedMib } = memorySeen;
  const sensing: Sensing = {
    vram,
    memory,
    cpu: judgeCpu(rested.cpu, input, around.configuration),
    local: windows === null ? rested.local : windows.local.windows,
    cloud: windows === null ? rested.cloud : windows.cloud,
    isCloudAllowed: rested.isCloudAllowed,
    hasCloudAnswered: rested.hasCloudAnswered,
    isEditorRunning: rested.isEditorRunning,
    isEditorBusy: rested.isEditorBusy,
    vramPeaks: othersMib === null ? rested.vramPeaks : withPeak(rested.vramPeaks, at, othersMib),
    memoryPeaks: usedMib === null ? rested.memoryPeaks : withPeak(rested.memoryPeaks, at, usedMib),
    memoryTrend: trendAfter(rested, memorySeen, around),
    isOwnUnknown: vramSeen.value === null ? rested.isOwnUnknown : vramSeen.isEstimated,
    ownShare: ownShareAfter(rested, vramSeen, around),
    vramTotalMib: vramSeen.totalMib ?? rested.vramTotalMib,
    memoryTotalMib: memorySeen.totalMib ?? rested.memoryTotalMib,
    zeroSince: vramSeen.zeroSince,
    lastBeatAt: at,
    ladder: rested.ladder,
  };
  const isLevel = vram.level === rested.vram.level && memory.level === rested.memory.level;
  const isQuiet = isLevel && windows === null && !isBack;
  const isUpAsked = isAsked(sensing, around);
  if (isQuiet && !isUpAsked) return { sensing, facts: NO_FACTS, permission: null };
  const samples = { at, vramSeen, memorySeen };
  const change = { rested, sensing, isBack, windows, rules: around.rules };
  const facts = isQuiet ? NO_FACTS : factsOf(change, samples);
  if (!isUpAsked) return { sensing, facts, permission: null };
  const permission = permissionAfter(sensing, samples, around);
  const isEntered = sensing.ladder.isEntryPending && hasEntered(sensing, at, around);
  return { sensing: isEntered ? entered(sensing) : sensing, facts, permission };
}

/**
 * Just after a step off the card our model is still in the meter, but no longer in our own share. A tier
 * that was just entered is judged by its first reading, so that one counts.
 */
function isUnloading({ ladder }: Sensing, at: number, { configuration }: Surroundings): boolean {
  const { lastStepAt, leftDevice, isEntryPending } = ladder;
  if (isEntryPending || lastStepAt === null || leftDevice !== "gpu") return false;
  return at - lastStepAt < configuration.thresholds.vram.blank_ms;
}

/** What this reading says, taken out of it once. */
interface Samples {
  readonly at: number;
  readonly vramSeen: VramSeen;
  readonly memorySeen: MemorySeen;
}

/** What became of the task windows; `null` when neither moved. */
type Windowed = { readonly local: WindowsChange; readonly cloud: Windows } | null;

/** Sensing before and after this reading. */
interface Change {
  readonly rested: Sensing;
  readonly sensing: Sensing;
  readonly isBack: boolean;
  readonly windows: Windowed;
  readonly rules: SignalRules;
}

function isResume({ lastBeatAt }: Sensing, at: number, { configuration }: Surroundings): boolean {
  if (lastBeatAt === null) return false;
  return at - lastBeatAt > Math.max(3 * configuration.sensors.beat_ms, RESUME_GAP_MS);
}

function factsOf(
  { rested, sensing, isBack, windows, rules }: Change,
  { vramSeen, memorySeen }: Samples,
): Fact[] {
  const facts: Fact[] = isBack ? [{ type: "host.resumed", evidence: null }] : [];
  if (windows !== null) facts.push(...windowFacts(rested.local, windows.local));
  const { vram, memory } = sensing;
  const ofVram = { before: rested.vram, after: vram, sample: vramSeen, rule: rules.vram };
  const vramEvidence = levelEvidence(ofVram);
  if (vramEvidence !== null) facts.push({ type: VRAM_FACTS[known(vram)], evidence: vramEvidence });
  const ofMemory = { before: rested.memory, after: memory, sample: memorySeen, rule: rules.memory };
  const memoryEvidence = levelEvidence(ofMemory);
  if (memoryEvidence !== null)
    facts.push({ type: MEMORY_FACTS[known(memory)], evidence: memoryEvidence });
  return facts;
}

function entered(sensing: Sensing): Sensing {
  const ladder = { ...sensing.ladder, isEntryPending: false, isFitAwaited: false };
  return { ...sensing, ladder };
}

function known(state: SignalState): Exclude<SignalLevel, "unknown"> {
  return state.level === "unknown" ? "relaxed" : state.level;
}

/** The entry is over when the present rung fits; until then no local model is loaded. */
function hasEntered(sensing: Sensing, at: number, around: Surroundings): boolean {
  const { tier, rung, configuration } = around;
  if (tier === null || rung === null || !hasArrived(sensing, around)) return false;
  if (rung === "shed" || !sensing.ladder.isFitAwaited) return true;
  const capacity = capacityOf(sensing, { at, tier, rung, meters: NO_METERS }, around);
  return fittingRung(sensing.ladder, capacity, { configuration, from: rung })?.rung === rung;
}

function hasArrived(sensing: Sensing, around: Surroundings): boolean {
  return hasSample(sensing.memory) && (!around.hasVram || hasSample(sensing.vram));
}

function trendAfter(
  { memoryTrend }: Sensing,
  { at, value }: MemorySeen,
  { rules }: Surroundings,
): MemoryTrend {
  if (value === null) return memoryTrend;
  return withTrend(memoryTrend, { at, availableMib: value }, rules.memory.threshold.hard);
}

/** Only where nobody says what is ours is there something to learn. */
function ownShareAfter(
  { ownShare, ladder }: Sensing,
  { at, usedMib, isEstimated }: VramSeen,
  { device }: Surroundings,
): OwnShare {
  if (usedMib === null || !isEstimated) return ownShare;
  const { lastStepAt: stepAt, leftDevice } = ladder;
  return withUsedMib(ownShare, usedMib, { at, device, stepAt, leftDevice });
}

/** A first sample came, or is known not to come. */
function hasSample(signal: SignalState): boolean {
  return signal.sourceAt !== null || signal.level === "lost";
}

/** From the best rung, once entered, there is nowhere to climb. */
function isAsked({ ladder }: Sensing, { rung, can }: Surroundings): boolean {
  return rung !== null && (ladder.isEntryPending || rung !== "nominal" || !can.nominal);
}

function permissionAfter(
  sensing: Sensing,
  samples: Samples,
  around: Surroundings,
): Permission | null {
  const { tier, rung, configuration } = around;
  if (tier === null || rung === null) return null;
  const { isEntryPending } = sensing.ladder;
  const meters = metersIn(sensing, samples, around);
  const capacity = capacityOf(sensing, { at: samples.at, tier, rung, meters }, around);
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
  { at, vramSeen, memorySeen }: Samples,
  { rules }: Surroundings,
): Meters {
  return {
    vram: vramSeen.value !== null && isFresh(sensing.vram, at, rules.vram),
    memory: memorySeen.value !== null && isFresh(sensing.memory, at, rules.memory),
  };
}

function isWaiting(sensing: Sensing, meters: Meters, { hasVram }: Surroundings): boolean {
  const isVramWaiting = hasVram && !meters.vram && sensing.vram.level !== "lost";
  return isVramWaiting || (!meters.memory && sensing.memory.level !== "lost");
}

/** The facts of a change of the local task windows: the host is as its worst window is. */
export function windowFacts(
  before: Windows,
  { evidence, windows }: WindowsChange,
): readonly Fact[] {
  const phase = worstPhaseOf(windows);
  if (windows === before || phase === worstPhaseOf(before)) return NO_FACTS;
  if (phase === "failing") return [{ type: "tasks.failed", evidence }];
  if (phase === "probing") return [{ type: "tasks.probing", evidence }];
  return [{ type: "tasks.recovered", evidence }];
}

/** Lets the task windows feel time pass; `null` when neither moves. */
function windowsAfter(
  { local, cloud }: Sensing,
  at: number,
  { configuration }: Surroundings,
): Windowed {
  // Healthy windows feel no time; that is nearly every reading.
  if (areHealthy(local) && areHealthy(cloud)) return null;
  const rule = configuration.thresholds.tasks;
  const after = {
    local: withModelTime(local, at, rule),
    cloud: withModelTime(cloud, at, rule).windows,
  };
  return after.local.windows === local && after.cloud === cloud ? null : after;
}
