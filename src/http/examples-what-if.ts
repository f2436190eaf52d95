/** The example of a what-if, typed like the real one. */
import type { SideView, WhatIfView } from "../replay/what-if-view.ts";
import { REASON } from "./examples.ts";

const AT = 1_767_225_600_000;
const CALM = { moments_at_or_over_limit: 0, episodes: 0 };
const STEP = { seq: 185, at: AT, from: REASON.from, to: REASON.to, code: REASON.code };

const ACTUAL: SideView = {
  transitions: 3,
  steps_per_hour: 3,
  time_per_rung_ms: {
    nominal: 3_500_000,
    smallModel: 30_000,
    cpu: 70_000,
    cloud: 0,
    shed: 0,
    detecting: 0,
  },
  by_reason: { VRAM_EXHAUSTED: 1, RECOVERED: 2 },
  vram: { moments_at_or_over_limit: 1, episodes: 1 },
  memory: CALM,
  local_share: 1,
  bands: [
    { at: AT - 1_800_000, seq: null, profile: "detecting", rung: null, code: null },
    { at: AT - 1_799_800, seq: 3, profile: REASON.from, rung: "nominal", code: "HOST_DETECTED" },
    { at: AT, seq: 185, profile: REASON.to, rung: "cpu", code: REASON.code },
  ],
  bands_merged: false,
};

/** A lower hard threshold that meets an exhaustion five seconds earlier. */
export const WHAT_IF: WhatIfView = {
  exact: true,
  inexact: [],
  measurements_fixed: true,
  remarks: [],
  first_seq: 1,
  last_seq: 3750,
  first_at: AT - 1_800_000,
  last_at: AT + 1_800_000,
  readings: 3600,
  pruned_readings: 0,
  watched_ms: 3_600_000,
  changes: {
    settings: [{ path: "thresholds.vram.hard", from: 0.92, to: 0.86 }],
    host: null,
  },
  first_divergence: {
    seq: 180,
    at: AT - 5000,
    actual: { profile: REASON.from, rung: "nominal" },
    hypothetical: { profile: REASON.to, rung: "cpu" },
    moved: "hypothetical",
    cause: REASON,
  },
  actual: ACTUAL,
  hypothetical: {
    ...ACTUAL,
    vram: CALM,
    bands: ACTUAL.bands.map((band) =>
      band.seq === 185 ? { ...band, at: AT - 5000, seq: 180 } : band,
    ),
  },
  differences: {
    vanished: { total: 0, list: [] },
    appeared: { total: 0, list: [] },
    moved: {
      total: 1,
      list: [{ ...STEP, hypothetical_seq: 180, hypothetical_at: AT - 5000, delta_ms: -5000 }],
    },
  },
  exhaustions: {
    total: 1,
    list: [
      {
        seq: 185,
        at: AT,
        signal: "vram.used",
        actual: { worst: 0.99, free_mib: 82, off: false, lead_ms: 0 },
        hypothetical: { worst: 0.99, free_mib: 82, off: true, lead_ms: 5000 },
      },
    ],
  },
};
