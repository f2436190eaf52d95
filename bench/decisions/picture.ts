/**
 * The bench as one picture (SVG, written by hand, light and dark): three scenarios over time with a row
 * for each controller, and the sums of all scenarios as bars.
 */
import type { Language } from "../../src/domain/configuration.ts";
import { BASELINES } from "./baselines.ts";
import { runClosed } from "./closed-loop.ts";
import type { Controller } from "./controller.ts";
import { OURS } from "./ours.ts";
import { barsHeight, barsOf } from "./picture-bars.ts";
import { laneOf, STRIP_HEIGHT } from "./picture-lane.ts";
import { PICTURE_STYLE } from "./picture-style.ts";
import { type PictureWords, pictureWords } from "./picture-words.ts";
import type { ClosedGroup } from "./results.ts";
import { lengthOf, type Scenario } from "./scenario.ts";
import { namedClosedScenarios } from "./suite.ts";
import { flapsOf } from "./tables.ts";

const WIDTH = 1080;
const MARGIN = 28;
const LEFT = 168;
const PLOT_WIDTH = 660;
const LANE_HEIGHT = 52;
const LANE_PITCH = LANE_HEIGHT + STRIP_HEIGHT + 20;
const HEAD_HEIGHT = 138;
const PANEL_HEAD = 30;
const PANEL_FOOT = 34;

const CONTROLLERS: readonly Controller[] = [
  OURS,
  ...BASELINES.filter(({ name }) => name !== "fit check only"),
];

/** What is shown: the id of a scenario, and how many of its samples. */
const PANELS = [
  { id: "constant 51", samples: 120 },
  { id: "sawtooth", samples: Number.POSITIVE_INFINITY },
  { id: "plato × 0.75", samples: Number.POSITIVE_INFINITY },
] as const;

/** The picture; `closed` are the figures of all closed-loop scenarios. */
export function pictureOf(closed: readonly ClosedGroup[], language: Language): string {
  const words = pictureWords(language);
  const panelHeight = PANEL_HEAD + CONTROLLERS.length * LANE_PITCH + PANEL_FOOT;
  const panels = PANELS.map((panel, index) =>
    panelOf(panel, { closed, words, y: HEAD_HEIGHT + index * panelHeight }),
  );
  const barsY = HEAD_HEIGHT + PANELS.length * panelHeight + 16;
  const onCard = closed.filter(({ results }) =>
    results.some(({ controller }) => controller.includes("own share unknown")),
  );
  const names = [OURS, ...BASELINES].map(({ name }) => name);
  const bars = barsOf(
    onCard,
    { controllers: names, words },
    { x: MARGIN, y: barsY, width: WIDTH - 2 * MARGIN },
  );
  const height = barsY + barsHeight(names.length) + 20;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc" lang="${language}">`,
    `<title id="title">${words.title}</title>`,
    `<desc id="desc">${words.lead.join(" ")}</desc>`,
    `<style>${PICTURE_STYLE}</style>`,
    `<rect class="page" width="${WIDTH}" height="${height}"/>`,
    headOf(words),
    ...panels,
    bars,
    "</svg>",
    "",
  ].join("\n");
}

function headOf(words: PictureWords): string {
  const keys = [
    { draw: square("others"), text: words.others },
    { draw: square("ours"), text: words.ours },
    { draw: square("small"), text: words.small },
    { draw: (x: number) => `<path class="limit" d="M${x} 112h14"/>`, text: words.limit },
    {
      draw: (x: number) => `<path class="cross" d="M${x + 3} 109l6 6m0-6l-6 6"/>`,
      text: words.outOfMemory,
    },
    { draw: square("at-nominal"), text: words.rungs.nominal },
    { draw: square("at-small"), text: words.rungs.small },
    { draw: square("at-off"), text: words.rungs.off },
    { draw: (x: number) => `<path class="tick" d="M${x + 6} 108v8"/>`, text: words.flap },
  ];
  let x = MARGIN;
  const drawn = keys.map(({ draw, text }) => {
    const key = `${draw(x)}<text class="key" x="${x + 19}" y="116">${text}</text>`;
    x += 40 + widthOf(text);
    return key;
  });
  return [
    `<text class="title" x="${MARGIN}" y="40">${words.title}</text>`,
    ...words.lead.map(
      (line, index) => `<text class="lead" x="${MARGIN}" y="${64 + index * 19}">${line}</text>`,
    ),
    ...drawn,
  ].join("\n");
}

