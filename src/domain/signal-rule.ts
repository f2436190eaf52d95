/**
 * The rules of the two level signals under a configuration: which threshold, how fast the sensor is
 * asked, and how old its last sample may be.
 */
import type { Configuration } from "./configuration.ts";
import { type SignalRule, staleLimitMs } from "./level-signal.ts";

/** How each level signal is judged. */
export interface SignalRules {
  readonly vram: SignalRule;
  readonly memory: SignalRule;
}

/** The rules under a configuration. */
export function rulesOf({ thresholds, sensors }: Configuration): SignalRules {
  const vramMs = Math.max(sensors.gpu_ms, sensors.beat_ms);
  const memoryMs = sensors.beat_ms;
  return {
    vram: {
      signal: "vram.used",
      unit: "fraction",
      threshold: thresholds.vram,
      isHighBad: true,
      intervalMs: vramMs,
      staleMs: staleLimitMs(vramMs, thresholds.vram.stale_ms),
    },
    memory: {
      signal: "memory.available",
      unit: "MiB",
      threshold: thresholds.memory,
      isHighBad: false,
      intervalMs: memoryMs,
      staleMs: staleLimitMs(memoryMs, thresholds.memory.stale_ms),
    },
  };
}
