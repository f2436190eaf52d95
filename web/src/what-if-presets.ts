/** Questions to begin with: each fills the form, from the settings in force. */
import type { Configuration, Language } from "../../src/domain/configuration.ts";
import { type Changes, CLOUD_KEY } from "./what-if-changes.ts";
import { settingOf } from "./what-if-sliders.ts";

export interface Preset {
  readonly key: string;
  readonly name: (configuration: Configuration) => Readonly<Record<Language, string>>;
  readonly changes: (configuration: Configuration) => Changes;
}

const LEVELS = ["hard", "enter", "slow_exit", "quick_exit"] as const;
const SIGNALS = ["vram", "memory"] as const;

/** Share of the card by which the thresholds move in the example. */
const EARLIER_SHARE = 0.15;

export const PRESETS: readonly Preset[] = [
  {
    key: "earlier",
    name: () => ({ zh: "早 15 % 让出显存", en: "Leave the GPU 15 % earlier" }),
    changes: ({ thresholds: { vram } }) => {
      const lowest = Math.min(...LEVELS.map((level) => vram[level]));
      const by = Math.min(EARLIER_SHARE, lowest);
      return Object.fromEntries(
        LEVELS.map((level) => [
          `vram.${level}`,
          String(settingOf("percent", (vram[level] - by) * 100)),
        ]),
      );
    },
  },
  {
    key: "quicker",
    name: () => ({ zh: "宽限时间减半", en: "Half the grace period" }),
    changes: ({ thresholds }) =>
      Object.fromEntries(
        SIGNALS.map((signal) => [
          `${signal}.grace_ms`,
          String(Math.round(thresholds[signal].grace_ms / 2)),
        ]),
      ),
  },
  {
    key: "calmer",
    name: () => ({ zh: "停留时间加倍", en: "Twice the dwell" }),
    changes: ({ thresholds }) =>
      Object.fromEntries(
        SIGNALS.map((signal) => {
          const { dwell_ms, backoff_max_ms } = thresholds[signal];
          return [`${signal}.dwell_ms`, String(Math.min(2 * dwell_ms, backoff_max_ms))];
        }),
      ),
  },
  {
    key: "cloud",
    name: ({ cloud: { allowed } }) =>
      allowed
        ? { zh: "禁止云端", en: "Forbid the cloud" }
        : { zh: "允许云端", en: "Allow the cloud" },
    changes: ({ cloud }) => ({ [CLOUD_KEY]: String(!cloud.allowed) }),
  },
];
