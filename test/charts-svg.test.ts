/** The pictures: well formed, whole, harmless, and laid out so that nothing covers anything else. */
import { expect, test } from "vitest";
import { placeSketch } from "../scripts/chart-layout.ts";
import { presentFiles } from "../scripts/charts.ts";
import { chartModel } from "../src/charts/chart-model.ts";
import { boldWidth, PALETTES, THEMES, textWidth } from "../src/charts/palette.ts";
import type { Area, Placed, Point } from "../src/charts/placed.ts";
import { svgOf } from "../src/charts/svg.ts";
import { titlePlace } from "../src/charts/title-place.ts";
import { PICTURE_VIEWS, pictureFile, VIEW_NAMES, viewNamed } from "../src/charts/view-names.ts";
import { sketchOf } from "../src/charts/views.ts";
import { LANGUAGES } from "../src/domain/configuration.ts";
import { REGIONS } from "../src/domain/state.ts";
import { TIERS } from "../src/domain/tier.ts";
import { WORDS } from "../src/policy/words.ts";
import { readXml } from "./support/xml-text.ts";

const model = chartModel();
const files = presentFiles();
const svgs = [...files].filter(([name]) => name.endsWith(".svg"));
const CASES = PICTURE_VIEWS.flatMap((view) => LANGUAGES.map((language) => ({ view, language })));

function sketchFor({ view, language }: (typeof CASES)[number]) {
  return sketchOf(view, { model, voice: { language, words: WORDS }, active: null });
}

test("svg: there is a picture of every tier's overview, every ladder and every region, four times", () => {
  const names = CASES.flatMap((each) =>
    THEMES.map((theme) => `svg/${pictureFile({ ...each, theme })}`),
  );
  expect(svgs.map(([name]) => name)).toEqual(names.toSorted());
  expect(names).toHaveLength((2 * TIERS.length + REGIONS.length) * 4);
  expect(names).toContain("svg/overview-LOCAL_GPU_MID.zh.dark.svg");
});

