import { expect, test } from "vitest";
import { chartModel } from "../src/charts/chart-model.ts";
import { EVENT_DESCRIPTIONS } from "../src/charts/event-words.ts";
import { tableOf } from "../src/charts/markdown.ts";
import { transitionsPage } from "../src/charts/tables.ts";
import { REASON_CODES } from "../src/domain/reason.ts";
import { WORDS } from "../src/policy/words.ts";

const model = chartModel();
const page = transitionsPage(model, WORDS);
const sections = new Map(
  page.split("\n## ").map((text) => [text.split("\n")[0] as string, text] as const),
);
const rowsOf = (title: string) =>
  (sections.get(title) ?? "")
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| ---"));

test("tables: a cell keeps its table whole", () => {
  expect(tableOf(["a"], [["x|y\nz"]])).toBe("| a |\n| --- |\n| x\\|y z |");
});

test("tables: every table has as many cells in each row as in its head", () => {
  let width = 0;
  for (const line of page.split("\n")) {
    if (!line.startsWith("|")) width = 0;
    else {
      const cells = line.split(/(?<!\\)\|/).length;
      if (width === 0) width = cells;
      expect(cells, line).toBe(width);
    }
  }
});

test("tables: every innermost state and every event has a row", () => {
  for (const { initial, name, region } of model.states) {
    if (initial === null)
      expect(sections.get("States")).toContain(`| \`${region}\` | \`${name}\` |`);
  }
  const events = new Set(model.transitions.map(({ event }) => event));
  expect(Object.keys(EVENT_DESCRIPTIONS.en).toSorted()).toEqual([...events].toSorted());
  for (const event of events) expect(sections.get("Events")).toContain(`| \`${event}\` |`);
});

test("tables: every reason code has its sentence in English and in Chinese", () => {
  const rows = rowsOf("Reason codes").slice(1);
  expect(rows.map((row) => row.split("`")[1])).toEqual([...REASON_CODES]);
  for (const row of rows) {
    const [, , , english, , chinese] = row.split(" | ").map((cell) => cell.replaceAll("|", ""));
    expect(row.split(" | ").at(-1), row).toMatch(/\p{Script=Han}/u);
    expect(english, row).toBeDefined();
    expect(chinese ?? "").not.toContain("undefined");
  }
});

test("tables: every guard is spelled out", () => {
  for (const name of Object.keys(model.guards)) {
    expect(page, name).toMatch(new RegExp(`\\| \`${name.replaceAll(".", "\\.")}\` \\| [^|]+ \\|`));
  }
});

test("tables: every transition of the profile has a row, shared by the tiers of one shape", () => {
  const text = sections.get("Transitions of the profile") ?? "";
  const rows = rowsOf("Transitions of the profile").filter((row) => !row.startsWith("| from"));
  const all = model.transitions.filter(({ code }) => code !== null);
  for (const { from, to, code, guard } of all) {
    const shared = (path: string) =>
      path.replace(/^profile\./, "").replace(/LOCAL_GPU_\w+?(?=\.)/, "TIER");
    const isBetween = from === "profile" || from === "profile.detecting";
    const name = (path: string) => (isBetween ? path.replace(/^profile\./, "") : shared(path));
    const source = from === "profile" ? "any" : `\`${name(from)}\``;
    expect(text).toContain(`| ${source} | \`${name(to ?? "")}\` | \`${code}\` | \`${guard}\` |`);
  }
  const own = all.filter(({ from }) => from.startsWith("profile.LOCAL_GPU_MID.")).length;
  expect(rows).toHaveLength(all.length - 2 * own);
  expect(text).toContain("### `LOCAL_GPU_HIGH`, `LOCAL_GPU_MID`, `LOCAL_GPU_LOW`");
});

test("tables: every transition of the signals has a row", () => {
  const rows = rowsOf("Transitions of the signals").filter((row) => !row.startsWith("| from"));
  expect(rows).toHaveLength(model.transitions.filter(({ code }) => code === null).length);
});

test("tables: without words the page still stands, in the chart's own English", () => {
  const plain = transitionsPage(model, null);
  expect(plain).toContain("GPU memory has been over the threshold for its grace period.");
  expect(plain.replaceAll("中文", "")).not.toMatch(/\p{Script=Han}/u);
});
