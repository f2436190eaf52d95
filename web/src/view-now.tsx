/** Now: what this computer is, how work runs on it, why, and what would change that. */
import { TIER_WORDS } from "../../src/policy/words-states.ts";
import { hashOf } from "./address.ts";
import { Advice } from "./advice.tsx";
import { CloudUse } from "./cloud-use.tsx";
import { clockTime, duration } from "./format.ts";
import { HoldControls } from "./hold-controls.tsx";
import { NowCurves } from "./now-curves.tsx";
import { PolicyTable } from "./policy-table.tsx";
import { usePresent } from "./present.ts";
import { type Look, lookWord } from "./rung-look.ts";
import { type Both, useSay, useSettings } from "./settings.ts";
import { Signals } from "./signals.tsx";
import { StateChart } from "./state-chart.tsx";

const WORDS = {
  loading: { zh: "正在询问运行时…", en: "Asking the runtime…" },
  detecting: { zh: "正在检测这台电脑…", en: "Detecting this computer…" },
  tier: { zh: "级别", en: "Tier" },
  rung: { zh: "当前方式", en: "Runs on" },
  degraded: { zh: "已降级", en: "degraded" },
  best: { zh: "最佳方式", en: "its best" },
  why: { zh: "为什么", en: "Why" },
  moment: { zh: "查看那一刻", en: "See that moment" },
  policy: { zh: "执行策略", en: "How work runs" },
  refused: {
    zh: "现在不接收新任务；请在这段时间后再试：",
    en: "New work is refused now; ask again in ",
  },
  curves: { zh: "测量值", en: "Measured" },
  chart: { zh: "状态图", en: "Statechart" },
  chartNote: {
    zh: "蓝色是现在所在的状态，粗箭头是最近一步。",
    en: "Blue is where it is now; the strong arrow is the last step.",
  },
  signals: { zh: "信号", en: "Signals" },
  full: { zh: "完整说明", en: "The whole explanation" },
} as const satisfies Record<string, Both>;

export function NowView() {
  const say = useSay();
  const { status, explain, problem } = usePresent();
  if (status === null || explain === null) {
    return <p class="empty">{problem ?? say(WORDS.loading)}</p>;
  }
  const { policy } = status;
  return (
    <div class="now">
      <Place />
      <CloudUse />
      <section aria-labelledby="policy">
        <h2 id="policy">{say(WORDS.policy)}</h2>
        <PolicyTable policy={policy} />
        {policy.retry_after_ms !== null && (
          <p class="notice">{say(WORDS.refused) + duration(policy.retry_after_ms)}</p>
        )}
      </section>
      <section aria-labelledby="signals">
        <h2 id="signals">{say(WORDS.signals)}</h2>
        <Signals state={explain.state} />
      </section>
      <section class="wide" aria-labelledby="curves">
        <h2 id="curves">{say(WORDS.curves)}</h2>
        <NowCurves />
      </section>
      <section class="wide" aria-labelledby="chart">
        <h2 id="chart">{say(WORDS.chart)}</h2>
        <p class="quiet">{say(WORDS.chartNote)}</p>
        <StateChart at={null} tier={policy.tier} version={JSON.stringify(explain.state)} />
      </section>
      <Advice details={status.recommendation_details} />
      <details class="wide">
        <summary>{say(WORDS.full)}</summary>
        <pre class="whole">{explain.explanation}</pre>
      </details>
    </div>
  );
}

/** Tier, rung, and the sentences that belong to them. */
function Place() {
  const say = useSay();
  const { language } = useSettings();
  const { status, explain } = usePresent();
  if (status === null || explain === null) return null;
  const { class: tier, rung, degraded } = status.profile;
  const last = explain.chain.at(-1) ?? null;
  const look: Look = rung ?? "detecting";
  return (
    <section class={`place wide edge-${look}`} aria-label={say(WORDS.rung)}>
      <div class="names">
        <p>
          <span class="label">{say(WORDS.tier)}</span>
          <strong>{tier ?? say(WORDS.detecting)}</strong>
          {tier !== null && <span class="quiet">{TIER_WORDS[tier][language]()}</span>}
        </p>
        <p>
          <span class="label">{say(WORDS.rung)}</span>
          <strong class="rung">
            <span class={`swatch look-${look}`} aria-hidden="true" />
            {rung === null ? "–" : rung}
          </strong>
          {rung !== null && (
            <span class="quiet">
              {lookWord(look, language, tier)} · {say(degraded ? WORDS.degraded : WORDS.best)}
            </span>
          )}
        </p>
        <HoldControls />
      </div>
      <div class="why">
        <h2>{say(WORDS.why)}</h2>
        <p class="sentence" role="status">
          {last === null ? say(WORDS.detecting) : last.sentence}
        </p>
        <ul>
          {explain.sentences
            .filter((sentence) => last === null || !sentence.endsWith(last.sentence))
            .map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
        </ul>
        {last !== null && (
          <p class="quiet">
            {clockTime(last.at, language, Date.now())} · <code>{last.code}</code> ·{" "}
            <a href={hashOf("replay", { at: String(last.seq) })}>{say(WORDS.moment)}</a>
          </p>
        )}
      </div>
    </section>
  );
}
