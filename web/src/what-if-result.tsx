/** The answer of a what-if: in a sentence, as two strips, in figures, step by step, and what to bear in mind. */

import { useRef } from "preact/hooks";
import { profileText, sentenceOf } from "../../src/policy/sentence.ts";
import type { WhatIfView } from "../../src/replay/what-if-view.ts";
import { hashOf } from "./address.ts";
import { count, duration, fullTime, percent } from "./format.ts";
import { type Both, useSay, useSettings } from "./settings.ts";
import { type Changes, isHostKey } from "./what-if-changes.ts";
import { WhatIfDifferences } from "./what-if-differences.tsx";
import { WhatIfExhaustions } from "./what-if-exhaustions.tsx";
import { differingStretches, firstSpan, lengthOf, type Span, spanAround } from "./what-if-marks.ts";
import { WhatIfNumbers } from "./what-if-numbers.tsx";
import { WhatIfStrips } from "./what-if-strips.tsx";
import {
  hostText,
  INEXACT_WORDS,
  REMARK_WORDS,
  settingName,
  settingText,
} from "./what-if-words.ts";

const WORDS = {
  title: { zh: "结果", en: "What would have been" },
  empty: {
    zh: "日志还是空的，没有历史可以重算。让运行时观察一段时间，再回来看看。",
    en: "The log is empty yet: there is no history to go through. Let the runtime watch for a while, then come back.",
  },
  unchanged: {
    zh: "这些值和记录时的设置完全一样，所以什么也没有改变。换一个值再试。",
    en: "These are the very settings that were in force, so nothing was changed. Try another value.",
  },
  same: {
    zh: "什么都不会不同：每一步都会在同一时刻发生。",
    en: "Nothing would have been different: every step would have come at the same moment.",
  },
  sameWhy: {
    zh: "在这段历史里，测量值没有落在新旧界限之间。试试更大的改变，或者等日志更长一些。",
    en: "In this history no measurement fell between the old limits and the new ones. Try a larger change, or wait for a longer log.",
  },
  fixed: {
    zh: "请注意：这里用的是当时测到的值。如果当时真的按这些规则运行，程序的用量会不同，曲线本身也会不同。把它当作参考，不是预言。",
    en: "Bear in mind: these are the values that were measured then. Under other rules work would have run elsewhere, and the curves themselves would have been different in truth. Read it as a hint, not as a prophecy.",
  },
  inexact: { zh: "不精确：", en: "Not exact: " },
  first: { zh: "第一处不同", en: "First difference" },
  actual: { zh: "实际", en: "what happened" },
  supposed: { zh: "假设", en: "with the changes" },
  moment: { zh: "查看那一刻", en: "See that moment" },
  show: { zh: "在图上显示", en: "Show it on the strips" },
  changed: { zh: "改了什么", en: "What was changed" },
  host: { zh: "电脑", en: "Host" },
  command: { zh: "命令行的写法", en: "The same on the command line" },
} as const satisfies Record<string, Both>;

export interface ResultProps {
  readonly view: WhatIfView;
  readonly changes: Changes;
  /** The part of time in the address; `null` = what is shown at first. */
  readonly shown: Span | null;
  readonly onSpan: (span: Span | null) => void;
}

export function WhatIfResult({ view, changes, shown, onSpan }: ResultProps) {
  const say = useSay();
  const strips = useRef<HTMLElement>(null);
  const { first_at, last_at, remarks } = view;
  if (first_at === null || last_at === null || remarks.includes("LOG_EMPTY"))
    return <p class="empty">{say(WORDS.empty)}</p>;
  if (remarks.includes("NOTHING_CHANGED")) return <p class="empty">{say(WORDS.unchanged)}</p>;
  const whole: Span = [first_at, last_at];
  const stretches = differingStretches(view.actual.bands, view.hypothetical.bands, whole);
  const first = firstSpan(stretches, whole);
  const show = (span: Span) => onSpan(span[0] === first[0] && span[1] === first[1] ? null : span);
  const zoom = (at: number) => {
    show(spanAround(at, stretches, whole));
    strips.current?.scrollIntoView({ block: "nearest" });
  };
  return (
    <>
      <section aria-labelledby="what-if-answer">
        <h2 id="what-if-answer">{say(WORDS.title)}</h2>
        <Verdict view={view} differingMs={lengthOf(stretches)} zoom={zoom} />
        <Caveats view={view} />
        <Changed view={view} changes={changes} />
      </section>
      <section aria-labelledby="what-if-strips" ref={strips}>
        <WhatIfStrips {...{ view, whole, stretches }} span={shown ?? first} onSpan={show} />
      </section>
      <section aria-labelledby="what-if-numbers">
        <WhatIfNumbers view={view} />
      </section>
      <WhatIfExhaustions view={view} zoom={zoom} />
      <WhatIfDifferences view={view} zoom={zoom} />
    </>
  );
}