test.each(svgs)(
  "svg: %s is one image with a title, and has no style, script, id or address",
  (_name, svg) => {
    const { root, elements } = readXml(svg);
    const has = (name: string, attribute: string) => root.attributes.get(attribute) === name;
    expect([root.name, has("img", "role"), has("http://www.w3.org/2000/svg", "xmlns")]).toEqual([
      "svg",
      true,
      true,
    ]);
    const [, title, desc] = elements;
    expect([title?.name, desc?.name]).toEqual(["title", "desc"]);
    expect(title?.text).toMatch(/\S/);
    expect(desc?.text).not.toContain("{");
    for (const { name, attributes, parent } of elements) {
      expect(["svg", "title", "desc", "rect", "text", "g", "path", "polygon", "circle"]).toContain(
        name,
      );
      for (const attribute of attributes.keys()) {
        expect(attribute).not.toMatch(/^(style|class-name|id|on.*|href|xlink.*)$/);
      }
      if (name === "g") expect(parent?.name).toBe("svg");
    }
    expect(svg).not.toMatch(/url\(|NaN|undefined|null/);
    expect(svg).not.toMatch(/\d\.\d\d/);
  },
);

test("svg: every box is a state of the chart, or one of the few that stand for several", () => {
  const paths = new Set(model.states.map(({ path }) => path));
  for (const [name, svg] of svgs) {
    for (const { attributes } of readXml(svg).elements) {
      const state = attributes.get("data-state");
      if (state !== undefined) expect([...paths, "any_state"], name).toContain(state);
      const tone = attributes.get("data-tone");
      if (tone !== undefined) expect(["good", "worse", "bad", "open"]).toContain(tone);
    }
  }
});

test("svg: arrows carry the codes of their transitions, and speak the language of the picture", () => {
  const english = files.get("svg/profile-LOCAL_GPU_MID.svg") ?? "";
  const codes = readXml(english)
    .elements.filter(({ attributes }) => attributes.get("class") === "edge")
    .map(({ attributes }) => [attributes.get("data-to"), attributes.get("data-codes")]);
  expect(codes).toContainEqual([
    "profile.LOCAL_GPU_MID.degraded.cpu",
    "VRAM_EXHAUSTED VRAM_LOST EDITOR_BUSY",
  ]);
  const chinese = files.get("svg/profile-LOCAL_GPU_MID.zh.svg") ?? "";
  expect(english).not.toMatch(/\p{Script=Han}/u);
  expect(readXml(chinese).elements.some(({ text }) => text === "GPU 显存即将耗尽")).toBe(true);
});

test.each(CASES)("layout: in $view in $language nothing covers anything else", async (each) => {
  const placed = await placeSketch(sketchFor(each));
  const boxes = placed.boxes.filter(({ isFrame }) => !isFrame);
  const labels = placed.edges.flatMap(({ label }) => (label === null ? [] : [label]));
  const solid: readonly Area[] = [...boxes, ...labels];
  for (const [index, one] of solid.entries()) {
    expect(one.x >= -12 && one.y >= 0, `${each.view} ${index}`).toBe(true);
    expect(one.x + one.width <= placed.width && one.y + one.height <= placed.height).toBe(true);
    for (const other of solid.slice(index + 1)) expect(overlap(one, other)).toBe(false);
  }
  for (const { edge, points } of placed.edges) {
    for (const box of boxes) {
      expect(runsThrough(points, box), `${edge.from} → ${edge.to} through ${box.node.path}`).toBe(
        false,
      );
    }
    for (const other of placed.edges) {
      if (other.label === null || other.edge === edge) continue;
      expect(runsThrough(points, other.label), `${edge.from} → ${edge.to} over a label`).toBe(
        false,
      );
    }
  }
});

test.each(CASES)("layout: in $view in $language every word has room in its box", async (each) => {
  const placed = await placeSketch(sketchFor(each));
  for (const { node, isFrame, width } of placed.boxes) {
    const text = isFrame ? [node.label.join(" ")] : node.label;
    const [first = "", ...others] = text;
    const needed = node.tone === "note" ? textWidth(first, 13) : boldWidth(first, 13);
    expect(width - 24, first).toBeGreaterThanOrEqual(needed);
    for (const line of others) expect(width - 24).toBeGreaterThanOrEqual(textWidth(line, 13));
  }
  for (const { edge, label } of placed.edges) {
    for (const line of edge.label) expect(label?.width).toBeGreaterThan(textWidth(line, 11));
  }
  const isReadable = each.view === "region-profile" ? placed.width < 1700 : placed.width < 1600;
  expect(isReadable, `${placed.width}`).toBe(true);
});

test.each(CASES)("layout: in $view in $language no arrow runs through a title", async (each) => {
  const { boxes, edges } = await placeSketch(sketchFor(each));
  for (const box of boxes.filter(({ isFrame }) => isFrame)) {
    expect(titlePlace(box, edges), box.node.path).not.toBeNull();
  }
});

test("layout: boxes and arrows lie on whole px, and their order is that of the sketch", async () => {
  const sketch = sketchFor({ view: "profile-LOCAL_GPU_MID", language: "en" });
  const placed = await placeSketch(sketch);
  expect(numbersOf(placed).every(Number.isInteger)).toBe(true);
  expect(placed.edges.map(({ edge }) => edge)).toEqual(sketch.edges);
  const options = { view: "profile-LOCAL_GPU_MID", language: "en", theme: "dark" } as const;
  expect(svgOf(sketch, placed, options)).toBe(files.get("svg/profile-LOCAL_GPU_MID.dark.svg"));
});

test.each(LANGUAGES)(
  "layout: the five ladders stand side by side, best tier first, in %s",
  async (language) => {
    const { boxes } = await placeSketch(sketchFor({ view: "region-profile", language }));
    const tiers = boxes.filter(({ node }) => TIERS.some((tier) => node.path === `profile.${tier}`));
    const inOrder = tiers.toSorted((one, other) => one.x - other.x).map(({ node }) => node.path);
    expect(inOrder).toEqual(TIERS.map((tier) => `profile.${tier}`));
  },
);

test("views: a tier or a region alone means its own picture", () => {
  expect(viewNamed("LOCAL_GPU_LOW")).toBe("profile-LOCAL_GPU_LOW");
  expect(viewNamed("profile")).toBe("region-profile");
  expect(viewNamed("overview-CLOUD_HYBRID")).toBe("overview-CLOUD_HYBRID");
  expect(new Set(VIEW_NAMES).size).toBe(VIEW_NAMES.length);
});

test.each(THEMES)("palette: in the %s theme every text has a contrast of at least 4.5", (theme) => {
  const { page, frame, text, faint, demanded, permitted, last, tone } = PALETTES[theme];
  const boxes = Object.values(tone).filter(({ fill }) => fill !== "none");
  for (const [ink, paper] of [
    ...boxes.map(({ text: ink, fill }) => [ink, fill] as const),
    ...[text, faint, frame.text, demanded, permitted, last].map(
      (ink) => [ink, frame.fill] as const,
    ),
    ...[text, faint].map((ink) => [ink, page] as const),
    [tone.note.text, frame.fill] as const,
  ]) {
    expect(contrastOf(ink, paper), `${ink} on ${paper}`).toBeGreaterThanOrEqual(4.5);
  }
});

test("text: Chinese is as wide as it is high, and capitals are wider than small letters", () => {
  expect(textWidth("显存", 10)).toBe(20);
  expect(textWidth("ab", 100)).toBe(116);
  expect(textWidth("AB", 100)).toBe(144);
  expect(boldWidth("AB", 100)).toBeGreaterThan(textWidth("AB", 100));
});

/** As WCAG 2 defines it. */
function contrastOf(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminanceOf(one), luminanceOf(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminanceOf(colour: string): number {
  const channels = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
  const [red = 0, green = 0, blue = 0] = channels.map((each) =>
    each <= 0.03928 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function numbersOf({ boxes, edges, starts }: Placed): readonly number[] {
  const areas = [
    ...boxes,
    ...edges.flatMap(({ label }) => label ?? []),
    ...starts.map(({ dot }) => dot),
  ];
  const points = [...edges, ...starts].flatMap((each) => each.points);
  return [
    ...areas.flatMap(({ x, y, width, height }) => [x, y, width, height]),
    ...points.flatMap(({ x, y }) => [x, y]),
  ];
}

function overlap(one: Area, other: Area): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

/** Touching the border is allowed: that is where arrows begin and end. */
function runsThrough(points: readonly Point[], area: Area): boolean {
  return points.slice(1).some((to, index) => {
    const from = points[index] as Point;
    const line = {
      x: Math.min(from.x, to.x),
      y: Math.min(from.y, to.y),
      width: Math.abs(from.x - to.x),
      height: Math.abs(from.y - to.y),
    };
    const inner = { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 };
    return (
      line.x < inner.x + inner.width &&
      inner.x < line.x + line.width + 0.1 &&
      line.y < inner.y + inner.height &&
      inner.y < line.y + line.height + 0.1
    );
  });
}
