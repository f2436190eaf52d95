/** The example of `fit`: made by the same lines as a real answer, from a host that is written down here. */
import { DEFAULT_CONFIGURATION } from "../domain/configuration.ts";
import { UNKNOWN_GPU, UNKNOWN_HOST } from "../domain/host.ts";
import { fitOf } from "../policy/fit.ts";
import type { FitGrounds } from "../policy/fit-room.ts";
import { type FitView, fitViewOf } from "../replay/fit.ts";

const GROUNDS: FitGrounds = {
  host: {
    ...UNKNOWN_HOST,
    gpus: [{ ...UNKNOWN_GPU, vendor: "nvidia", name: "RTX 4060", vram_total_mib: 8188 }],
    ollama: { ...UNKNOWN_HOST.ollama, running: true },
  },
  configuration: DEFAULT_CONFIGURATION,
  tier: "LOCAL_GPU_MID",
  vram: {
    total_mib: 8188,
    used_now_mib: 900,
    others_now_mib: 900,
    others_peak_mib: 1400,
    lookback_ms: 60_000,
    estimated: false,
  },
  memory: {
    total_mib: 32_768,
    used_now_mib: 9800,
    others_now_mib: 9800,
    others_peak_mib: 10_200,
    lookback_ms: 60_000,
    estimated: false,
  },
};

/** A 9B model that is too large for a card of 8 GB. */
export const FIT: FitView = fitViewOf(
  fitOf({ model: "qwen3.5:9b", images: 1, grounds: GROUNDS, shown: new Map() }),
  "en",
);