function square(kind: string): (x: number) => string {
  return (x) => `<rect class="${kind}" x="${x}" y="106" width="13" height="13"/>`;
}

/** About how wide a text is: Chinese characters are twice as wide. */
function widthOf(text: string): number {
  return [...text].reduce((width, letter) => width + (letter > "\u2e80" ? 12.5 : 6.6), 0);
}

interface PanelPlace {
  readonly closed: readonly ClosedGroup[];
  readonly words: PictureWords;
  readonly y: number;
}

function panelOf(panel: (typeof PANELS)[number], { closed, words, y }: PanelPlace): string {
  const whole = namedClosedScenarios().find(({ id }) => id === panel.id);
  if (whole === undefined) throw new Error(`Expected a scenario named ${panel.id}.`);
  const scenario = { ...whole, samples: whole.samples.slice(0, panel.samples) };
  const lanes = CONTROLLERS.map((controller, index) => {
    const top = y + PANEL_HEAD + index * LANE_PITCH;
    const box = { x: LEFT, y: top, width: PLOT_WIDTH, height: LANE_HEIGHT };
    const name = words.controllers[controller.name] ?? controller.name;
    return [
      `<text class="${index === 0 ? "strong" : "name"}" x="${MARGIN}" y="${top + 30}">${name}</text>`,
      laneOf(runClosed(scenario, controller), scenario.setting.totalMib, box),
      figuresOf(closed, { id: panel.id, controller: controller.name, words, y: top }),
    ].join("\n");
  });
  const axisY = y + PANEL_HEAD + CONTROLLERS.length * LANE_PITCH + 4;
  return [
    `<text class="panel-title" x="${MARGIN}" y="${y + 12}">${words.panels[panel.id]}</text>`,
    ...lanes,
    axisOf(scenario, words, axisY),
  ].join("\n");
}

function figuresOf(
  closed: readonly ClosedGroup[],
  where: { id: string; controller: string; words: PictureWords; y: number },
): string {
  const { figures } = where.words;
  const result = closed
    .find(({ id }) => id === where.id)
    ?.results.find(({ controller }) => controller === where.controller);
  if (result === undefined) return "";
  const flaps = flapsOf(result.switches) / result.hours;
  const lines = [
    { text: figures.outOfMemory(result.outOfMemory), isBad: result.outOfMemory > 0 },
    { text: figures.flaps(flaps.toFixed(0)), isBad: flaps > 0 },
    { text: figures.local((100 * result.localShare).toFixed(0)), isBad: false },
  ];
  return lines
    .map(
      ({ text, isBad }, index) =>
        `<text class="${isBad ? "bad" : "figure"}" x="${LEFT + PLOT_WIDTH + 18}" y="${where.y + 14 + index * 19}">${text}</text>`,
    )
    .join("\n");
}

/** Five times along the row, in the unit that suits. */
function axisOf(scenario: Scenario, { time }: PictureWords, y: number): string {
  const lengthMs = lengthOf(scenario);
  const [unitMs, unit] =
    lengthMs <= 180_000
      ? [1000, time.s]
      : lengthMs <= 3_600_000
        ? [60_000, time.min]
        : [3_600_000, time.h];
  const count = lengthMs / unitMs;
  const size = [0.5, 1, 2, 5, 10, 20, 30, 60].find((each) => count / each <= 7.5) ?? 60;
  const marks = Array.from({ length: Math.floor(count / size) + 1 }, (_, index) => index * size);
  return marks
    .map((mark) => {
      const x = (LEFT + (PLOT_WIDTH * mark) / count).toFixed(1);
      return `<text class="axis" x="${x}" y="${y}">${mark} ${unit}</text>`;
    })
    .join("");
}
