/** The run that belongs to the changes in the address: begun with them, ended with them. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Language } from "../../src/domain/configuration.ts";
import type { ProfileView } from "../../src/replay/views.ts";
import type { WhatIfView } from "../../src/replay/what-if-view.ts";
import { ask, messageOf, Refused } from "./api.ts";
import { useSettings } from "./settings.ts";
import { type Changes, HOST_KEYS, hostSize, settingsIn } from "./what-if-changes.ts";
import { supposedHost } from "./what-if-host.ts";
import { runWhatIf } from "./what-if-run.ts";

/** What became of a question. */
export type WhatIfRun =
  | { readonly phase: "none" | "cancelled" | "broken" | "busy" }
  /** `share`: 0..1 of the log; `null` = not begun. */
  | { readonly phase: "running"; readonly share: number | null }
  | { readonly phase: "refused"; readonly message: string }
  | { readonly phase: "done"; readonly view: WhatIfView; readonly at: number };

/** Too many runs at once. */
const BUSY = 503;

const CONFLICT = 409;

/** The last answer, for who comes back from another view. */
let kept: { readonly key: string; readonly run: WhatIfRun } | null = null;

/** The run of these changes; `key` names them, `null` = there is nothing to run. */
export function useWhatIf(changes: Changes, key: string | null) {
  const { language } = useSettings();
  const [run, setRun] = useState<WhatIfRun>({ phase: "none" });
  const [attempt, setAttempt] = useState(0);
  const ending = useRef<AbortController | null>(null);
  useEffect(() => {
    if (key === null) return setRun({ phase: "none" });
    if (attempt === 0 && kept?.key === key) return setRun(kept.run);
    const own = new AbortController();
    ending.current = own;
    const put = (next: WhatIfRun) => {
      if (own === ending.current) setRun(next);
    };
    put({ phase: "running", share: null });
    const progress = ({ seq, through }: { seq: number; through: number }) =>
      put({ phase: "running", share: through > 0 ? Math.min(1, seq / through) : null });
    void outcomeOf(changes, { language, signal: own.signal, onProgress: progress }).then((next) => {
      put(next);
      if (next.phase === "done") kept = { key, run: next };
    });
    return () => {
      ending.current = null;
      own.abort();
    };
  }, [key, attempt]);
  return {
    run,
    again: () => setAttempt((before) => before + 1),
    cancel: () => ending.current?.abort(),
  };
}

type Options = Parameters<typeof runWhatIf>[1];

async function outcomeOf(changes: Changes, options: Options): Promise<WhatIfRun> {
  const { signal } = options;
  try {
    const host = await hostFor(changes, options);
    const view = await runWhatIf({ set: settingsIn(changes), host }, options);
    return view === null ? { phase: "broken" } : { phase: "done", view, at: Date.now() };
  } catch (error) {
    if (signal.aborted) return { phase: "cancelled" };
    if (error instanceof Refused)
      return error.status === BUSY
        ? { phase: "busy" }
        : { phase: "refused", message: messageOf(error) };
    return { phase: "broken" };
  }
}

const UNDETECTED: Readonly<Record<Language, string>> = {
  zh: "这台电脑还没有检测完，所以不知道另一台和它有什么不同。请稍后再试。",
  en: "This host is not detected yet, so nothing is known for another one to differ from. Try again in a moment.",
};

/** The supposed host is this one with other sizes; `null` = the recorded one. */
async function hostFor(changes: Changes, { signal, language }: Options) {
  const [vramGb = null, memoryGb = null] = HOST_KEYS.map((key) => hostSize(changes, key));
  if (vramGb === null && memoryGb === null) return null;
  const { host } = await ask<ProfileView>("profile", {}, signal);
  if (host === null) throw new Refused(CONFLICT, UNDETECTED[language]);
  return supposedHost(host, { vramGb, memoryGb });
}
