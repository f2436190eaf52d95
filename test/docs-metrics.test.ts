/** The guides' tables of metrics and the dashboard hold exactly what a real scrape has. */
import { expect, test } from "vitest";
import {
  DASHBOARD,
  dashboard,
  labelsNamedIn,
  queriesOf,
  selectorsIn,
} from "./support/dashboard.ts";
import type { Family } from "./support/open-metrics.ts";
import { blocksOf, codesIn, GUIDES, PAGES, tableOf, textOf } from "./support/pages.ts";
import { scrapeOf, watchedCard } from "./support/scrape.ts";

/** Metrics that no panel shows. */
const NOT_DRAWN = [
  // Tier and rung over time show it as their state 0.
  "runtime_profile_detecting",
];

/** What Prometheus itself adds to every series. */
const OF_PROMETHEUS = ["instance", "job"];

/** A scrape in which every sensor has a value. */
async function fullScrape(): Promise<readonly Family[]> {
  return scrapeOf((await watchedCard()).runtime);
}

/** The labels of a metric, with all values that they take. */
function valuesOf({ series }: Family): Map<string, Set<string>> {
  const values = new Map<string, Set<string>>();
  for (const [label, value] of series.flatMap(({ labels }) => Object.entries(labels)))
    values.set(label, (values.get(label) ?? new Set()).add(value));
  return values;
}

test("docs: both guides have every metric with its type and labels, and no other", async () => {
  const families = await fullScrape();
  const expected = families.map((family) => [
    family.name,
    family.type,
    [...valuesOf(family).keys()].sort(),
  ]);
  for (const guide of GUIDES) {
    const rows = tableOf(guide, "Metric", "指标").map(([name = "", type, labels = ""]) => [
      ...[name.slice(1, -1), type, codesIn(labels).sort()],
    ]);
    expect(rows, guide).toEqual(expected);
  }
  expect(blocksOf(GUIDES[1], "yaml")).toEqual(blocksOf(GUIDES[0], "yaml"));
});

test("docs: every metric that a page names is in a scrape", async () => {
  const names = (await fullScrape()).map(({ name }) => name);
  const named = PAGES.flatMap((page) => textOf(page).match(/\bruntime_profile_\w+/g) ?? []);
  const foreign = named.filter((name) => !names.includes(name));
  expect(named.length).toBeGreaterThan(60);
  expect(foreign).toEqual([]);
});

test("dashboard: every metric, label and value that it asks for is in a scrape", async () => {
  const families = await fullScrape();
  const queries = queriesOf(dashboard());
  expect(queries.length).toBeGreaterThan(35);
  for (const query of queries) {
    const selectors = selectorsIn(query.expr);
    expect(selectors.length, query.title).toBeGreaterThan(0);
    const labels = new Set(OF_PROMETHEUS);
    for (const { name, wanted } of selectors) {
      const family = families.find((each) => each.name === name);
      if (family === undefined) throw new Error(`${query.title}: no metric is called ${name}`);
      const values = valuesOf(family);
      for (const label of values.keys()) labels.add(label);
      expect(wanted["instance"], `${query.title}: ${name}`).toEqual(["$instance"]);
      for (const [label, asked] of Object.entries(wanted)) {
        if (OF_PROMETHEUS.includes(label)) continue;
        for (const value of asked)
          expect([...(values.get(label) ?? [])], `${query.title}: ${label}`).toContain(value);
      }
    }
    for (const label of labelsNamedIn(query)) expect([...labels], query.title).toContain(label);
  }
});

test("dashboard: every metric is drawn, or listed as one that is not", async () => {
  const names = (await fullScrape()).map(({ name }) => name);
  const drawn = new Set(
    queriesOf(dashboard()).flatMap(({ expr }) => selectorsIn(expr).map(({ name }) => name)),
  );
  expect(names.filter((name) => !drawn.has(name))).toEqual(NOT_DRAWN);
});

test("dashboard: panels lie side by side, say what they show in two languages, and ask one source", () => {
  const { panels, templating, uid, schemaVersion } = dashboard();
  expect([uid, schemaVersion]).toEqual(["runtime-profile", 39]);
  expect(templating.list.map(({ name, type }) => [name, type])).toEqual([
    ["datasource", "datasource"],
    ["instance", "query"],
  ]);
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
  const cells = new Set<string>();
  for (const { title, description, type, gridPos, targets = [] } of panels) {
    expect(title).toMatch(/^[\x20-\x7e]+ · .*\p{Script=Han}/u);
    if (type !== "row") expect(description, title).toMatch(/^[A-Z].*\. ?\p{Script=Han}.*。$/u);
    expect(new Set(targets.map(({ refId }) => refId)).size, title).toBe(targets.length);
    const { x, y, w, h } = gridPos;
    expect(x + w, title).toBeLessThanOrEqual(24);
    for (let place = 0; place < w * h; place += 1) {
      const cell = `${x + (place % w)},${y + Math.floor(place / w)}`;
      expect(cells.has(cell), title).toBe(false);
      cells.add(cell);
    }
  }
  const sources = textOf(DASHBOARD).match(/"type": "prometheus",\s+"uid": "[^"]*"/g) ?? [];
  expect(sources.length).toBeGreaterThan(panels.length);
  for (const source of sources) expect(source).toMatch(/"\$\{datasource\}"$/);
});
