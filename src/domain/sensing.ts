/**
 * What sensing remembers between inputs, and what it is told about the rest of the runtime.
 * Plain data, so that it can stand in a checkpoint; the judging is in `pressure.ts` (any input) and
 * `reading-sense.ts` (one reading).
 */
import type { Configuration } from "./configuration.ts";
import type { Fact } from "./fact.ts";
import { NO_WINDOWS, visionWindowsOf, type Windows, worstPhaseOf } from "./failure-windows.ts";
import type { Feasibility } from "./feasibility.ts";
import { awaitedSignal, type SignalState } from "./level-signal.ts";
import { type MemoryTrend, NO_TREND } from "./memory-trend.ts";
import { NO_OWN_SHARE, type OwnShare } from "./own-share.ts";
import { NO_PEAKS, type Peaks } from "./peak.ts";
import { FRESH_LADDER, type LadderState, type Permission } from "./permission.ts";
import type { Capacity } from "./return-test.ts";
import type { Rung, RungDevice } from "./rung.ts";
import type { SignalRules } from "./signal-rule.ts";
import type { Tier } from "./tier.ts";

/** CPU pressure is advice only (fewer scenes); saturation is not exhaustion. */
export interface CpuAdvice {
  readonly isBusy: boolean;
  readonly usedPercent: number | null;
  /** When it was measured; a share older than half a minute is unknown again. */
  readonly sourceAt: number | null;
  readonly beyondSince: number | null;
  readonly calmSince: number | null;
}

export const QUIET_CPU: CpuAdvice = {
  isBusy: false,
  usedPercent: null,
  sourceAt: null,
  beyondSince: null,
  calmSince: null,
};

/** Everything sensing remembers; plain data. */
export interface Sensing {
  readonly vram: SignalState;
  readonly memory: SignalState;
  readonly cpu: CpuAdvice;
  /** The outcomes of each model on this host, and of each in the cloud. */
  readonly local: Windows;
  readonly cloud: Windows;
  readonly isCloudAllowed: boolean;
  /** The last probe's answer, also while the cloud is not allowed. */
  readonly hasCloudAnswered: boolean | null;
  /** The editor as last seen; `null` = cannot tell. */
  readonly isEditorRunning: boolean | null;
  /** What the chart was told: as running, unless the rule is switched off. */
  readonly isEditorBusy: boolean | null;
  readonly vramPeaks: Peaks;
  readonly memoryPeaks: Peaks;
  readonly memoryTrend: MemoryTrend;
  /** Our own share of the last VRAM reading was unknown, so that the others' use is an estimate. */
  readonly isOwnUnknown: boolean;
  readonly ownShare: OwnShare;
  readonly vramTotalMib: number | null;
  readonly memoryTotalMib: number | null;
  /** Since when VRAM used has read zero right after real use; such zeros are not believed at once. */
  readonly zeroSince: number | null;
  readonly lastBeatAt: number | null;
  readonly ladder: LadderState;
}

/** What sensing is told about the rest of the runtime. */
export interface Surroundings {
  readonly configuration: Configuration;
  /** Those of the configuration, made once. */
  readonly rules: SignalRules;
  readonly tier: Tier | null;
  readonly rung: Rung | null;
  readonly device: RungDevice;
  readonly can: Feasibility;
  readonly hasVram: boolean;
}

export interface Sensed {
  readonly sensing: Sensing;
  readonly facts: readonly Fact[];
  readonly permission: Permission | null;
}

export const NOTHING_SENSED: Sensing = {
  vram: awaitedSignal(0),
  memory: awaitedSignal(0),
  cpu: QUIET_CPU,
  local: NO_WINDOWS,
  cloud: NO_WINDOWS,
  isCloudAllowed: false,
  hasCloudAnswered: null,
  isEditorRunning: null,
  isEditorBusy: null,
  vramPeaks: NO_PEAKS,
  memoryPeaks: NO_PEAKS,
  memoryTrend: NO_TREND,
  isOwnUnknown: false,
  ownShare: NO_OWN_SHARE,
  vramTotalMib: null,
  memoryTotalMib: null,
  zeroSince: null,
  lastBeatAt: null,
  ladder: FRESH_LADDER,
};

export const NO_FACTS: readonly Fact[] = [];

/** After a gap: timers start again, levels are unknown until one fresh reading. */
export function resumed(sensing: Sensing, at: number): Sensing {
  return {
    ...sensing,
    vram: awaitedSignal(at),
    memory: awaitedSignal(at),
    cpu: QUIET_CPU,
    zeroSince: null,
    ladder: { ...sensing.ladder, resumedAt: at },
  };
}

/** Which meters gave a good sample in this very input. */
export interface Meters {
  readonly vram: boolean;
  readonly memory: boolean;
}

/** For questions that no fresh sample is needed for. */
export const NO_METERS: Meters = { vram: false, memory: false };

/**
 * Whether the cloud can be relied on: its last probe answered and its own breaker is not open. `null`
 * while nobody knows.
 */
export function isCloudReachable(sensing: Sensing): boolean | null {
  return isCloudFailing(sensing) ? false : sensing.hasCloudAnswered;
}

/** The cloud's own breaker is open: for a model that vision uses, or for outcomes that named none. */
export function isCloudFailing({ cloud }: Sensing): boolean {
  return cloud.length > 0 && worstPhaseOf(visionWindowsOf(cloud)) === "failing";
}

/** The moment and the place for which the way up is judged. */
export interface Asked {
  readonly at: number;
  readonly tier: Tier;
  readonly rung: Rung;
  readonly meters: Meters;
}

/** What the way up is judged by, as sensed now. */
export function capacityOf(
  sensing: Sensing,
  { at, tier, rung, meters }: Asked,
  { device, can, hasVram }: Surroundings,
): Capacity {
  return {
    at,
    tier,
    rung,
    device,
    can,
    isCloudUsable: sensing.isCloudAllowed && isCloudReachable(sensing) === true,
    hasVram,
    vramTotalMib: sensing.vramTotalMib,
    memoryTotalMib: sensing.memoryTotalMib,
    vramPeaks: sensing.vramPeaks,
    memoryPeaks: sensing.memoryPeaks,
    isVramFresh: meters.vram,
    isMemoryFresh: meters.memory,
    vramBackAt: sensing.vram.awaitedSince,
    memoryBackAt: sensing.memory.awaitedSince,
  };
}
