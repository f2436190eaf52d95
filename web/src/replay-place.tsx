/** Where the replay is: the moment, the rung of that time, and the step that led there. */
import { useEffect, useState } from "preact/hooks";
import type { TransitionOutput } from "../../src/domain/output.ts";
import { capital } from "../../src/policy/wording.ts";
import { REASON_TITLES } from "../../src/policy/words-reasons.ts";
import { TIER_WORDS } from "../../src/policy/words-states.ts";
import type { InexactCode } from "../../src/replay/inexact.ts";
import { hashOf } from "./address.ts";
import { duration, fullTime } from "./format.ts";
import type { PastMoment } from "./replay-moment.ts";
import type { Span, Zoom } from "./replay-time.ts";
import { type Look, lookWord } from "./rung-look.ts";
import { type Both, useSay, useSettings } from "./settings.ts";

const WORDS = {
  moment: { zh: "时刻", en: "Moment" },
  entry: { zh: "序号", en: "entry" },
  rung: { zh: "当时方式", en: "Ran on" },
  detecting: { zh: "正在检测", en: "detecting" },
  since: { zh: "已持续", en: "for" },
  stopped: {
    zh: "这一刻运行时没有运行，没有人在看；这里是它停止之前的样子。",
    en: "The runtime was not running at this moment, and nobody watched; this is how it was before it stopped.",
  },
  copy: { zh: "复制链接", en: "Copy link" },
  copied: { zh: "已复制", en: "Copied" },
  notCopied: { zh: "无法复制，请复制地址栏", en: "Could not copy; take the address bar" },
  whatIf: { zh: "假如设置不同…", en: "What if, from here…" },
  log: { zh: "在日志中查看", en: "See it in the log" },
} as const satisfies Record<string, Both>;

const INEXACT_WORDS: Readonly<Record<InexactCode, Both>> = {
  READINGS_PRUNED: {
    zh: "这一刻的读数已按保留期限删除：状态按记录的变化还原，数值可能较旧。",
    en: "The readings of this moment are no longer kept: the state follows the recorded steps, figures may be older.",
  },
  MACHINE_DIFFERS: {
    zh: "这一段日志由另一个版本写成：这里用本版本的规则重新计算，可能与当时不同。",
    en: "Another version wrote this part of the log: it was folded by the rules of this one, and may differ from then.",
  },
};

interface PlaceProps {
  readonly moment: PastMoment;
  readonly cursor: number;
  /** Nobody watched then. */
  readonly isStopped: boolean;
  readonly zoom: Zoom;
  /** What the curves show. */
  readonly shown: Span;
}

/** The moment: when, on which rung, and the step that led there. */
export function Place({ moment, cursor, isStopped, zoom, shown }: PlaceProps) {
  const say = useSay();
  const { language } = useSettings();
  const { snapshot, seq, step } = moment;
  const { tier, rung } = snapshot;
  const look: Look = rung ?? "detecting";
  return (
    <section class={`place wide edge-${look}`} aria-label={say(WORDS.moment)}>
      <div class="names">
        <p>
          <span class="label">{say(WORDS.moment)}</span>
          <strong class="moment-time">{fullTime(cursor, language)}</strong>
          <span class="quiet">
            {say(WORDS.entry)} #{seq}
          </span>
        </p>
        <p>
          <span class="label">{say(WORDS.rung)}</span>
          <strong class="rung">
            <span class={`swatch look-${look}`} aria-hidden="true" />
            {rung ?? say(WORDS.detecting)}
          </strong>
          <span class="quiet">
            {rung !== null && `${lookWord(look, language, tier)} · `}
            {tier !== null && `${tier} · ${TIER_WORDS[tier][language]()}`}
          </span>
        </p>
      </div>
      <div class="why">
        {step !== null && (
          <>
            <h2>
              {titleOf(step.data as TransitionOutput, language)}{" "}
              <span class="quiet">
                {fullTime(step.at, language)}
                {!isStopped &&
                  cursor > step.at &&
                  ` · ${say(WORDS.since)} ${duration(cursor - step.at)}`}
              </span>
            </h2>
            <p class="sentence">{step.explanation}</p>
          </>
        )}
        {isStopped && <p class="notice">{say(WORDS.stopped)}</p>}
        {(snapshot.inexact ?? []).map((code) => (
          <p class="notice" key={code}>
            {say(INEXACT_WORDS[code])}
          </p>
        ))}
        <p class="links">
          <CopyLink hash={hashOf("replay", { at: String(seq), zoom })} />
          {step !== null && (
            <a href={hashOf("log", { until: new Date(step.at).toISOString() })}>{say(WORDS.log)}</a>
          )}
          <a href={hashOf("what-if", { since: String(shown[0]), until: String(shown[1]) })}>
            {say(WORDS.whatIf)}
          </a>
        </p>
      </div>
    </section>
  );
}

/** The cause of a step in a few words. */
export function titleOf({ reason }: TransitionOutput, language: "zh" | "en"): string {
  return capital(REASON_TITLES[reason.code]?.[language]() ?? reason.code);
}

function CopyLink({ hash }: { readonly hash: string }) {
  const say = useSay();
  const [told, setTold] = useState<"copy" | "copied" | "notCopied">("copy");
  useEffect(() => setTold("copy"), [hash]);
  const copy = async (): Promise<void> => {
    const link = new URL(hash, location.href).href;
    const done = await navigator.clipboard?.writeText(link).then(
      () => true,
      () => false,
    );
    setTold(done === true ? "copied" : "notCopied");
  };
  return (
    <>
      <button type="button" onClick={() => void copy()}>
        {say(WORDS[told])}
      </button>
      <span class="hidden" role="status">
        {told === "copy" ? "" : say(WORDS[told])}
      </span>
    </>
  );
}
