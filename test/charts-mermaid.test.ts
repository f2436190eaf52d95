import { expect, test } from "vitest";
import { chartModel, leavesOf } from "../src/charts/chart-model.ts";
import { mermaidOf } from "../src/charts/mermaid.ts";
import { PICTURE_VIEWS } from "../src/charts/view-names.ts";
import { LANGUAGES } from "../src/domain/configuration.ts";
import { REASON_CODES } from "../src/domain/reason.ts";
import { profileStateOf, rungsOf } from "../src/domain/rung.ts";
import { REGIONS, type State } from "../src/domain/state.ts";
import { TIERS } from "../src/domain/tier.ts";
import { initialChart } from "../src/machines/runtime-machine.ts";
import { WORDS } from "../src/policy/words.ts";
import { type ReadPicture, readMermaid } from "./support/mermaid-text.ts";

const model = chartModel();
const PICTURES = PICTURE_VIEWS.flatMap((view) =>
  LANGUAGES.flatMap((language) => [
    { view, language, words: WORDS },
    { view, language },
  ]),
);
const idOf = (path: string) => path.replaceAll(".", "_");

function ancestorsOf(id: string, { states }: ReadPicture): (string | null)[] {
  const parent = states.get(id)?.parent ?? null;
  return parent === null ? [null] : [parent, ...ancestorsOf(parent, { states } as ReadPicture)];
}

test.each(PICTURES)("mermaid: the picture $view in $language is well formed", (options) => {
  const picture = readMermaid(mermaidOf(model, options));
  const { states, edges, starts, classes } = picture;
  for (const { from, to, scope, isLate } of edges) {
    expect(states.has(from) && states.has(to), `${from} --> ${to}`).toBe(true);
    // An arrow in the wrong box moves states into it; one from a box into itself breaks the layout.
    const around = ancestorsOf(from, picture);
    expect(ancestorsOf(to, picture).find((each) => around.includes(each))).toBe(scope);
    expect(ancestorsOf(to, picture)).not.toContain(from);
    expect(ancestorsOf(from, picture)).not.toContain(to);
    expect(isLate, `${from} --> ${to} after a box`).toBe(false);
  }
  for (const start of starts) expect(states.has(start)).toBe(true);
  const coloured = [...classes.values()].flat();
  expect(new Set(coloured).size).toBe(coloured.length);
  const plain = [...states.values()].filter(({ isComposite }) => !isComposite);
  expect(coloured.toSorted()).toEqual(plain.map(({ id }) => id).toSorted());
  expect(edges.length).toBeLessThan(40);
});

test("mermaid: the simplest call gives the overview in the machine's own names", () => {
  const text = mermaidOf(model, { view: "overview", language: "en" });
  expect(text).toBe(mermaidOf(chartModel(), { view: "overview", language: "en" }));
  expect(text).toContain("VRAM_TIGHT");
  expect(text).not.toMatch(/\p{Script=Han}/u);
});

test("mermaid: the overview has every signal's states, every tier, and one ladder", () => {
  const { states } = readMermaid(mermaidOf(model, { view: "overview", language: "en" }));
  for (const region of REGIONS.filter((each) => each !== "profile")) {
    for (const { path } of leavesOf(model, region))
      expect(states.get(idOf(path))?.parent).toBe(region);
  }
  for (const tier of TIERS) expect(states.has(`profile_${tier}`)).toBe(true);
  const composites = [...states.values()].filter(({ isComposite }) => isComposite);
  expect(composites.map(({ id }) => id)).toContain("profile_LOCAL_GPU_MID_degraded");
  expect(states.get("profile_LOCAL_GPU_MID_degraded_cpu")?.parent).toBe(
    "profile_LOCAL_GPU_MID_degraded",
  );
});

test("mermaid: an arrow of the overview has at most four lines and says how many are left out", () => {
  const { edges } = readMermaid(mermaidOf(model, { view: "overview", language: "en" }));
  for (const { label } of edges) expect(label.length).toBeLessThanOrEqual(4);
  const cut = edges.find(
    ({ from, to }) => from.endsWith("degraded_cpu") && to.endsWith("degraded_cloud"),
  );
  expect(cut?.label).toEqual(["MEMORY_TIGHT", "MEMORY_EXHAUSTED", "MEMORY_LOST", "…+2"]);
});

