/**
 * How the host is beside memory and load: power, heat, stalls, stolen time. Coarse words instead of
 * figures, so that a change is worth a line in the log. They bring advice and never a step.
 */

export const POWER_SOURCES = ["mains", "battery"] as const;
export const THERMAL_STATES = ["normal", "hot"] as const;
export const STALLS = ["none", "some", "severe"] as const;

/** How the host is beside memory and load: coarse words, so that they seldom change. `null` = unknown. */
export interface Conditions {
  readonly power: (typeof POWER_SOURCES)[number] | null;
  /** 0..100 in steps of 5. */
  readonly battery_percent: number | null;
  readonly thermal: (typeof THERMAL_STATES)[number] | null;
  /** Tasks waiting for memory (PSI `full avg10`). */
  readonly memory_stall: (typeof STALLS)[number] | null;
  /** Share of processor time that the hypervisor gave to others is above a tenth. */
  readonly cpu_stolen: boolean | null;
  /** Share of processor time spent waiting for disks is above a fifth. */
  readonly disk_waiting: boolean | null;
}

/** Nothing is known of the conditions. */
export const UNKNOWN_CONDITIONS: Conditions = {
  power: null,
  battery_percent: null,
  thermal: null,
  memory_stall: null,
  cpu_stolen: null,
  disk_waiting: null,
};
