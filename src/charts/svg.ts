/**
 * A placed sketch as SVG: presentation attributes only, for a page may forbid styles, and no ids, for
 * two pictures may stand in one page.
 *
 * Groups are not nested, so that lighting (`svg-light.ts`) finds a group's end at the next `</g>`. The
 * colours stand on the group, those of its words on the words.
 */
import type { Language } from "../domain/configuration.ts";
import { CAPTIONS } from "./chart-words.ts";
import { boldWidth, PALETTES, type Palette, type Theme, textWidth } from "./palette.ts";
import {
  type Area,
  BOX,
  LABEL,
  type Placed,
  type PlacedBox,
  type PlacedEdge,
  type Point,
} from "./placed.ts";
import type { Sketch } from "./sketch.ts";
import { legendOf } from "./svg-legend.ts";
import { headOf, lineOf } from "./svg-shapes.ts";
import { titlePlace } from "./title-place.ts";
import { escaped } from "./xml.ts";

export interface SvgOptions {
  readonly view: string;
  readonly language: Language;
  readonly theme: Theme;
}

const FONTS =
  "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif";
const MARGIN = 24;
const TITLE = { font: 19, height: 40 } as const;
const SUBTITLE = { font: 14, height: 22 } as const;

/** The whole file, with a final newline. */
export function svgOf(sketch: Sketch, placed: Placed, options: SvgOptions): string {
  const palette = PALETTES[options.theme];
  const [title = "", ...caption] = sketch.title.split(": ");
  const subtitle = caption.join(": ");
  const inner = Math.max(
    placed.width,
    boldWidth(title, TITLE.font),
    textWidth(subtitle, SUBTITLE.font),
  );
  const legend = legendOf(placed, { ...options, width: inner });
  const width = inner + 2 * MARGIN;
  const top = MARGIN + TITLE.height + (subtitle === "" ? 0 : SUBTITLE.height);
  const left = MARGIN + Math.floor((inner - placed.width) / 2);
  const bottom = top + placed.height + MARGIN;
  const height = bottom + legend.height + MARGIN / 2;
  const frames = placed.boxes.filter(({ isFrame }) => isFrame);
  const leaves = placed.boxes.filter(({ isFrame }) => !isFrame);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" lang="${options.language}" data-view="${options.view}" data-theme="${options.theme}" font-family="${FONTS}" font-size="${BOX.font}">`,
    `<title>${escaped(sketch.title)}</title>`,
    `<desc>${escaped(descriptionOf(placed, options.language))}</desc>`,
    `<rect width="${width}" height="${height}" rx="10" fill="${palette.page}"/>`,
    `<text x="${MARGIN}" y="${MARGIN + TITLE.font}" font-size="${TITLE.font}" font-weight="600" fill="${palette.text}">${escaped(title)}</text>`,
    ...(subtitle === ""
      ? []
      : [
          `<text x="${MARGIN}" y="${MARGIN + TITLE.font + SUBTITLE.height}" font-size="${SUBTITLE.font}" fill="${palette.faint}">${escaped(subtitle)}</text>`,
        ]),
    `<svg x="${left}" y="${top}" width="${placed.width}" height="${placed.height}" overflow="visible">`,
    ...frames.map((box) => frameGroup(box, palette)),
    ...placed.starts.map(({ dot, points }) => startGroup(dot, points, palette)),
    ...placed.edges.map((edge) => edgeGroup(edge, palette)),
    ...leaves.map((box) => stateGroup(box, palette)),
    ...frames.map((box) => frameTitle(box, placed, palette)),
    "</svg>",
    `<svg x="${MARGIN}" y="${bottom}" width="${inner}" height="${legend.height}" overflow="visible">`,
    ...legend.lines,
    "</svg>",
    "</svg>",
    "",
  ].join("\n");
}

function descriptionOf({ boxes, edges }: Placed, language: Language): string {
  const states = boxes.filter(({ node, isFrame }) => !isFrame && node.tone !== "note");
  return CAPTIONS.description[language]
    .replace("{states}", String(states.length))
    .replace("{arrows}", String(edges.length));
}

