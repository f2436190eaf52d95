/** Lighting of the committed pictures, as the service and the command line do it. */
import { expect, test } from "vitest";
import { presentFiles } from "../scripts/charts.ts";
import { chartModel } from "../src/charts/chart-model.ts";
import { PALETTES, THEMES, type Theme } from "../src/charts/palette.ts";
import { isWithin } from "../src/charts/paths.ts";
import { lightSvg } from "../src/charts/svg-light.ts";
import { type PictureFile, pictureFile, pictureOf } from "../src/charts/view-names.ts";
import { LANGUAGES } from "../src/domain/configuration.ts";
import { profileStateOf, rungsOf } from "../src/domain/rung.ts";
import { REGIONS, type State } from "../src/domain/state.ts";
import { TIERS } from "../src/domain/tier.ts";
import { initialChart } from "../src/machines/runtime-machine.ts";
import { readXml } from "./support/xml-text.ts";

const files = presentFiles();
const model = chartModel();
const base = initialChart().state;

function picture(view: PictureFile["view"], theme: Theme = "light"): string {
  const svg = files.get(`svg/${pictureFile({ view, language: "en", theme })}`);
  if (svg === undefined) throw new Error(`no picture ${view}`);
  return svg;
}

/** Values of `data-state` (or both ends of an arrow) of the groups that carry a mark. */
function marked(svg: string, mark: string): readonly string[] {
  return readXml(svg)
    .elements.filter(({ attributes }) => attributes.get(mark) === "true")
    .map(({ attributes }) => {
      const state = attributes.get("data-state");
      return state ?? `${attributes.get("data-from")} ${attributes.get("data-to")}`;
    });
}

test("light: without state and step a picture is left as it is", () => {
  const svg = picture("overview-LOCAL_GPU_MID");
  expect(lightSvg(svg, { state: null, edge: null })).toBe(svg);
  expect(marked(svg, "data-active")).toEqual([]);
});

test("light: in every state of every tier its own overview lights seven states, its own ladder one", () => {
  for (const tier of TIERS) {
    for (const rung of rungsOf(tier)) {
      const state: State = { ...base, profile: profileStateOf(tier, rung), hold: "held.cloud" };
      const overview = lightSvg(picture(pictureOf("overview", state)), { state, edge: null });
      expect(marked(overview, "data-active").toSorted()).toEqual(
        REGIONS.map((region) => `${region}.${state[region]}`).toSorted(),
      );
      const ladder = lightSvg(picture(`profile-${tier}`), { state, edge: null });
      expect(marked(ladder, "data-active")).toEqual([`profile.${state.profile}`]);
    }
  }
});

test("light: every state of a region is lit in the region's own picture", () => {
  for (const region of REGIONS) {
    const leaves = model.states.filter((each) => each.region === region && each.initial === null);
    for (const { name, path } of leaves) {
      const lit = lightSvg(picture(`region-${region}`), { state: { [region]: name }, edge: null });
      expect(marked(lit, "data-active")).toEqual([path]);
    }
  }
});

test("light: a state inside a folded box lights the box, and another tier's ladder says so", () => {
  const state: State = { ...base, profile: "LOCAL_GPU_LOW.degraded.cpu" };
  const overview = lightSvg(picture("overview-LOCAL_GPU_MID"), { state, edge: null });
  expect(marked(overview, "data-active")).toContain("profile.LOCAL_GPU_LOW");
  const ladder = lightSvg(picture("profile-LOCAL_GPU_MID"), { state, edge: null });
  expect(marked(ladder, "data-active")).toEqual(["profile"]);
});

test("light: a state that no picture knows lights nothing of its region, and breaks nothing", () => {
  const state = { vram: "molten" } as unknown as State;
  const svg = picture("region-vram");
  expect(lightSvg(svg, { state, edge: { from: "elsewhere", to: "nowhere" } })).toBe(svg);
});

test("light: every step that a picture draws is marked in it, and in no other place", () => {
  const steps = model.transitions.filter(
    ({ from, isFirstChoice }) => isFirstChoice && from !== "profile",
  );
  let count = 0;
  for (const tier of TIERS) {
    const svg = picture(`profile-${tier}`);
    for (const { from, to } of steps.filter((each) => isWithin(each.from, `profile.${tier}`))) {
      const edge = { from: from.slice("profile.".length), to: String(to).slice("profile.".length) };
      const lit = lightSvg(svg, { state: null, edge });
      expect(marked(lit, "data-last")).toEqual([`${from} ${to}`]);
      count += 1;
    }
    for (const [from, source] of [
      ["detecting", "profile.detecting"],
      ["ANOTHER.nominal", "profile"],
    ]) {
      const edge = { from: String(from), to: `${tier}.nominal` };
      const lit = lightSvg(svg, { state: null, edge });
      expect(marked(lit, "data-last")).toEqual([`${source} profile.${tier}`]);
    }
  }
  expect(count).toBeGreaterThan(60);
});

test("light: a step that the picture leaves out is not marked elsewhere", () => {
  const svg = picture("profile-LOCAL_GPU_MID");
  const edge = { from: "LOCAL_GPU_MID.nominal", to: "LOCAL_GPU_MID.degraded.shed" };
  expect(lightSvg(svg, { state: null, edge })).toBe(svg);
});

test.each(THEMES)(
  "light: the %s picture takes the colours of its own theme, and shows what they mean",
  (theme) => {
    const svg = picture("overview-LOCAL_GPU_MID", theme);
    const state: State = { ...base, profile: "LOCAL_GPU_MID.degraded.cpu" };
    const lit = lightSvg(svg, {
      state,
      edge: { from: "LOCAL_GPU_MID.nominal", to: "LOCAL_GPU_MID.degraded.cpu" },
    });
    const { elements } = readXml(lit);
    const box = elements.find(({ attributes }) => attributes.get("data-active") === "true");
    const arrow = elements.find(({ attributes }) => attributes.get("data-last") === "true");
    expect(box?.attributes.get("fill")).toBe(PALETTES[theme].tone.active.fill);
    expect(arrow?.attributes.get("stroke")).toBe(PALETTES[theme].last);
    expect(svg).toContain('data-legend="active" visibility="hidden"');
    expect(lit).not.toContain("visibility");
  },
);

test("light: the pictures of both languages and themes are lit alike", () => {
  const state: State = { ...base, profile: "LOCAL_CPU_ONLY.degraded.cloud" };
  const lit = LANGUAGES.flatMap((language) =>
    THEMES.map((theme) => {
      const name = pictureFile({ view: "overview-LOCAL_CPU_ONLY", language, theme });
      return marked(
        lightSvg(files.get(`svg/${name}`) ?? "", { state, edge: null }),
        "data-active",
      ).toSorted();
    }),
  );
  expect(lit[0]).toHaveLength(REGIONS.length);
  for (const each of lit) expect(each).toEqual(lit[0]);
});