test.each(TIERS)(
  "mermaid: the ladder of %s draws the first choice of every cause, once",
  (tier) => {
    const { edges, states } = readMermaid(
      mermaidOf(model, { view: `profile-${tier}`, language: "en", words: WORDS }),
    );
    for (const rung of rungsOf(tier)) {
      expect(states.has(idOf(`profile.${profileStateOf(tier, rung)}`))).toBe(true);
    }
    const wanted = model.transitions
      .filter(({ from, isFirstChoice }) => isFirstChoice && from.startsWith(`profile.${tier}.`))
      .map(({ from, to, code }) => `${idOf(from)} ${idOf(to ?? "")} ${code}`);
    const drawn = edges
      .filter(({ from }) => from.startsWith(`profile_${tier}_`))
      .flatMap(({ from, to, label }) => label.map((code) => `${from} ${to} ${code}`));
    expect(drawn.toSorted()).toEqual(wanted.toSorted());
    const into = edges.filter(({ to }) => to === `profile_${tier}`).flatMap(({ label }) => label);
    expect(into.toSorted()).toEqual(["HOST_DETECTED", "TIER_CHANGED"]);
  },
);

test.each(["vram", "memory", "tasks", "cloud", "editor", "hold"] as const)(
  "mermaid: the picture of %s names every event that moves it, and no other",
  (region) => {
    const { edges, states, starts } = readMermaid(
      mermaidOf(model, { view: `region-${region}`, language: "en" }),
    );
    const own = model.transitions.filter(
      ({ from, to }) => to !== null && from.startsWith(`${region}.`),
    );
    const drawn = edges.flatMap(({ label }) => label.map((line) => line.replace(/ \[.*/, "")));
    expect([...new Set(drawn)].toSorted()).toEqual(
      [...new Set(own.map(({ event }) => event))].toSorted(),
    );
    for (const { path } of leavesOf(model, region)) expect(states.has(idOf(path))).toBe(true);
    expect(starts).toEqual([idOf(model.states.find(({ path }) => path === region)?.initial ?? "")]);
  },
);

test("mermaid: an arrow from any state stands only for states that really have the transition", () => {
  const { edges, states } = readMermaid(mermaidOf(model, { view: "region-vram", language: "en" }));
  expect(states.get("any_state")?.label).toBe("any state but absent");
  for (const { to, label } of edges.filter(({ from }) => from === "any_state")) {
    const event = label[0]?.replace(/ \[.*/, "");
    const sources = model.transitions
      .filter((each) => each.event === event && idOf(each.to ?? "") === to)
      .map(({ from }) => from);
    const all = leavesOf(model, "vram").map(({ path }) => path);
    const expected = all.filter((path) => path !== "vram.absent" && idOf(path) !== to);
    expect(sources.filter((path) => path !== "vram.absent")).toEqual(expected);
  }
});

test("mermaid: in every state the overview lights the six signals and the rung, nothing else", () => {
  const base = initialChart().state;
  const profiles = TIERS.flatMap((tier) => rungsOf(tier).map((rung) => profileStateOf(tier, rung)));
  for (const profile of ["detecting", ...profiles]) {
    const active: State = { ...base, profile, hold: "held.cloud", memory: "tight" };
    const text = mermaidOf(model, { view: "overview", language: "zh", words: WORDS, active });
    const wanted = REGIONS.map((region) => idOf(`${region}.${active[region]}`));
    expect(readMermaid(text).classes.get("active")?.toSorted()).toEqual(wanted.toSorted());
  }
});

test("mermaid: without an active state nothing is lit", () => {
  const text = mermaidOf(model, { view: "profile-LOCAL_CPU_ONLY", language: "en" });
  expect(text).not.toContain("active");
});

test("mermaid: Chinese arrows speak Chinese, and no two codes read the same", () => {
  const { edges } = readMermaid(
    mermaidOf(model, { view: "profile-LOCAL_GPU_HIGH", language: "zh", words: WORDS }),
  );
  const lines = new Set(edges.flatMap(({ label }) => label));
  for (const line of lines) expect(line).toMatch(/\p{Script=Han}/u);
  expect(lines.size).toBe(REASON_CODES.length);
});
