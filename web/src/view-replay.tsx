/** Replay: the runtime as it was at any moment of its log, and the way from moment to moment. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { TransitionOutput } from "../../src/domain/output.ts";
import { capital } from "../../src/policy/wording.ts";
import { REASON_TITLES } from "../../src/policy/words-reasons.ts";
import { TIER_WORDS } from "../../src/policy/words-states.ts";
import type { InexactCode } from "../../src/replay/inexact.ts";
import { goTo, hashOf, useAddress } from "./address.ts";
import { duration, fullTime } from "./format.ts";
import { PolicyTable } from "./policy-table.tsx";
import { ReplayCurves } from "./replay-curves.tsx";
import type { PastMoment } from "./replay-moment.ts";
import {
  BEFORE_PLAYING,
  createPlayer,
  type Player,
  type PlayerState,
  spanOf,
} from "./replay-player.ts";
import { nearestSeq, type Span, windowFor, ZOOM_NAMES, type Zoom, zoomOf } from "./replay-time.ts";
import { Transport } from "./replay-transport.tsx";
import { type Look, lookWord } from "./rung-look.ts";
import { Segments } from "./segments.tsx";
import { type Both, useSay, useSettings } from "./settings.ts";
import { Signals } from "./signals.tsx";
import { StateChart } from "./state-chart.tsx";

const WORDS = {
  loading: { zh: "正在打开日志…", en: "Opening the log…" },
  empty: {
    zh: "日志还是空的。检测完成后，这里可以回看每一刻。",
    en: "The log is still empty. Once the computer has been detected, every moment can be seen again here.",
  },
  nearest: { zh: "到最近的可用时刻", en: "Go to the nearest moment" },
  moment: { zh: "时刻", en: "Moment" },
  entry: { zh: "序号", en: "entry" },
  rung: { zh: "当时方式", en: "Ran on" },
  detecting: { zh: "正在检测", en: "detecting" },
  since: { zh: "此前", en: "for" },
  copy: { zh: "复制链接", en: "Copy link" },
  copied: { zh: "已复制", en: "Copied" },
  notCopied: { zh: "无法复制，请复制地址栏", en: "Could not copy; take the address bar" },
  whatIf: { zh: "假如设置不同…", en: "What if, from here…" },
  log: { zh: "在日志中查看", en: "See it in the log" },
  measured: { zh: "测量值", en: "Measured" },
  zoom: { zh: "显示", en: "Shown" },
  policy: { zh: "当时的执行策略", en: "How work ran" },
  signals: { zh: "信号", en: "Signals" },
  chart: { zh: "状态图", en: "Statechart" },
  chartNote: {
    zh: "蓝色是那一刻所在的状态，粗箭头是到那时为止的最近一步。",
    en: "Blue is where it was at that moment; the strong arrow is the last step until then.",
  },
  full: { zh: "当时的完整说明", en: "The whole explanation of that moment" },
  nothingEarlier: { zh: "这之前没有了。", en: "There is nothing earlier." },
  nothingLater: { zh: "这之后没有了。", en: "There is nothing later." },
} as const satisfies Record<string, Both>;

const ZOOM_WORDS: Readonly<Record<Zoom, Both>> = {
  "10m": { zh: "10 分钟", en: "10 min" },
  "1h": { zh: "1 小时", en: "1 h" },
  "6h": { zh: "6 小时", en: "6 h" },
  all: { zh: "全部", en: "all" },
};

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

/** While playing, the address follows this often only: browsers limit how often it may change. In ms. */
const ADDRESS_MS = 2000;

export function ReplayView() {
  const say = useSay();
  const { query } = useAddress();
  const wanted = query.get("at");
  const zoom = zoomOf(query.get("zoom"));
  const { player, state } = usePlayer();
  const { log, moment, problem, cursor, settled } = state;
  useAddressOf(player, state, { wanted, zoom });
  const before = useRef<Span | null>(null);
  if (log !== null) before.current = windowFor(settled, zoom, spanOf(log), before.current);
  const shown = before.current;
  if (log === null || shown === null) return <p class="empty">{problem ?? say(WORDS.loading)}</p>;
  if (log.last_seq === null) return <p class="empty">{say(WORDS.empty)}</p>;
  const choose = (to: Zoom) =>
    goTo(hashOf("replay", { at: String(moment?.seq ?? wanted ?? ""), zoom: to }), "replace");
  return (
    <div class="now replay">
      <Told state={state} />
      <Transport player={player} state={state} shown={shown} zoom={zoom} />
      {problem !== null && (
        <section class="wide problem" role="alert">
          <p>{problem}</p>
          <button type="button" onClick={() => player.open(String(nearestSeq(wanted, log) ?? ""))}>
            {say(WORDS.nearest)}
          </button>
        </section>
      )}
      {moment !== null && <Place moment={moment} cursor={cursor} zoom={zoom} />}
      <section class="wide" aria-labelledby="measured">
        <div class="heading">
          <h2 id="measured">{say(WORDS.measured)}</h2>
          <Segments
            label={say(WORDS.zoom)}
            values={ZOOM_NAMES}
            chosen={zoom}
            nameOf={(each) => say(ZOOM_WORDS[each])}
            choose={choose}
          />
        </div>
        <ReplayCurves
          shown={shown}
          cursor={cursor}
          state={moment?.snapshot.state ?? null}
          configuration={moment?.configuration ?? null}
          version={log.last_seq}
          onPick={(at) => player.seek(at, "at once")}
        />
      </section>
      {moment !== null && <Whole moment={moment} />}
    </div>
  );
}

