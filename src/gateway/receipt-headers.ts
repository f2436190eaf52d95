/**
 * Receipt headers: where a job ran and why, on every answer, on refusals too.
 *
 * A client that knows nothing of them loses nothing; `curl -i` shows all of them. What is not known is
 * absent. Values are printable ASCII: anything else, and the percent sign, is percent-encoded, so that
 * `decodeURIComponent` gives the name back.
 */
import type { Attempt, Receipt, WorkRefusal } from "../domain/job.ts";

/** Headers of an answer, by their names in lower case. */
export type Headers = Readonly<Record<string, string>>;

/** Longest model name that a header repeats, in characters. */
const NAME_MAX = 200;

const UNSAFE = /[^\x21-\x7e]|%/gu;

/** The headers of a job that ran. */
export function receiptHeaders(receipt: Receipt): Headers {
  const { provider, model, device } = receipt;
  return {
    "x-runtime-profile-provider": provider,
    "x-runtime-profile-model": safe(model),
    "x-runtime-profile-device": device,
    ...whyHeaders(receipt),
  };
}

/** The headers of a job that was not done. */
export function refusalHeaders(refusal: WorkRefusal): Headers {
  return whyHeaders(refusal);
}

function whyHeaders(told: Receipt | WorkRefusal): Headers {
  const { tier, rung, reason, seq, waited_ms, attempts } = told;
  const headers: Record<string, string> = {};
  if (tier !== null) headers["x-runtime-profile-tier"] = tier;
  if (rung !== null) headers["x-runtime-profile-rung"] = rung;
  if (reason !== null) headers["x-runtime-profile-reason"] = reason;
  if (seq !== null) headers["x-runtime-profile-seq"] = String(seq);
  headers["x-runtime-profile-waited-ms"] = String(Math.round(waited_ms));
  if (attempts.length > 0) {
    headers["x-runtime-profile-attempts"] = attempts.map(attemptText).join(",");
  }
  return headers;
}

/** `nominal:qwen3.5%3A4b:oom:1234`: rung, model, failure, number of its entry or `-`. */
function attemptText({ rung, model, failure, seq }: Attempt): string {
  const name = encodeURIComponent(model.slice(0, NAME_MAX).toWellFormed());
  return `${rung}:${name}:${failure}:${seq ?? "-"}`;
}

function safe(text: string): string {
  return text.slice(0, NAME_MAX).toWellFormed().replace(UNSAFE, encodeURIComponent);
}
