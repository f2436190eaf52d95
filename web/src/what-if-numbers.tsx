/** Both histories in figures, and in words which of them is better. */
import type { Rung } from "../../src/domain/rung.ts";
import type { SideView, WhatIfView } from "../../src/replay/what-if-view.ts";
import { count, duration, percent } from "./format.ts";
import { lookWord } from "./rung-look.ts";
import { type Both, useSay, useSettings } from "./settings.ts";
import {
  exhaustionCounts,
  type Figure,
  type FigureKey,
  figuresOf,
  type Verdict,
} from "./what-if-figures.ts";

const WORDS = {
  title: { zh: "对比", en: "In figures" },
  figure: { zh: "项目", en: "Figure" },
  actual: { zh: "实际", en: "What happened" },
  supposed: { zh: "假设", en: "With the changes" },
  change: { zh: "差别", en: "Difference" },
  time: { zh: "时间：", en: "Time: " },
} as const satisfies Record<string, Both>;

const FIGURES: Readonly<Record<Exclude<FigureKey, `time.${string}`>, Both>> = {
  steps: { zh: "升降级次数", en: "Steps" },
  steps_per_hour: { zh: "每小时升降级", en: "Steps per hour" },
  local_share: { zh: "在本机运行的时间", en: "Time that work ran on this host" },
  vram_limit: {
    zh: "使用显存时到达“耗尽”界限的读数",
    en: "Readings at or over “exhausted” while GPU memory was used",
  },
  memory_limit: {
    zh: "使用内存时到达“耗尽”界限的读数",
    en: "Readings at or over “exhausted” while memory was used",
  },
  in_time: { zh: "真正耗尽前及时避开", en: "Real exhaustions met in time" },
};

const VERDICTS: Readonly<Record<Verdict, { readonly tone: string; readonly word: Both }>> = {
  better: { tone: "good", word: { zh: "更好", en: "better" } },
  worse: { tone: "worse", word: { zh: "更差", en: "worse" } },
  same: { tone: "open", word: { zh: "相同", en: "the same" } },
  other: { tone: "open", word: { zh: "不同", en: "different" } },
};

export function WhatIfNumbers({ view }: { readonly view: WhatIfView }) {
  const say = useSay();
  return (
    <>
      <h2 id="what-if-numbers">{say(WORDS.title)}</h2>
      <table class="stacked numbers">
        <thead>
          <tr>
            <th scope="col">{say(WORDS.figure)}</th>
            <th scope="col">{say(WORDS.actual)}</th>
            <th scope="col">{say(WORDS.supposed)}</th>
            <th scope="col">{say(WORDS.change)}</th>
          </tr>
        </thead>
        <tbody>
          {figuresOf(view).map((figure) => (
            <Row key={figure.key} figure={figure} view={view} />
          ))}
        </tbody>
      </table>
    </>
  );
}

function Row({ figure, view }: { readonly figure: Figure; readonly view: WhatIfView }) {
  const say = useSay();
  const { language } = useSettings();
  const { key, actual, hypothetical, verdict } = figure;
  const rung = key.startsWith("time.") ? (key.slice(5) as Rung | "detecting") : null;
  const name =
    rung === null
      ? say(FIGURES[key as keyof typeof FIGURES])
      : say(WORDS.time) + lookWord(rung, language);
  const { tone, word } = VERDICTS[verdict];
  const text = textsFor(key, view, language);
  const delta = actual === null || hypothetical === null ? 0 : hypothetical - actual;
  const sign = delta > 0 ? "+" : "−";
  return (
    <tr>
      <th scope="row">{name}</th>
      <td data-label={say(WORDS.actual)}>{text.value(actual, view.actual)}</td>
      <td data-label={say(WORDS.supposed)}>{text.value(hypothetical, view.hypothetical)}</td>
      <td data-label={say(WORDS.change)}>
        {delta !== 0 && `${sign}${text.delta(Math.abs(delta))} `}
        <span class={`tag ${tone}`}>{say(word)}</span>
      </td>
    </tr>
  );
}

interface Texts {
  readonly value: (value: number | null, side: SideView) => string;
  readonly delta: (value: number) => string;
}

function textsFor(key: FigureKey, view: WhatIfView, language: "zh" | "en"): Texts {
  const whole = (value: number | null) => count(value, language);
  if (key.startsWith("time.")) {
    const { watched_ms: watched } = view;
    const share = (ms: number | null) =>
      ms === null || watched === 0 ? "" : ` (${percent((ms / watched) * 100)})`;
    return { value: (ms) => duration(ms) + share(ms), delta: duration };
  }
  if (key === "steps_per_hour") {
    const text = (value: number | null) => value?.toFixed(1) ?? "–";
    return { value: text, delta: text };
  }
  if (key === "local_share") {
    const text = (value: number | null) => percent(value === null ? null : value * 100);
    return { value: text, delta: text };
  }
  if (key === "in_time") {
    const { total } = exhaustionCounts(view.exhaustions.list);
    return { value: (value) => `${whole(value)} / ${whole(total)}`, delta: whole };
  }
  if (key === "steps") return { value: whole, delta: whole };
  const resource = key === "vram_limit" ? "vram" : "memory";
  return {
    value: (value, side) => {
      const { episodes } = side[resource];
      return value === 0 ? "0" : `${whole(value)} (${EPISODES[language](episodes)})`;
    },
    delta: whole,
  };
}

const EPISODES = {
  zh: (episodes: number) => `分 ${episodes} 次`,
  en: (episodes: number) => `on ${episodes} ${episodes === 1 ? "occasion" : "occasions"}`,
};
