/** The default configuration at a pace that a test can wait for. */
import { DEFAULT_CONFIGURATION, type FullConfiguration } from "../../src/domain/configuration.ts";

/** A port on which nothing listens: a model server that is not there. */
const NO_SERVER = "http://127.0.0.1:9";

/** The default rules at a pace that a test can wait for: tenths of seconds instead of seconds. */
export function quickConfiguration(change: Partial<FullConfiguration> = {}): FullConfiguration {
  const base = DEFAULT_CONFIGURATION;
  const quick = {
    grace_ms: 200,
    quick_exit_ms: 300,
    slow_exit_ms: 2000,
    dwell_ms: 400,
    stale_ms: 5000,
  };
  return {
    ...base,
    thresholds: {
      ...base.thresholds,
      vram: { ...base.thresholds.vram, ...quick, lookback_ms: 300 },
      memory: { ...base.thresholds.memory, ...quick, lookback_ms: 300 },
    },
    sensors: { beat_ms: 100, gpu_ms: 100, slow_ms: 200 },
    ollama: { host: NO_SERVER },
    ...change,
  };
}