/** The player lives as long as the view, and is paused where nobody looks. */
function usePlayer(): { readonly player: Player; readonly state: PlayerState } {
  const { language } = useSettings();
  const [state, setState] = useState(BEFORE_PLAYING);
  const [player] = useState(() => createPlayer(language, setState));
  useEffect(() => player.setLanguage(language), [player, language]);
  useEffect(() => {
    const onHidden = () => {
      if (document.hidden) player.pause();
    };
    document.addEventListener("visibilitychange", onHidden);
    return () => {
      document.removeEventListener("visibilitychange", onHidden);
      player.close();
    };
  }, [player]);
  return { player, state };
}

interface Wish {
  readonly wanted: string | null;
  readonly zoom: Zoom;
}

/** The address and the moment follow each other: a person changes the one, the player the other. */
function useAddressOf(player: Player, { moment, isPlaying }: PlayerState, wish: Wish): void {
  const { wanted, zoom } = wish;
  const written = useRef<string | null | undefined>(undefined);
  const writtenAt = useRef(0);
  useEffect(() => {
    if (wanted === written.current) return;
    written.current = wanted;
    player.open(wanted);
  }, [player, wanted]);
  const seq = moment === null ? null : String(moment.seq);
  useEffect(() => {
    if (seq === null || seq === written.current) return;
    if (isPlaying && performance.now() - writtenAt.current < ADDRESS_MS) return;
    writtenAt.current = performance.now();
    written.current = seq;
    goTo(hashOf("replay", { at: seq, zoom }), "replace");
  }, [seq, isPlaying, zoom]);
}

/** For screen readers: where a step led, and nothing while it plays. */
function Told({ state: { told, isPlaying } }: { readonly state: PlayerState }) {
  const say = useSay();
  const { language } = useSettings();
  const text = () => {
    if (told === null || isPlaying) return "";
    if (told === "nothing earlier") return say(WORDS.nothingEarlier);
    if (told === "nothing later") return say(WORDS.nothingLater);
    const { snapshot, step } = told;
    const title = step === null ? "" : titleOf(step.data as TransitionOutput, language);
    const rung = lookWord(snapshot.rung ?? "detecting", language, snapshot.tier);
    return [fullTime(snapshot.at, language), rung, title].filter(Boolean).join(", ");
  };
  const isNothing = told === "nothing earlier" || told === "nothing later";
  return (
    <p class={isNothing && !isPlaying ? "wide notice" : "hidden"} role="status">
      {text()}
    </p>
  );
}

interface PlaceProps {
  readonly moment: PastMoment;
  readonly cursor: number;
  readonly zoom: Zoom;
}

/** The moment: when, on which rung, and the step that led there. */
function Place({ moment, cursor, zoom }: PlaceProps) {
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
                {cursor > step.at && ` · ${say(WORDS.since)} ${duration(cursor - step.at)}`}
              </span>
            </h2>
            <p class="sentence">{step.explanation}</p>
          </>
        )}
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
          <a href={hashOf("what-if", { since: new Date(cursor).toISOString() })}>
            {say(WORDS.whatIf)}
          </a>
        </p>
      </div>
    </section>
  );
}

function titleOf({ reason }: TransitionOutput, language: "zh" | "en"): string {
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

/** Policy, signals, statechart and explanation of the moment. */
function Whole({ moment }: { readonly moment: PastMoment }) {
  const say = useSay();
  const { snapshot, seq, step } = moment;
  // Readings that change nothing leave the picture as it is; it is asked for when the state is another.
  const look = `${JSON.stringify(snapshot.state)} ${step?.seq}`;
  const pictured = useRef({ look: "", seq });
  if (pictured.current.look !== look) pictured.current = { look, seq };
  return (
    <>
      <section aria-labelledby="policy">
        <h2 id="policy">{say(WORDS.policy)}</h2>
        <PolicyTable policy={snapshot.policy} />
      </section>
      <section aria-labelledby="signals">
        <h2 id="signals">{say(WORDS.signals)}</h2>
        <Signals state={snapshot.state} />
      </section>
      <section class="wide" aria-labelledby="chart">
        <h2 id="chart">{say(WORDS.chart)}</h2>
        <p class="quiet">{say(WORDS.chartNote)}</p>
        <StateChart at={String(pictured.current.seq)} view={null} version={null} />
      </section>
      <details class="wide">
        <summary>{say(WORDS.full)}</summary>
        <pre class="whole">{snapshot.explanation}</pre>
      </details>
    </>
  );
}