interface VerdictProps {
  readonly view: WhatIfView;
  readonly differingMs: number;
  readonly zoom: (at: number) => void;
}

/** The answer in a sentence or two, and where it begins. */
function Verdict({ view, differingMs, zoom }: VerdictProps) {
  const say = useSay();
  const { language } = useSettings();
  const { first_divergence: parted, actual, hypothetical, watched_ms } = view;
  if (parted === null)
    return (
      <>
        <p class="sentence">{say(WORDS.same)}</p>
        <p>{say(WORDS.sameWhy)}</p>
      </>
    );
  const [was, is] = [actual.transitions, hypothetical.transitions].map((each) =>
    count(each, language),
  ) as [string, string];
  const share = percent(watched_ms === 0 ? null : (differingMs / watched_ms) * 100);
  const time = { length: duration(differingMs), share, watched: duration(watched_ms) };
  const side = parted.moved === "actual" ? WORDS.actual : WORDS.supposed;
  return (
    <>
      <p class="sentence">{SUMMARY[language]({ was, is, ...time })}</p>
      <p>
        <strong>{say(WORDS.first)}</strong>: {fullTime(parted.at, language)}.{" "}
        {DIVERGED[language](
          profileText(parted.hypothetical.profile, language),
          profileText(parted.actual.profile, language),
        )}
        {parted.cause !== null && (
          <>
            {" "}
            <span class="tag open">{say(side)}</span> {sentenceOf(parted.cause, language)}
          </>
        )}
      </p>
      <p class="buttons">
        <button type="button" onClick={() => zoom(parted.at)}>
          {say(WORDS.show)}
        </button>
        <a class="button" href={hashOf("replay", { at: String(parted.seq) })}>
          {say(WORDS.moment)}
        </a>
      </p>
    </>
  );
}

interface SummaryFigures {
  readonly was: string;
  readonly is: string;
  readonly length: string;
  readonly share: string;
  readonly watched: string;
}

const SUMMARY = {
  zh: ({ was, is, length, share, watched }: SummaryFigures) =>
    `${was === is ? `升降级次数不变，仍是 ${was} 次` : `升降级会是 ${is} 次，实际是 ${was} 次`}；在观察的 ${watched} 里，有 ${length}（${share}）会以另一种方式运行。`,
  en: ({ was, is, length, share, watched }: SummaryFigures) =>
    `${was === is ? `As many steps as there were, ${was}` : `${is} ${is === "1" ? "step" : "steps"} instead of ${was}`}; for ${length} of ${watched} (${share}) work would have run on another rung.`,
};

const DIVERGED = {
  zh: (supposed: string, actual: string) => `假设下会在“${supposed}”，实际在“${actual}”。`,
  en: (supposed: string, actual: string) =>
    `With the changes it would have been on “${supposed}”, while it was on “${actual}”.`,
};

function Caveats({ view: { inexact, remarks } }: { readonly view: WhatIfView }) {
  const say = useSay();
  const said = remarks.map((code) => REMARK_WORDS[code]).filter((words) => words !== null);
  return (
    <div class="caveats">
      <p>{say(WORDS.fixed)}</p>
      {inexact.length + said.length > 0 && (
        <ul>
          {inexact.map((code) => (
            <li key={code}>
              <strong>{say(WORDS.inexact)}</strong>
              {say(INEXACT_WORDS[code])}
            </li>
          ))}
          {said.map((words) => (
            <li key={words.en}>{say(words)}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** What the service understood, from and to; and the same for a terminal. */
function Changed({ view, changes }: { readonly view: WhatIfView; readonly changes: Changes }) {
  const say = useSay();
  const { language } = useSettings();
  const { settings, host } = view.changes;
  const sets = Object.entries(changes).filter(([key]) => !isHostKey(key));
  const command = ["runtime-profile what-if", ...sets.map(setText)].join(" ");
  return (
    <details class="changed-list">
      <summary>{say(WORDS.changed)}</summary>
      <ul>
        {settings.map(({ path, from, to }) => (
          <li key={path}>
            {settingName(path, language)} <code>{path.replace(/^thresholds\./, "")}</code>:{" "}
            {settingText(path, from, language)} → <strong>{settingText(path, to, language)}</strong>
          </li>
        ))}
        {host !== null && (
          <li>
            {say(WORDS.host)}: {hostText(host.from, language)} →{" "}
            <strong>{hostText(host.to, language)}</strong>
          </li>
        )}
      </ul>
      {host === null && sets.length > 0 && (
        <p class="quiet">
          {say(WORDS.command)}: <code>{command}</code>
        </p>
      )}
    </details>
  );
}

function setText([key, text]: readonly [string, string]): string {
  const assignment = `${key}=${text}`;
  return `--set ${/^[\w.%=-]+$/.test(assignment) ? assignment : `'${assignment.replaceAll("'", "'\\''")}'`}`;
}
