/** The transport of the replay: the whole log as a strip, the slider over it, playing and stepping. */
import type { Band } from "../../src/replay/bands.ts";
import { BandLegend, BandStrip } from "./band-strip.tsx";
import { fullTime } from "./format.ts";
import { type Player, type PlayerState, spanOf } from "./replay-player.ts";
import {
  bandAt,
  momentOf,
  PLACES,
  placeOf,
  SPEEDS,
  type Span,
  type Speed,
  type Zoom,
} from "./replay-time.ts";
import { lookOf, lookWord } from "./rung-look.ts";
import { Segments } from "./segments.tsx";
import { type Both, useSay, useSettings } from "./settings.ts";

const WORDS = {
  transport: { zh: "时间", en: "Time" },
  strip: { zh: "整个日志的运行方式", en: "The rungs over the whole log" },
  slider: { zh: "时刻", en: "Moment" },
  play: { zh: "播放", en: "Play" },
  pause: { zh: "暂停", en: "Pause" },
  previousStep: { zh: "上一次变化", en: "Previous step" },
  nextStep: { zh: "下一次变化", en: "Next step" },
  previousReading: { zh: "上一次读数", en: "Previous reading" },
  nextReading: { zh: "下一次读数", en: "Next reading" },
  now: { zh: "到现在", en: "To now" },
  speed: { zh: "速度", en: "Speed" },
} as const satisfies Record<string, Both>;

const SPEED_NAMES = SPEEDS.map(String);

export interface TransportProps {
  readonly player: Player;
  readonly state: PlayerState;
  /** What the curves show, as a mark on the strip. */
  readonly shown: Span;
  readonly zoom: Zoom;
}

export function Transport({ player, state, shown, zoom }: TransportProps) {
  const say = useSay();
  const { log, bands, cursor, isPlaying, speed } = state;
  if (log === null) return null;
  const span = spanOf(log);
  const marks: Span[] = zoom === "all" ? [] : [shown];
  return (
    <section class="transport wide" aria-label={say(WORDS.transport)}>
      <BandLegend bands={bands} />
      <BandStrip
        bands={bands}
        span={span}
        label={say(WORDS.strip)}
        marks={[...marks, [cursor, cursor]]}
        onPick={(at) => player.seek(at, "at once")}
      />
      <Slider span={span} cursor={cursor} bands={bands} player={player} />
      <div class="keys">
        <button type="button" onClick={() => player.step("transition", "previous")}>
          « {say(WORDS.previousStep)}
        </button>
        <button type="button" onClick={() => player.step("reading", "previous")}>
          ‹ {say(WORDS.previousReading)}
        </button>
        <button
          type="button"
          class="primary play"
          onClick={() => (isPlaying ? player.pause() : player.play())}
        >
          <span class={isPlaying ? "sign pausing" : "sign playing"} aria-hidden="true" />
          {say(isPlaying ? WORDS.pause : WORDS.play)}
        </button>
        <button type="button" onClick={() => player.step("reading", "next")}>
          {say(WORDS.nextReading)} ›
        </button>
        <button type="button" onClick={() => player.step("transition", "next")}>
          {say(WORDS.nextStep)} »
        </button>
        <button type="button" onClick={() => player.open(null)}>
          {say(WORDS.now)}
        </button>
        <Segments
          label={say(WORDS.speed)}
          values={SPEED_NAMES}
          chosen={String(speed)}
          nameOf={(name) => `${name}×`}
          choose={(name) => player.setSpeed(Number(name) as Speed)}
        />
      </div>
    </section>
  );
}

interface SliderProps {
  readonly span: Span;
  readonly cursor: number;
  readonly bands: readonly Band[];
  readonly player: Player;
}

function Slider({ span, cursor, bands, player }: SliderProps) {
  const say = useSay();
  const { language } = useSettings();
  const band = bandAt(bands, cursor);
  const rung = band === null ? "" : `, ${lookWord(lookOf(band), language)}`;
  return (
    <>
      <input
        class="slider"
        type="range"
        min={0}
        max={PLACES}
        value={placeOf(cursor, span)}
        aria-label={say(WORDS.slider)}
        aria-valuetext={fullTime(cursor, language) + rung}
        onInput={(event) => player.seek(momentOf(event.currentTarget.valueAsNumber, span), "rest")}
      />
      <p class="ends quiet" aria-hidden="true">
        <span>{fullTime(span[0], language)}</span>
        <span>{fullTime(span[1], language)}</span>
      </p>
    </>
  );
}
