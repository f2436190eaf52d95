/** The example of a history, typed like the real one. */
import type { HistoryView } from "../replay/history.ts";
import { REASON } from "./examples.ts";

const AT = 1_767_225_600_000;
const BUCKET_MS = 6001;

/** A minute in ten buckets: the card fills up, the runtime steps off it, and sleeps at the end. */
export const HISTORY: HistoryView = {
  log: { first_at: AT - 86_400_000, last_at: AT + 60_000, first_seq: 1, last_seq: 87_950 },
  since: AT,
  until: AT + 60_000,
  bucket_ms: BUCKET_MS,
  source: "readings",
  at: Array.from({ length: 10 }, (_, bucket) => AT + bucket * BUCKET_MS),
  vram_used_percent: {
    min: [41.2, 41.2, 41.3, 41.3, 92.9, 70.1, 38.4, 38.4, null, null],
    max: [41.3, 41.5, 41.4, 93, 93.1, 92.8, 70.1, 38.5, null, null],
  },
  memory_available_mib: {
    min: [12_288, 12_280, 12_281, 12_275, 12_200, 9340, 9338, 9336, null, null],
    max: [12_290, 12_288, 12_284, 12_281, 12_275, 12_200, 9341, 9339, null, null],
  },
  memory_total_mib: 32_768,
  vram_total_mib: 8188,
  cpu_used_percent: {
    min: [11.2, 10.9, 12, 14.4, 30.1, 61.7, 70.2, 69.8, null, null],
    max: [13, 12.2, 15.3, 31.2, 64, 72.5, 73.1, 72.2, null, null],
  },
  tasks: {
    finished: [0, 1, 0, 0, 0, 1, 0, 0, 0, 0],
    failed: [0, 0, 0, 1, 0, 0, 0, 0, 0, 0],
  },
  bands: [
    { at: AT, seq: 86_012, profile: REASON.from, rung: "nominal", code: "RECOVERED" },
    { at: AT + 23_400, seq: 87_905, profile: REASON.to, rung: "cpu", code: REASON.code },
    { at: AT + 48_000, seq: 87_931, profile: "stopped", rung: null, code: null },
  ],
  bands_merged: false,
};
