/**
 * What a careful bystander remembers of a runtime: kept from inputs and outputs alone, so that what the
 * decider remembers of itself can be checked against it. Where the bystander is not sure, he is on the
 * decider's side: a sample counts as good here even if the decider may have had a reason to refuse it.
 */
import {
  type Configuration,
  DEFAULT_CONFIGURATION,
  decisionPartOf,
} from "../../src/domain/configuration.ts";
import type { Host } from "../../src/domain/host.ts";
import type { Input, ReadingInput } from "../../src/domain/input.ts";
import { deviceOf, nextRungDown, RUNGS, type Rung, tierAndRungOf } from "../../src/domain/rung.ts";
import { largestUsableGpu } from "../../src/domain/tier.ts";
import type { Decision, RuntimeState } from "../../src/machines/runtime-state.ts";

/** A step of the profile, as it was said. */
export interface StepSeen {
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly code: string;
}

/** A sample whose numbers can be true, and when it was measured at the latest. */
export interface GoodSample {
  readonly value: number;
  readonly totalMib: number;
  readonly usedMib: number;
  readonly sourceAt: number;
}

/** MiB that others had in use at a moment; `null` = cannot be told. */
export interface OthersSeen {
  readonly at: number;
  readonly mib: number | null;
}

/** What was seen of one meter. */
export interface MeterSeen {
  /** Of all good samples the latest time of measurement. */
  newestAt: number;
  /** Nothing was expected of it before this moment: a start, a resume, another card, other settings. */
  expectedSince: number;
  others: OthersSeen[];
}

const NEVER = Number.NEGATIVE_INFINITY;

/** Beyond max(3 × beat, this) between two readings the host was asleep. */
const ASLEEP_MS = 15_000;

/** Folded beside the decider: `take` each input after it was checked. */
export class History {
  /** Inputs count as no earlier than the last. */
  now = 0;
  configuration: Configuration = decisionPartOf(DEFAULT_CONFIGURATION);
  host: Host | null = null;
  hasCloudAnswered: boolean | null = null;
  /** What a person asked for and did not take back. */
  hold: Rung | null = null;
  hasRunOutOfMemory = false;
  lastReadingAt: number | null = null;
  readonly steps: StepSeen[] = [];
  readonly vram: MeterSeen = { newestAt: NEVER, expectedSince: 0, others: [] };
  readonly memory: MeterSeen = { newestAt: NEVER, expectedSince: 0, others: [] };

  /** The moment at which an input is judged. */
  momentOf(input: Input): number {
    return Math.max(input.at, this.now);
  }

  /** The last step, leaving out the entry of the first tier. */
  get lastStep(): StepSeen | null {
    return this.steps.findLast(({ from }) => from !== "detecting") ?? null;
  }

  take(before: RuntimeState, input: Input, { outputs }: Decision): void {
    const at = this.momentOf(input);
    this.now = at;
    this.hold = holdAfter(this.hold, before, input);
    if (input.type === "reading") this.#read(input, at);
    if (input.type === "cloud.probed") this.hasCloudAnswered = input.reachable;
    if (input.type === "config.changed") this.configuration = input.config;
    if (input.type === "host.detected") this.#detect(input.host);
    if (input.type === "task.finished" && !input.ok && input.failure === "oom")
      this.hasRunOutOfMemory = true;
    if (FORGETTING.includes(input.type)) this.#expectFrom(at);
    for (const output of outputs) {
      if (output.type !== "transition") continue;
      const { from, to, reason } = output;
      this.steps.push({ at, from, to, code: reason.code });
    }
  }

  /** True where the reading comes after a gap of our own beat: the host was asleep. */
  isResume(at: number): boolean {
    const { beat_ms } = this.configuration.sensors;
    return (
      this.lastReadingAt !== null && at - this.lastReadingAt > Math.max(3 * beat_ms, ASLEEP_MS)
    );
  }

