/** One what-if: asked as a stream, so that it tells how far it is; ends with its signal. */
import type { Language } from "../../src/domain/configuration.ts";
import type { WhatIfView } from "../../src/replay/what-if-view.ts";
import { addressFor, Refused, refusalOf } from "./api.ts";
import { createEventReader } from "./event-stream.ts";

/** The service ends a run after ten minutes by itself. */
const TIMEOUT_MS = 610_000;

/** How far a run is: numbers of entries. */
export interface Progress {
  readonly seq: number;
  readonly through: number;
}

export interface WhatIfQuestion {
  readonly set: Readonly<Record<string, string>>;
  /** `null` = the recorded host. */
  readonly host: object | null;
}

export interface RunOptions {
  readonly language: Language;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** Asks; `null` when the answer broke off. Throws `Refused` with the sentence of the problem. */
export async function runWhatIf(
  question: WhatIfQuestion,
  { language, signal, onProgress }: RunOptions,
): Promise<WhatIfView | null> {
  const answer = await fetch(addressFor("what-if", { lang: language }), {
    method: "POST",
    headers: { accept: "text/event-stream", "content-type": "application/json" },
    body: JSON.stringify(question),
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  if (!answer.ok || answer.body === null) throw await refusalOf(answer);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  const take = createEventReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return null;
    for (const { event, data } of take(value)) {
      const said: unknown = JSON.parse(data);
      if (event === "progress") onProgress(said as Progress);
      else if (event === "result") return said as WhatIfView;
      else if (event === "problem") throw refused(said as Problem);
    }
  }
}

interface Problem {
  readonly status?: number;
  readonly title?: string;
  readonly detail?: string;
}

function refused({ status = 500, title = "", detail = title }: Problem): Refused {
  return new Refused(status, detail);
}
