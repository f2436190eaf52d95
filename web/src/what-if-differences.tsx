/** The steps that vanish, appear or move, in the order of time; each can be shown on the strips. */
import { useState } from "preact/hooks";
import { tierAndRungOf } from "../../src/domain/rung.ts";
import { profileText } from "../../src/policy/sentence.ts";
import { REASON_TITLES } from "../../src/policy/words-reasons.ts";
import type { MovedStep, StepView, WhatIfView } from "../../src/replay/what-if-view.ts";
import { hashOf } from "./address.ts";
import { count, duration, fullTime } from "./format.ts";
import { lookOf, lookWord } from "./rung-look.ts";
import { type Both, useSay, useSettings } from "./settings.ts";

const WORDS = {
  title: { zh: "每一步的不同", en: "Step by step" },
  none: { zh: "没有任何一步不同。", en: "No step differs." },
  when: { zh: "时刻", en: "When" },
  what: { zh: "怎样", en: "What" },
  way: { zh: "从 → 到", en: "From → to" },
  why: { zh: "原因", en: "Why" },
  show: { zh: "在图上显示", en: "Show on the strips" },
  more: { zh: "显示更多", en: "Show more" },
  kinds: { zh: "显示哪些", en: "Which of them" },
} as const satisfies Record<string, Both>;

const KINDS = ["vanished", "appeared", "moved"] as const;
type Kind = (typeof KINDS)[number];

const KIND_WORDS: Readonly<Record<Kind, { readonly plural: Both; readonly one: Both }>> = {
  vanished: { plural: { zh: "消失", en: "vanish" }, one: { zh: "消失", en: "vanishes" } },
  appeared: { plural: { zh: "新增", en: "appear" }, one: { zh: "新增", en: "appears" } },
  moved: { plural: { zh: "移动", en: "move" }, one: { zh: "移动", en: "moves" } },
};

const FIRST_SHOWN = 25;
const MORE_SHOWN = 200;

interface Item {
  readonly kind: Kind;
  readonly step: StepView | MovedStep;
}

export interface DifferencesProps {
  readonly view: WhatIfView;
  readonly zoom: (at: number) => void;
}

export function WhatIfDifferences({ view: { differences }, zoom }: DifferencesProps) {
  const say = useSay();
  const { language } = useSettings();
  const [hidden, setHidden] = useState<readonly Kind[]>([]);
  const [most, setMost] = useState(FIRST_SHOWN);
  const total = KINDS.reduce((sum, kind) => sum + differences[kind].total, 0);
  const items = KINDS.filter((kind) => !hidden.includes(kind))
    .flatMap((kind) => differences[kind].list.map((step): Item => ({ kind, step })))
    .sort((one, other) => one.step.at - other.step.at);
  const toggle = (kind: Kind) =>
    setHidden(hidden.includes(kind) ? hidden.filter((each) => each !== kind) : [...hidden, kind]);
  return (
    <section aria-labelledby="what-if-differences">
      <h2 id="what-if-differences">{say(WORDS.title)}</h2>
      {total === 0 ? (
        <p>{say(WORDS.none)}</p>
      ) : (
        <>
          <fieldset class="tools">
            <legend class="hidden">{say(WORDS.kinds)}</legend>
            {KINDS.map((kind) => (
              <button
                key={kind}
                type="button"
                disabled={differences[kind].total === 0}
                aria-pressed={!hidden.includes(kind)}
                onClick={() => toggle(kind)}
              >
                {count(differences[kind].total, language)} {say(KIND_WORDS[kind].plural)}
              </button>
            ))}
          </fieldset>
          <List items={items.slice(0, most)} zoom={zoom} />
          {items.length > most && (
            <button type="button" onClick={() => setMost(most + MORE_SHOWN)}>
              {say(WORDS.more)} ({count(items.length - most, language)})
            </button>
          )}
        </>
      )}
    </section>
  );
}

function List({ items, zoom }: Pick<DifferencesProps, "zoom"> & { items: readonly Item[] }) {
  const say = useSay();
  return (
    <table class="stacked">
      <thead>
        <tr>
          <th scope="col">{say(WORDS.when)}</th>
          <th scope="col">{say(WORDS.what)}</th>
          <th scope="col">{say(WORDS.way)}</th>
          <th scope="col">{say(WORDS.why)}</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <Row key={`${item.kind}${item.step.seq}`} item={item} zoom={zoom} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ item, zoom }: Pick<DifferencesProps, "zoom"> & { readonly item: Item }) {
  const say = useSay();
  const { language } = useSettings();
  const { kind, step } = item;
  const { seq, at, from, to, code } = step;
  return (
    <tr>
      <th scope="row">
        <a href={hashOf("replay", { at: String(seq) })}>{fullTime(at, language)}</a>
      </th>
      <td data-label={say(WORDS.what)}>
        <span class={`tag kind-${kind}`}>{say(KIND_WORDS[kind].one)}</span>
        {"delta_ms" in step && ` ${movedText(step.delta_ms, language)}`}
      </td>
      <td data-label={say(WORDS.way)}>
        <Place profile={from} other={to} /> → <Place profile={to} other={from} />
      </td>
      <td data-label={say(WORDS.why)}>{REASON_TITLES[code][language]()}</td>
      <td>
        <button type="button" class="small" onClick={() => zoom(at)}>
          {say(WORDS.show)}
        </button>
      </td>
    </tr>
  );
}

/** Within a tier the rung says enough. */
function Place({ profile, other }: { readonly profile: string; readonly other: string }) {
  const { language } = useSettings();
  const [place, there] = [tierAndRungOf(profile), tierAndRungOf(other)];
  const look = lookOf({ profile, rung: place?.rung ?? null });
  const isSameTier = place !== null && place.tier === there?.tier;
  return (
    <>
      <span class={`swatch look-${look}`} aria-hidden="true" />{" "}
      {isSameTier ? lookWord(look, language, place.tier) : profileText(profile, language)}
    </>
  );
}

function movedText(deltaMs: number, language: "zh" | "en"): string {
  return (deltaMs < 0 ? SOONER : LATER)[language](duration(Math.abs(deltaMs)));
}

const SOONER = {
  zh: (time: string) => `提前 ${time}`,
  en: (time: string) => `${time} earlier`,
};
const LATER = {
  zh: (time: string) => `推迟 ${time}`,
  en: (time: string) => `${time} later`,
};