  /** The highest use by others in these last ms, this reading included; `null` = cannot be told. */
  peakOf(meter: "vram" | "memory", input: ReadingInput, spanMs: number): number | null {
    const at = this.momentOf(input);
    const seen = [...this[meter].others];
    const now = meter === "vram" ? this.#vramOthers(input, at) : memoryUsed(input, at);
    if (now !== null) seen.push(now);
    let peak: number | null = null;
    for (let index = seen.length - 1; index >= 0; index -= 1) {
      const { at: then, mib } = seen[index] as OthersSeen;
      if (then < at - spanMs) break;
      if (mib === null) return null;
      peak = Math.max(peak ?? 0, mib);
    }
    return peak;
  }

  #read(input: ReadingInput, at: number): void {
    if (this.isResume(at)) this.#expectFrom(at);
    this.lastReadingAt = at;
    const vram = this.#vramOthers(input, at);
    if (vram !== null) this.vram.others.push(vram);
    const memory = memoryUsed(input, at);
    if (memory !== null) this.memory.others.push(memory);
    for (const meter of ["vram", "memory"] as const) {
      const sourceAt = goodSample(meter, input, at)?.sourceAt ?? NEVER;
      this[meter].newestAt = Math.max(this[meter].newestAt, sourceAt);
    }
  }

  #detect(host: Host): void {
    const [old, card] = [this.host, host].map((each) => each && largestUsableGpu(each));
    if (old?.uuid !== card?.uuid || old?.vram_total_mib !== card?.vram_total_mib)
      this.vram.others = [];
    this.host = host;
  }

  #expectFrom(at: number): void {
    this.vram.expectedSince = at;
    this.memory.expectedSince = at;
  }

  /** While a model is being unloaded the meter shows what is nobody else's; it is not looked at then. */
  #vramOthers(input: ReadingInput, at: number): OthersSeen | null {
    const sample = goodSample("vram", input, at);
    if (sample === null) return null;
    const step = this.lastStep;
    const left = step === null ? null : tierAndRungOf(step.from);
    const isOff = left !== null && deviceOf(left.tier, left.rung) === "gpu";
    if (isOff && at - (step?.at ?? 0) < this.configuration.thresholds.vram.blank_ms) return null;
    const own = input.vram?.own_mib ?? null;
    if (own === null || !Number.isFinite(own) || own < 0) return { at, mib: null };
    return { at, mib: sample.usedMib - Math.min(own, sample.usedMib) };
  }
}

const FORGETTING: readonly Input["type"][] = [
  "runtime.started",
  "clock.resumed",
  "host.detected",
  "config.changed",
];

/** The sample of a meter, if its numbers can be true at all. */
export function goodSample(
  meter: "vram" | "memory",
  input: ReadingInput,
  at: number,
): GoodSample | null {
  const reading = meter === "vram" ? input.vram : input.memory;
  const part = meter === "vram" ? input.vram?.used_mib : input.memory?.available_mib;
  const total = reading?.total_mib;
  if (typeof part !== "number" || typeof total !== "number") return null;
  if (!Number.isFinite(part) || !Number.isFinite(total)) return null;
  if (part < 0 || total <= 0 || part > total) return null;
  const sourceAt = Math.min(reading?.source_at ?? at, at);
  if (Number.isNaN(sourceAt)) return null;
  return meter === "vram"
    ? { value: part / total, totalMib: total, usedMib: part, sourceAt }
    : { value: part, totalMib: total, usedMib: total - part, sourceAt };
}

function memoryUsed(input: ReadingInput, at: number): OthersSeen | null {
  const sample = goodSample("memory", input, at);
  return sample === null ? null : { at, mib: sample.usedMib };
}

/** A hold is what was asked for last; only asking to restore ends it. */
export function holdAfter(hold: Rung | null, before: RuntimeState, input: Input): Rung | null {
  if (input.type === "restore.requested") return null;
  if (input.type !== "degrade.requested") return hold;
  const place = tierAndRungOf(before.chart.state.profile);
  const next = place === null ? "cpu" : nextRungDown(place.tier, place.rung);
  const asked = input.rung ?? next;
  return asked !== null && asked !== "nominal" && RUNGS.includes(asked) ? asked : hold;
}
