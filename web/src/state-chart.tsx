/**
 * The committed picture of the statechart, with the states of a moment lit and the last step marked.
 *
 * The service lights the picture, so that page, command line and route show the same. It is put into
 * the page as it comes from our own service; scripts and styles in it could not run anyway, by the
 * page's security policy.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Tier } from "../../src/domain/tier.ts";
import { askPicture } from "./api.ts";
import { useAsked } from "./asked.ts";
import { type Both, useSay, useSettings } from "./settings.ts";

const WORDS = {
  none: {
    zh: "状态图暂时无法显示：",
    en: "The picture of the statechart cannot be shown: ",
  },
  scroll: { zh: "状态图，可以横向滚动", en: "The statechart; it can be scrolled sideways" },
} as const satisfies Record<string, Both>;

export interface StateChartProps {
  /** A moment of the past, as `snapshot?at=` takes it; `null` = now. */
  readonly at: string | null;
  /** The tier of that moment: a narrow screen shows its ladder alone, the signals stand elsewhere. */
  readonly tier: Tier | null;
  /** Whatever makes a new picture of now necessary. */
  readonly version: unknown;
}

export function StateChart({ at, tier, version }: StateChartProps) {
  const say = useSay();
  const { language, shade } = useSettings();
  const place = useRef<HTMLElement>(null);
  const isNarrow = useNarrow();
  const view = isNarrow && tier !== null ? tier : "overview";
  const { answer, problem } = useAsked(
    (signal) => askPicture({ at, view, theme: shade, lang: language }, signal),
    [at, view, version, shade, language],
  );
  useEffect(() => {
    if (answer === null || place.current === null) return;
    const picture = new DOMParser().parseFromString(answer, "image/svg+xml").documentElement;
    place.current.replaceChildren(document.importNode(picture, true));
  }, [answer]);
  return (
    <div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <figure class="chart" ref={place} tabIndex={0} aria-label={say(WORDS.scroll)} />
      {problem !== null && answer === null && <p class="problem">{say(WORDS.none) + problem}</p>}
    </div>
  );
}

const NARROW = "(max-width: 40rem)";

function useNarrow(): boolean {
  const [isNarrow, setNarrow] = useState(matchMedia(NARROW).matches);
  useEffect(() => {
    const media = matchMedia(NARROW);
    const follow = () => setNarrow(media.matches);
    media.addEventListener("change", follow);
    return () => media.removeEventListener("change", follow);
  }, []);
  return isNarrow;
}
