/** Both histories as strips over the same time, what differs marked on both, and ways to look closer. */
import type { WhatIfView } from "../../src/replay/what-if-view.ts";
import { BandLegend, BandNames, BandStrip } from "./band-strip.tsx";
import { count, duration, fullTime, localeOf } from "./format.ts";
import { type Both, useSay, useSettings } from "./settings.ts";
import {
  joinedStretches,
  moved,
  neighbour,
  type Span,
  shownPart,
  spanAround,
  ticksOf,
  zoomed,
} from "./what-if-marks.ts";

const WORDS = {
  title: { zh: "两段历史", en: "Both histories" },
  actual: { zh: "实际", en: "What happened" },
  supposed: { zh: "假设", en: "With the changes" },
  marked: {
    zh: "描边处两边的运行方式不同，点击一处可以放大。",
    en: "Outlined: the rungs differ. Click one to look closer.",
  },
  closer: { zh: "放大", en: "Closer" },
  farther: { zh: "缩小", en: "Farther" },
  earlier: { zh: "向前", en: "Earlier" },
  later: { zh: "向后", en: "Later" },
  before: { zh: "上一处不同", en: "Previous difference" },
  behind: { zh: "下一处不同", en: "Next difference" },
  whole: { zh: "全部", en: "All" },
  tools: { zh: "显示的时间", en: "Shown time" },
  merged: {
    zh: "变化太多，画不下每一个：每一小段显示其中最差的运行方式。",
    en: "There are more changes than places: each place shows the worst rung in it.",
  },
} as const satisfies Record<string, Both>;

/** Marks closer together than this share of the strip are drawn as one. */
const JOINED_SHARE = 0.004;

const NARROW_PX = 700;

export interface StripsProps {
  readonly view: WhatIfView;
  readonly whole: Span;
  readonly span: Span;
  readonly stretches: readonly Span[];
  readonly onSpan: (span: Span) => void;
}

export function WhatIfStrips({ view, whole, span, stretches, onSpan }: StripsProps) {
  const say = useSay();
  const { actual, hypothetical } = view;
  const shown = stretches.map((each) => shownPart(each, span)).filter((part) => part !== null);
  const marks = joinedStretches(shown, (span[1] - span[0]) * JOINED_SHARE);
  const pick = (at: number) => {
    const isNear = marks.some(([from, to]) => from <= at && at <= to);
    onSpan(isNear ? spanAround(at, stretches, whole) : zoomed(span, whole, 0.5, at));
  };
  const sides = [
    { name: say(WORDS.actual), bands: actual.bands },
    { name: say(WORDS.supposed), bands: hypothetical.bands },
  ];
  return (
    <>
      <h2 id="what-if-strips">{say(WORDS.title)}</h2>
      <BandLegend bands={[...actual.bands, ...hypothetical.bands]} />
      <div class="histories">
        {sides.map(({ name, bands }) => (
          <div key={name} class="history">
            <span class="label">{name}</span>
            <BandStrip {...{ bands, span, marks }} label={name} onPick={pick} />
            <BandNames {...{ bands, span }} />
          </div>
        ))}
        <Scale span={span} />
      </div>
      <p class="quiet">
        <SpanWords span={span} shown={shown} /> {stretches.length > 0 && say(WORDS.marked)}
      </p>
      {(actual.bands_merged || hypothetical.bands_merged) && (
        <p class="quiet">{say(WORDS.merged)}</p>
      )}
      <Tools {...{ whole, span, stretches, onSpan }} />
    </>
  );
}

function SpanWords({ span, shown }: { readonly span: Span; readonly shown: readonly Span[] }) {
  const { language } = useSettings();
  const [from, to] = span.map((at) => fullTime(at, language)) as [string, string];
  const figures = { from, to, length: duration(span[1] - span[0]) };
  return <>{SHOWN[language]({ ...figures, differences: count(shown.length, language) })}</>;
}

interface ShownFigures {
  readonly from: string;
  readonly to: string;
  readonly length: string;
  readonly differences: string;
}

const SHOWN = {
  zh: ({ from, to, length, differences }: ShownFigures) =>
    `显示 ${from} 到 ${to}（${length}），其中不同的时段：${differences}。`,
  en: ({ from, to, length, differences }: ShownFigures) =>
    `Shown: ${from} to ${to} (${length}); stretches that differ: ${differences}.`,
};

function Tools({ whole, span, stretches, onSpan }: Omit<StripsProps, "view">) {
  const say = useSay();
  const isWhole = span[0] <= whole[0] && span[1] >= whole[1];
  const [before, behind] = [
    neighbour(stretches, span, "before"),
    neighbour(stretches, span, "behind"),
  ];
  const jump = (to: Span | null) => () => {
    if (to !== null) onSpan(spanAround(to[0], [to], whole));
  };
  return (
    <fieldset class="tools">
      <legend class="hidden">{say(WORDS.tools)}</legend>
      <button type="button" onClick={() => onSpan(zoomed(span, whole, 0.5))}>
        + {say(WORDS.closer)}
      </button>
      <button type="button" disabled={isWhole} onClick={() => onSpan(zoomed(span, whole, 2))}>
        − {say(WORDS.farther)}
      </button>
      <button
        type="button"
        disabled={span[0] <= whole[0]}
        onClick={() => onSpan(moved(span, whole, -0.5))}
      >
        ← {say(WORDS.earlier)}
      </button>
      <button
        type="button"
        disabled={span[1] >= whole[1]}
        onClick={() => onSpan(moved(span, whole, 0.5))}
      >
        {say(WORDS.later)} →
      </button>
      <button type="button" disabled={isWhole} onClick={() => onSpan(whole)}>
        {say(WORDS.whole)}
      </button>
      <button type="button" disabled={before === null} onClick={jump(before)}>
        ⇤ {say(WORDS.before)}
      </button>
      <button type="button" disabled={behind === null} onClick={jump(behind)}>
        {say(WORDS.behind)} ⇥
      </button>
    </fieldset>
  );
}

/** Times below the strips; the sentence below says the same. */
function Scale({ span }: { readonly span: Span }) {
  const { language } = useSettings();
  const most = innerWidth < NARROW_PX ? 3 : 7;
  const offsetMs = -60_000 * new Date(span[0]).getTimezoneOffset();
  const ticks = ticksOf(span, most, offsetMs);
  const step = (ticks[1] ?? span[1]) - (ticks[0] ?? span[0]);
  const isLong = span[1] - span[0] > 86_400_000;
  const options = {
    ...(isLong ? ({ month: "2-digit", day: "2-digit" } as const) : {}),
    ...(step >= 86_400_000 ? {} : ({ hour: "2-digit", minute: "2-digit", hour12: false } as const)),
    ...(step < 60_000 ? ({ second: "2-digit" } as const) : {}),
  };
  return (
    <div class="scale" aria-hidden="true">
      {ticks
        .map((at) => ({ at, share: (at - span[0]) / (span[1] - span[0]) }))
        .filter(({ share }) => share > 0.04 && share < 0.96)
        .map(({ at, share }) => (
          <span key={at} style={{ left: `${share * 100}%` }}>
            {new Date(at).toLocaleString(localeOf(language), options)}
          </span>
        ))}
    </div>
  );
}
