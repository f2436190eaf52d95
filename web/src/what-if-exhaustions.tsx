/** The times when a resource really ran out, and whether work had left it by then, on both sides. */
import { useState } from "preact/hooks";
import type { Exhaustion, ExhaustionSide, WhatIfView } from "../../src/replay/what-if-view.ts";
import { hashOf } from "./address.ts";
import { count, duration, fullTime, gigabytes } from "./format.ts";
import { type Both, useSay, useSettings } from "./settings.ts";
import { exhaustionCounts } from "./what-if-figures.ts";

const WORDS = {
  title: { zh: "资源真正耗尽的时刻", en: "When a resource really ran out" },
  none: {
    zh: "在这段历史里，没有资源真正耗尽过，所以没有什么可以避开。",
    en: "In this history no resource ever really ran out, so there was nothing to avoid.",
  },
  actual: { zh: "实际", en: "What happened" },
  supposed: { zh: "假设", en: "With the changes" },
  verdict: { zh: "结论", en: "Verdict" },
  when: { zh: "时刻", en: "When" },
  show: { zh: "在图上显示", en: "Show on the strips" },
  free: { zh: "最少只剩 ", en: "free at the worst: " },
  avoided: { zh: "避开了", en: "avoided" },
  added: { zh: "反而没避开", en: "no longer avoided" },
  both: { zh: "两边都及时", en: "both in time" },
  neither: { zh: "两边都太晚", en: "both too late" },
  notExhausted: { zh: "没有耗尽", en: "did not run out" },
  never: { zh: "一直没有避开", en: "never left it" },
  withIt: { zh: "在同一个读数才避开", en: "left it with this very reading" },
  more: { zh: "显示更多", en: "Show more" },
} as const satisfies Record<string, Both>;

const SIGNALS: Readonly<Record<Exhaustion["signal"], Both>> = {
  "vram.used": { zh: "显存", en: "GPU memory" },
  "memory.available": { zh: "内存", en: "Memory" },
};

const FIRST_SHOWN = 8;
const MIB_PER_GB = 1024;

export interface ExhaustionsProps {
  readonly view: WhatIfView;
  readonly zoom: (at: number) => void;
}

export function WhatIfExhaustions({ view: { exhaustions }, zoom }: ExhaustionsProps) {
  const say = useSay();
  const { language } = useSettings();
  const { total, list } = exhaustions;
  const [most, setMost] = useState(FIRST_SHOWN);
  const counts = exhaustionCounts(list);
  return (
    <section aria-labelledby="what-if-exhaustions">
      <h2 id="what-if-exhaustions">{say(WORDS.title)}</h2>
      {total === 0 ? (
        <p>{say(WORDS.none)}</p>
      ) : (
        <>
          <p>{COUNTS[language](counts)}</p>
          <table class="stacked">
            <thead>
              <tr>
                <th scope="col">{say(WORDS.when)}</th>
                <th scope="col">{say(WORDS.actual)}</th>
                <th scope="col">{say(WORDS.supposed)}</th>
                <th scope="col">{say(WORDS.verdict)}</th>
              </tr>
            </thead>
            <tbody>
              {list.slice(0, most).map((one) => (
                <Row key={`${one.signal}${one.seq}`} one={one} zoom={zoom} />
              ))}
            </tbody>
          </table>
          {list.length > most && (
            <button type="button" onClick={() => setMost(list.length)}>
              {say(WORDS.more)} ({count(list.length - most, language)})
            </button>
          )}
        </>
      )}
    </section>
  );
}

type Counts = ReturnType<typeof exhaustionCounts>;

const COUNTS = {
  zh: ({ total, avoided, added }: Counts) =>
    avoided + added === 0
      ? `共 ${total} 次；假设没有让哪一次变好或变坏。`
      : `共 ${total} 次；按假设多避开 ${avoided} 次，少避开 ${added} 次。`,
  en: ({ total, avoided, added }: Counts) =>
    avoided + added === 0
      ? `${total} in all; the changes would have avoided no more and no fewer.`
      : `${total} in all; with the changes ${avoided} more would have been avoided, and ${added} no longer.`,
};

function Row({ one, zoom }: Pick<ExhaustionsProps, "zoom"> & { readonly one: Exhaustion }) {
  const say = useSay();
  const { language } = useSettings();
  const { actual, hypothetical, at, seq, signal } = one;
  const free = Math.min(actual?.free_mib ?? Infinity, hypothetical?.free_mib ?? Infinity);
  const { tone, word } = verdictOf(one);
  return (
    <tr>
      <th scope="row">
        <a href={hashOf("replay", { at: String(seq) })}>{fullTime(at, language)}</a>
        <span class="note">
          {say(SIGNALS[signal])} · {say(WORDS.free)}
          {free < MIB_PER_GB ? `${Math.round(free)} MiB` : gigabytes(free)}
        </span>
      </th>
      <td data-label={say(WORDS.actual)}>{standText(actual, language)}</td>
      <td data-label={say(WORDS.supposed)}>{standText(hypothetical, language)}</td>
      <td data-label={say(WORDS.verdict)}>
        <span class={`tag ${tone}`}>{say(word)}</span>{" "}
        <button type="button" class="small" onClick={() => zoom(at)}>
          {say(WORDS.show)}
        </button>
      </td>
    </tr>
  );
}

function verdictOf({ actual, hypothetical }: Exhaustion): { tone: string; word: Both } {
  const [was, is] = [actual?.off !== false, hypothetical?.off !== false];
  if (was && is) return { tone: "open", word: WORDS.both };
  if (is) return { tone: "good", word: WORDS.avoided };
  return was ? { tone: "bad", word: WORDS.added } : { tone: "open", word: WORDS.neither };
}

function standText(side: ExhaustionSide | null, language: "zh" | "en"): string {
  if (side === null) return WORDS.notExhausted[language];
  const { lead_ms: lead } = side;
  if (lead === null) return WORDS.never[language];
  if (lead === 0) return WORDS.withIt[language];
  return (lead > 0 ? BEFORE : AFTER)[language](duration(Math.abs(lead)));
}

const BEFORE = {
  zh: (time: string) => `${time} 之前就已避开`,
  en: (time: string) => `off it ${time} before`,
};
const AFTER = {
  zh: (time: string) => `${time} 之后才避开`,
  en: (time: string) => `left it ${time} after`,
};