function frameGroup({ node, x, y, width, height }: PlacedBox, { frame }: Palette): string {
  const area = `x="${x}" y="${y}" width="${width}" height="${height}"`;
  return `<g class="frame" data-frame="${escaped(node.path)}" fill="${frame.fill}" stroke="${frame.stroke}"><rect ${area} rx="8"/></g>`;
}

/** After the arrows, so that none runs through it; as far left as arrows leave room. */
function frameTitle(box: PlacedBox, { edges }: Placed, palette: Palette): string {
  const { node, x, y } = box;
  const text = escaped(node.label.join(" "));
  const left = titlePlace(box, edges) ?? x + BOX.padX;
  return `<text x="${left}" y="${y + 22}" font-weight="600" fill="${palette.frame.text}" ${haloOf(palette.frame.fill)}>${text}</text>`;
}

function stateGroup({ node, x, y, width, height }: PlacedBox, palette: Palette): string {
  const paint = palette.tone[node.tone ?? "open"];
  const lines = node.label.map((line, index) => {
    const weight = index === 0 && node.tone !== "note" ? ' font-weight="600"' : "";
    const at = `x="${x + BOX.padX}" y="${y + BOX.padY + 11 + index * BOX.line}"`;
    return `<text ${at}${weight} stroke="none" fill="${paint.text}">${escaped(line)}</text>`;
  });
  if (node.tone === "note") return lines.join("");
  const state = `data-state="${escaped(node.path)}" data-tone="${node.tone ?? "open"}"`;
  const shape = `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>`;
  const title = `<title>${escaped(node.path)}</title>`;
  return `<g class="state" ${state} fill="${paint.fill}" stroke="${paint.stroke}" stroke-width="1.2">${title}${shape}${lines.join("")}</g>`;
}

function edgeGroup({ edge, points, label }: PlacedEdge, palette: Palette): string {
  const isPermitted = edge.codes.length > 0 && edge.codes.every((code) => code === "RECOVERED");
  const colour = isPermitted ? palette.permitted : palette.demanded;
  const codes = edge.codes.length === 0 ? "" : ` data-codes="${edge.codes.join(" ")}"`;
  const ends = `data-from="${escaped(edge.from)}" data-to="${escaped(edge.to)}"${codes}`;
  const causes = edge.codes.length === 0 ? edge.label : edge.codes;
  const title = `<title>${escaped(`${edge.from} → ${edge.to}: ${causes.join(", ")}`)}</title>`;
  const words =
    label === null
      ? []
      : edge.label.map((line, index) => {
          const x = label.x + label.width / 2;
          const y = label.y + LABEL.pad / 2 + 11 + index * LABEL.line;
          const fill = isPermitted ? palette.permitted : palette.text;
          return `<text x="${x}" y="${y}" text-anchor="middle" font-size="${LABEL.font}" fill="${fill}" ${haloOf(palette.frame.fill)}>${escaped(line)}</text>`;
        });
  const back =
    label === null
      ? ""
      : `<rect x="${label.x}" y="${label.y}" width="${label.width}" height="${label.height}" rx="3" stroke="none" fill="${palette.frame.fill}"/>`;
  return `<g class="edge" ${ends} fill="${colour}" stroke="${colour}" stroke-width="1.3">${title}${lineOf(points)}${headOf(points)}${back}${words.join("")}</g>`;
}

function startGroup(dot: Area, points: readonly Point[], palette: Palette): string {
  const radius = dot.width / 2;
  const circle = `<circle cx="${dot.x + radius}" cy="${dot.y + radius}" r="${radius - 1}"/>`;
  return `<g class="start" fill="${palette.faint}" stroke="${palette.faint}" stroke-width="1.3">${circle}${lineOf(points)}${headOf(points)}</g>`;
}

function haloOf(colour: string): string {
  return `stroke="${colour}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"`;
}
