/**
 * One plain sentence for each reason code and each fact: what the picture's reader sees beside an edge.
 * The sentences with measured values, in both languages, stand in `policy/words-*.ts`; the chart may not
 * import them, and needs none of their numbers.
 */
import type { FactType } from "../domain/fact.ts";
import type { ReasonCode } from "../domain/reason.ts";

export const DESCRIPTIONS: Readonly<Record<ReasonCode, string>> = {
  HOST_DETECTED: "The host was detected and its tier is entered.",
  TIER_CHANGED:
    "Detection or settings gave another tier; the same device or the next lower is entered.",
  VRAM_TIGHT: "GPU memory has been over the threshold for its grace period.",
  VRAM_EXHAUSTED: "GPU memory passed the hard threshold, or a task ran out of it.",
  VRAM_LOST: "GPU memory has not been readable for longer than the stale limit.",
  MEMORY_TIGHT: "Available memory has been under the threshold for its grace period.",
  MEMORY_EXHAUSTED: "Available memory passed the hard threshold, or a task ran out of it.",
  MEMORY_LOST: "Memory has not been readable for longer than the stale limit.",
  TASKS_FAILING: "Too many recent local tasks failed.",
  EDITOR_BUSY: "The editor is running and gets the GPU.",
  MANUAL_HOLD: "A person asked to step down.",
  CLOUD_NOT_ALLOWED: "The cloud is not allowed any more.",
  CLOUD_UNREACHABLE: "The cloud cannot be reached, or its own tasks fail.",
  WOULD_NOT_FIT: "The model of this rung does not fit this host.",
  ENTRY_WOULD_NOT_FIT: "The tier's model does not fit beside what others use now.",
  RECOVERED: "Nothing speaks against a better rung, the dwell is served, and a local model fits.",
};

export const FACT_DESCRIPTIONS: Readonly<Record<FactType, string>> = {
  "vram.relaxed": "GPU memory is under its release value.",
  "vram.tightened": "GPU memory is over its threshold.",
  "vram.exhausted": "GPU memory is over its hard threshold.",
  "vram.lost": "GPU memory cannot be read.",
  "memory.relaxed": "Available memory is over its release value.",
  "memory.tightened": "Available memory is under its threshold.",
  "memory.exhausted": "Available memory is under its hard threshold.",
  "memory.lost": "Memory cannot be read.",
  "tasks.failed": "Recent local tasks fail too often.",
  "tasks.probing": "A few local tasks are let through to see whether they work again.",
  "tasks.recovered": "Local tasks work again.",
  "cloud.allowed": "The cloud was allowed.",
  "cloud.forbidden": "The cloud was forbidden.",
  "cloud.lost": "The cloud cannot be reached, or its own tasks fail.",
  "cloud.returned": "The cloud can be reached.",
  "editor.started": "The editor was started.",
  "editor.stopped": "The editor was closed.",
  "host.resumed": "The runtime or the host came back; what was known is unknown again.",
};
