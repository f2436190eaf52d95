/** A history of rungs as one coloured strip over time, with names in it where they fit, and a legend. */
import type { Band } from "../../src/replay/bands.ts";
import { duration, fullTime } from "./format.ts";
import { LOOKS, type Look, lookOf, lookWord } from "./rung-look.ts";
import { useSettings } from "./settings.ts";

const WIDTH = 1000;
const HEIGHT = 34;

/** Narrower pieces carry no name; in units of the strip's width. */
const NAMED_FROM = 90;

export interface BandStripProps {
  readonly bands: readonly Band[];
  /** The shown time in ms. */
  readonly span: readonly [number, number];
  readonly label: string;
  /** Stretches to mark as different. */
  readonly marks?: readonly (readonly [number, number])[];
  readonly onPick?: (at: number) => void;
}

/** The strip. It is a picture with a text; the caller says the same in a table or in sentences. */
export function BandStrip({ bands, span, label, marks = [], onPick }: BandStripProps) {
  const { language } = useSettings();
  const pieces = piecesOf(bands, span);
  const x = (at: number) => placeOf(at, span) * WIDTH;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a short cut for the mouse; who uses keys has the slider beside it
    <svg
      class="strip"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      onClick={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        const share = (event.clientX - box.left) / box.width;
        onPick?.(Math.round(span[0] + share * (span[1] - span[0])));
      }}
    >
      {pieces.map(({ look, from, to, profile }) => (
        <rect
          key={from}
          class={`look-${look}`}
          x={x(from)}
          y={0}
          width={Math.max(1, x(to) - x(from))}
          height={HEIGHT}
        >
          <title>{`${profile} · ${lookWord(look, language)} · ${fullTime(from, language)} · ${duration(to - from)}`}</title>
        </rect>
      ))}
      {marks.map(([from, to]) => (
        <rect
          key={from}
          class="mark"
          x={x(from)}
          y={0}
          width={Math.max(2, x(to) - x(from))}
          height={HEIGHT}
        />
      ))}
    </svg>
  );
}

/** The names of pieces under a strip, as far as there is room; apart from it, so that letters keep their shape. */
export function BandNames({ bands, span }: Pick<BandStripProps, "bands" | "span">) {
  const { language } = useSettings();
  return (
    <div class="strip-names" aria-hidden="true">
      {piecesOf(bands, span)
        .filter(({ from, to }) => (placeOf(to, span) - placeOf(from, span)) * WIDTH >= NAMED_FROM)
        .map(({ look, from, to }) => (
          <span
            key={from}
            style={{
              left: `${placeOf(from, span) * 100}%`,
              width: `${(placeOf(to, span) - placeOf(from, span)) * 100}%`,
            }}
          >
            {lookWord(look, language)}
          </span>
        ))}
    </div>
  );
}

/** What the colours mean: all of them, or only those that are shown. */
export function BandLegend({ bands }: { readonly bands: readonly Band[] }) {
  const { language } = useSettings();
  const present = new Set(bands.map(lookOf));
  return (
    <ul class="legend">
      {LOOKS.filter((look) => present.has(look)).map((look) => (
        <li key={look}>
          <span class={`swatch look-${look}`} /> {lookWord(look, language)}
        </li>
      ))}
    </ul>
  );
}

interface Piece {
  readonly look: Look;
  readonly profile: string;
  readonly from: number;
  readonly to: number;
}

function piecesOf(bands: readonly Band[], [since, until]: readonly [number, number]): Piece[] {
  return bands.flatMap((band, index) => {
    const from = Math.max(since, band.at);
    const to = Math.min(until, bands[index + 1]?.at ?? until);
    return to <= from ? [] : [{ look: lookOf(band), profile: band.profile, from, to }];
  });
}

function placeOf(at: number, [since, until]: readonly [number, number]): number {
  return until === since ? 0 : (at - since) / (until - since);
}
