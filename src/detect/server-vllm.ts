/**
 * vLLM gives itself away by the names of its metrics, which all begin with `vllm:`.
 *
 * The label `model_name` tells what it serves even where its list of models wants a key.
 * Rejected: port 8000, on which anything may listen.
 */
import type { ServedModel } from "../domain/served.ts";

/** Names in one text; a server serves one model and a few adapters of it. */
const MAX_NAMES = 64;
const OWN_LINE = /^(?:# (?:HELP|TYPE) )?vllm:[a-z]/m;
const MODEL_LABEL = /^vllm:[^{\n]*\{[^\n]*?\bmodel_name="([^"\n]{1,500})"/gm;

/** The models that the metrics name; `null` when these are not vLLM's metrics. */
export function parseVllmMetrics(text: string): readonly ServedModel[] | null {
  if (!OWN_LINE.test(text)) return null;
  const names = new Set<string>();
  for (const [, name] of text.matchAll(MODEL_LABEL)) {
    if (name !== undefined && names.size < MAX_NAMES) names.add(name);
  }
  return [...names].map((name) => ({
    name,
    vision: null,
    loaded: null,
    context: null,
    size_bytes: null,
    cloud: false,
  }));
}
