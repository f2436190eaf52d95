/** One row of the log: when, from where to where, why; it opens to the whole reason record. */
import type { EffectReported } from "../../src/domain/input.ts";
import type { FactOutput, TransitionOutput } from "../../src/domain/output.ts";
import { capital } from "../../src/policy/wording.ts";
import { effectText } from "../../src/policy/words-effects.ts";
import { REASON_TITLES } from "../../src/policy/words-reasons.ts";
import { REGION_NAMES } from "../../src/policy/words-states.ts";
import { hashOf } from "./address.ts";
import { addressFor, type ExplainedEntry } from "./api.ts";
import { clockTime } from "./format.ts";
import { type RecordLine, recordLines, refusedLines } from "./log-record.ts";
import { lookOf, lookWord, rungIn, tierIn } from "./rung-look.ts";
import { type Both, useSay, useSettings } from "./settings.ts";

const WORDS = {
  details: { zh: "详细记录", en: "Reason record" },
  entry: { zh: "内容", en: "Content" },
  to: { zh: "变为", en: "to" },
  refused: { zh: "没有采用的更好方式", en: "Better ways that were not taken" },
  moment: { zh: "查看那一刻", en: "See that moment" },
  json: { zh: "原始 JSON", en: "Raw JSON" },
  colon: { zh: "：", en: ": " },
} as const satisfies Record<string, Both>;

export interface LogRowProps {
  readonly entry: ExplainedEntry;
  readonly isOpen: boolean;
  readonly toggle: (seq: number) => void;
}

export function LogRow({ entry, isOpen, toggle }: LogRowProps) {
  const say = useSay();
  const { language } = useSettings();
  const id = `record-${entry.seq}`;
  const isStep = entry.type === "transition";
  return (
    <li class={`row ${isStep ? "step" : "other"}`}>
      <div class="when">
        <button
          type="button"
          class="opener"
          aria-expanded={isOpen}
          aria-controls={isOpen ? id : undefined}
          onClick={() => toggle(entry.seq)}
        >
          <span class="sign" aria-hidden="true" />
          <time dateTime={new Date(entry.at).toISOString()}>
            {clockTime(entry.at, language, Date.now())}
          </time>
          <span class="hidden">
            {" "}
            {say(isStep ? WORDS.details : WORDS.entry)} #{entry.seq}
          </span>
        </button>
        <span class="quiet number" aria-hidden="true">
          #{entry.seq}
        </span>
      </div>
      {isStep ? <Step entry={entry} /> : <Other entry={entry} />}
      {isOpen && (
        <div class="record" id={id}>
          {isStep ? <Record entry={entry} /> : <pre class="whole">{jsonOf(entry.data)}</pre>}
          <p class="links">
            <a href={hashOf("replay", { at: String(entry.seq) })}>{say(WORDS.moment)}</a>
            <a href={addressFor(`events/${entry.seq}`, { lang: language })}>{say(WORDS.json)}</a>
          </p>
        </div>
      )}
    </li>
  );
}

function Step({ entry }: { readonly entry: ExplainedEntry }) {
  const say = useSay();
  const { language } = useSettings();
  const { from, to, reason } = entry.data as TransitionOutput;
  return (
    <>
      <div class="way">
        <span class="from">
          <RungName profile={from} />
        </span>
        <span class="to">
          <span aria-hidden="true">→</span>
          <span class="hidden">{say(WORDS.to)}</span>{" "}
          <strong>
            <RungName profile={to} />
          </strong>
        </span>
        {tierIn(to) !== tierIn(from) && <span class="quiet tier">{tierIn(to)}</span>}
      </div>
      <div class="cause">
        <strong>{capital(REASON_TITLES[reason.code]?.[language]() ?? reason.code)}</strong>{" "}
        <code class="quiet">{reason.code}</code>
        <p>{entry.explanation}</p>
      </div>
    </>
  );
}

/** A rung with its colour and its name. */
function RungName({ profile }: { readonly profile: string }) {
  const { language } = useSettings();
  const look = lookOf({ profile, rung: rungIn(profile) });
  return (
    <span class="rung-name">
      <span class={`swatch look-${look}`} aria-hidden="true" />
      {lookWord(look, language, tierIn(profile))}
    </span>
  );
}

function Record({ entry }: { readonly entry: ExplainedEntry }) {
  const say = useSay();
  const { language } = useSettings();
  const { reason } = entry.data as TransitionOutput;
  const refused = refusedLines(reason, language);
  return (
    <>
      <dl>
        {recordLines(reason, language).map(({ name, text, code }: RecordLine) => (
          <div key={name.en}>
            <dt>{say(name)}</dt>
            <dd>
              {text} {code !== null && <code class="quiet">{code}</code>}
            </dd>
          </div>
        ))}
      </dl>
      {refused.length > 0 && (
        <>
          <h2>{say(WORDS.refused)}</h2>
          <ul>
            {refused.map(({ rung, name, why, code }) => (
              <li key={rung}>
                <span class={`swatch look-${rung}`} aria-hidden="true" /> {name}
                {say(WORDS.colon)}
                {why} <code class="quiet">{code}</code>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

/** An entry that is no step: its type, and what fits into a line. */
function Other({ entry }: { readonly entry: ExplainedEntry }) {
  return (
    <>
      <div class="way">
        <code>{entry.type}</code>
      </div>
      <div class="cause">
        <p>
          <Brief entry={entry} />
        </p>
      </div>
    </>
  );
}

const BRIEF_MAX = 160;

function Brief({ entry }: { readonly entry: ExplainedEntry }) {
  const { language } = useSettings();
  if (entry.type === "fact") {
    const { region, from, to } = entry.data as FactOutput;
    return (
      <>
        {REGION_NAMES[region]?.[language]() ?? region}: {from} → {to}
      </>
    );
  }
  if (entry.type === "effect.finished" || entry.type === "effect.failed") {
    const effect = entry.data as EffectReported;
    const said = effectText(effect, language);
    if (said !== effect.effect) return <>{said}</>;
  }
  const parts = Object.entries(entry.data as object).flatMap(([key, value]) => {
    const said = Array.isArray(value) ? value.filter(isPlain).join(", ") : value;
    return isPlain(said) && said !== "" && !key.endsWith("_hash") ? [`${key}: ${said}`] : [];
  });
  const text = parts.join(" · ");
  return <>{text.length > BRIEF_MAX ? `${text.slice(0, BRIEF_MAX)}…` : text}</>;
}

/** Nested things stand in the opened row. */
function isPlain(value: unknown): value is string | number | boolean {
  return value !== null && value !== undefined && typeof value !== "object";
}

function jsonOf(data: unknown): string {
  return JSON.stringify(data, null, 2);
}
