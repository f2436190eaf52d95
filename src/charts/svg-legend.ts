/** What the colours of a picture mean, in as many lines as its width asks for. */
import type { Language } from "../domain/configuration.ts";
import { LEGEND } from "./chart-words.ts";
import { PALETTES, type Palette, type Theme, textWidth } from "./palette.ts";
import type { Placed } from "./placed.ts";
import { headOf, lineOf } from "./svg-shapes.ts";
import { escaped } from "./xml.ts";

const SIZE = { font: 12, line: 22, swatch: 12, gap: 22, arrow: 26, pad: 6 } as const;
/** In the order in which they stand. */
const KINDS = ["good", "worse", "bad", "open", "demanded", "permitted", "active"] as const;
type Kind = (typeof KINDS)[number];

interface LegendOptions {
  readonly language: Language;
  readonly theme: Theme;
  readonly width: number;
}

/** The legend of what is in the picture; "now" is there too, but not shown until something is lit. */
export function legendOf(
  placed: Placed,
  { language, theme, width }: LegendOptions,
): { readonly height: number; readonly lines: readonly string[] } {
  let x = 0;
  let y = 0;
  const lines: string[] = [];
  for (const kind of KINDS.filter((each) => isUsed(each, placed))) {
    const text = LEGEND[kind][language];
    const mark = isArrow(kind) ? SIZE.arrow : SIZE.swatch;
    const needed = mark + SIZE.pad + textWidth(text, SIZE.font);
    if (x > 0 && x + needed > width) {
      x = 0;
      y += SIZE.line;
    }
    lines.push(itemOf(kind, { x, y, text, mark, palette: PALETTES[theme] }));
    x += needed + SIZE.gap;
  }
  return { height: y + SIZE.line, lines };
}

function isArrow(kind: Kind): kind is "demanded" | "permitted" {
  return kind === "demanded" || kind === "permitted";
}

function isUsed(kind: Kind, { boxes, edges }: Placed): boolean {
  const codes = edges.flatMap(({ edge }) => edge.codes);
  if (kind === "active") return true;
  if (kind === "permitted") return codes.includes("RECOVERED");
  if (kind === "demanded") return codes.some((code) => code !== "RECOVERED");
  return boxes.some(({ node, isFrame }) => !isFrame && node.tone === kind);
}

interface Item {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly mark: number;
  readonly palette: Palette;
}

function itemOf(kind: Kind, { x, y, text, mark, palette }: Item): string {
  const words = `<text x="${x + mark + SIZE.pad}" y="${y + 11}" font-size="${SIZE.font}" fill="${palette.faint}">${escaped(text)}</text>`;
  if (isArrow(kind)) {
    const points = [
      { x, y: y + 7 },
      { x: x + SIZE.arrow, y: y + 7 },
    ];
    return `<g class="legend" fill="${palette[kind]}" stroke="${palette[kind]}" stroke-width="1.3">${lineOf(points)}${headOf(points)}${words.replace("<text", '<text stroke="none"')}</g>`;
  }
  const { fill, stroke } = palette.tone[kind];
  const hidden = kind === "active" ? ' data-legend="active" visibility="hidden"' : "";
  const swatch = `<rect x="${x}" y="${y + 1}" width="${SIZE.swatch}" height="${SIZE.swatch}" rx="3" fill="${fill}" stroke="${stroke}"/>`;
  return `<g class="legend"${hidden}>${swatch}${words}</g>`;
}
