/** Replay: the runtime as it was at any moment of its log, and the way from moment to moment. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { TransitionOutput } from "../../src/domain/output.ts";
import { goTo, hashOf, useAddress } from "./address.ts";
import { fullTime } from "./format.ts";
import { ReplayCurves } from "./replay-curves.tsx";
import { Place, titleOf } from "./replay-place.tsx";
import {
  BEFORE_PLAYING,
  createPlayer,
  type Player,
  type PlayerState,
  spanOf,
} from "./replay-player.ts";
import {
  bandAt,
  nearestSeq,
  type Span,
  windowFor,
  ZOOM_NAMES,
  type Zoom,
  zoomOf,
} from "./replay-time.ts";
import { Transport } from "./replay-transport.tsx";
import { Whole } from "./replay-whole.tsx";
import { lookWord } from "./rung-look.ts";
import { Segments } from "./segments.tsx";
import { type Both, useSay, useSettings } from "./settings.ts";

const WORDS = {
  loading: { zh: "正在打开日志…", en: "Opening the log…" },
  empty: {
    zh: "日志还是空的。检测完成后，这里可以回看每一刻。",
    en: "The log is still empty. Once the computer has been detected, every moment can be seen again here.",
  },
  nearest: { zh: "到最近的可用时刻", en: "Go to the nearest moment" },
  measured: { zh: "测量值", en: "Measured" },
  zoom: { zh: "显示", en: "Shown" },
  nothingEarlier: { zh: "这之前没有了。", en: "There is nothing earlier." },
  nothingLater: { zh: "这之后没有了。", en: "There is nothing later." },
} as const satisfies Record<string, Both>;

const ZOOM_WORDS: Readonly<Record<Zoom, Both>> = {
  "10m": { zh: "10 分钟", en: "10 min" },
  "1h": { zh: "1 小时", en: "1 h" },
  "6h": { zh: "6 小时", en: "6 h" },
  all: { zh: "全部", en: "all" },
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
      {moment !== null && (
        <Place
          moment={moment}
          cursor={cursor}
          isStopped={bandAt(state.bands, cursor)?.profile === "stopped"}
          zoom={zoom}
          shown={shown}
        />
      )}
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
