/**
 * What if: the recorded history under other settings or on another host, beside what happened.
 *
 * The address holds what was asked, so it can be sent to somebody: who opens it gets the answer at once,
 * for a run only reads, has its bounds, and can be cancelled. The form holds what will be asked next.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { DEFAULT_CONFIGURATION } from "../../src/domain/configuration.ts";
import { goTo, hashOf, useAddress } from "./address.ts";
import { usePresent } from "./present.ts";
import { type Both, useSay } from "./settings.ts";
import { useWhatIf, type WhatIfRun } from "./what-if-asked.ts";
import { changesOf, type Draft, draftOf, isSameDraft, problemsOf } from "./what-if-changes.ts";
import { WhatIfForm } from "./what-if-form.tsx";
import type { Span } from "./what-if-marks.ts";
import { WhatIfResult } from "./what-if-result.tsx";
import "./style/what-if.css";

const WORDS = {
  loading: { zh: "正在询问运行时…", en: "Asking the runtime…" },
  none: {
    zh: "这里将并排显示两段历史：实际发生的，和按你的假设会发生的。",
    en: "Here two histories will stand side by side: what happened, and what would have happened.",
  },
  noneHow: {
    zh: "从一个例子开始，或者移动一个滑块，然后按“重算历史”。",
    en: "Begin with one of the examples or move a slider, then press “Go through the log”.",
  },
  running: { zh: "正在重算历史", en: "Going through the log" },
  cancelled: { zh: "已取消。", en: "Cancelled." },
  broken: {
    zh: "回答中断了：连接断开，或服务正在停止。",
    en: "The answer broke off: the connection was lost, or the service is stopping.",
  },
  busy: {
    zh: "已经有两个长时间的重算在运行，同时最多两个。请等其中一个结束，几秒后再试。",
    en: "Two long runs are under way already, and there can be no more at once. Let one of them end and try again in a few seconds.",
  },
  refused: { zh: "服务没有接受：", en: "The service did not accept this: " },
  again: { zh: "再试一次", en: "Try again" },
  newer: {
    zh: "表单里的值已经改动，下面仍是之前的结果。",
    en: "The form was changed; below is still the answer from before.",
  },
} as const satisfies Record<string, Both>;

/** Narrower than this everything stands in one column, as the style sheet has it. */
const ONE_COLUMN_PX = 992;

export function WhatIfPage() {
  const say = useSay();
  const { query } = useAddress();
  const { configuration: newest, status, problem } = usePresent();
  const asked = draftOf(query);
  const changes = changesOf(asked);
  const configuration = newest ?? DEFAULT_CONFIGURATION;
  const isReady = status !== null;
  const isPossible = isReady && problemsOf(asked, configuration).length === 0;
  const text = JSON.stringify(changes);
  const isAsked = isPossible && text !== "{}";
  const { run, again, cancel } = useWhatIf(changes, isAsked ? text : null);
  const [draft, setDraft] = useState<Draft>(asked);
  const answer = useRef<HTMLDivElement>(null);
  // Where the answer stands below the form, it comes into sight with its run.
  const isFollowed = useRef(false);
  useEffect(() => {
    if (run.phase === "running") isFollowed.current = true;
    if (isFollowed.current && innerWidth < ONE_COLUMN_PX) answer.current?.scrollIntoView();
    if (run.phase !== "running") isFollowed.current = false;
  }, [run.phase]);
  useEffect(() => setDraft(asked), [text]);
  if (!isReady) return <p class="empty">{problem ?? say(WORDS.loading)}</p>;
  const isSame = isSameDraft(draft, asked);
  return (
    <div class="what-if">
      <section>
        <WhatIfForm
          configuration={configuration}
          draft={draft}
          problems={problemsOf(draft, configuration)}
          isRunning={run.phase === "running"}
          onDraft={setDraft}
          onRun={() => (isSame ? again() : goTo(hashOf("what-if", changesOf(draft))))}
          onCancel={cancel}
        />
      </section>
      <div class="answer" ref={answer}>
        <State run={run} again={again} />
        {run.phase === "done" && !isSame && <p class="notice">{say(WORDS.newer)}</p>}
        {run.phase === "done" && (
          <WhatIfResult
            key={run.at}
            view={run.view}
            changes={changes}
            shown={spanIn(query)}
            onSpan={(span) => goTo(hashOf("what-if", { ...changes, ...spanText(span) }), "replace")}
          />
        )}
      </div>
    </div>
  );
}

/** Where a run stands while there is no answer; the place stays, so that every change is read aloud. */
function State({ run, again }: { readonly run: WhatIfRun; readonly again: () => void }) {
  const say = useSay();
  const isFailed = run.phase !== "none" && run.phase !== "running" && run.phase !== "done";
  return (
    <div role="status">
      {run.phase === "none" && (
        <section class="nothing">
          <p>{say(WORDS.none)}</p>
          <p class="quiet">{say(WORDS.noneHow)}</p>
        </section>
      )}
      {run.phase === "running" && <Running share={run.share} />}
      {isFailed && (
        <section class="nothing">
          <p class={run.phase === "cancelled" ? undefined : "problem"}>
            {run.phase === "refused" ? say(WORDS.refused) + run.message : say(WORDS[run.phase])}
          </p>
          <button type="button" onClick={again}>
            {say(WORDS.again)}
          </button>
        </section>
      )}
    </div>
  );
}

function Running({ share }: { readonly share: number | null }) {
  const say = useSay();
  const percent = share === null ? null : Math.floor(share * 100);
  return (
    <section class="running">
      <label>
        {say(WORDS.running)} <strong>{percent === null ? "…" : `${percent} %`}</strong>
        <progress max={100} value={percent ?? undefined} />
      </label>
    </section>
  );
}

/** The shown part in the address; `null` = none is said. */
function spanIn(query: URLSearchParams): Span | null {
  const [since, until] = [Number(query.get("since")), Number(query.get("until"))];
  return since > 0 && until > since ? [since, until] : null;
}

function spanText(span: Span | null): Record<string, string> {
  return span === null ? {} : { since: String(span[0]), until: String(span[1]) };
}
