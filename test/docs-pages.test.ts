/** The pages hang together: links, languages, decisions, and what they say of the house. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { PACKAGE_VERSION } from "../src/domain/version.ts";
import { XSTATE_VERSION } from "../src/machines/runtime-machine.ts";
import { LAW } from "./support/house-law.ts";
import {
  anchorOf,
  blocksOf,
  GUIDES,
  headingsOf,
  PAGES,
  QUICK,
  READMES,
  ROOT,
  tableOf,
  textOf,
} from "./support/pages.ts";

test("docs: every link inside the repository leads somewhere", () => {
  const broken = PAGES.flatMap((page) =>
    [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
      if (/^[a-z]+:/.test(link)) return [];
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page : join(dirname(page), path);
      if (!existsSync(join(ROOT, target))) return [`${page}: ${link}`];
      const isMissing =
        anchor !== undefined && !headingsOf(target).some(({ title }) => anchorOf(title) === anchor);
      return isMissing ? [`${page}: ${link}`] : [];
    }),
  );
  expect(broken).toEqual([]);
});

test("docs: both languages have the same headings, code and data", () => {
  for (const [english, chinese] of [READMES, GUIDES, QUICK]) {
    const levels = (page: string) => headingsOf(page).map(({ level }) => level);
    expect(levels(chinese), chinese).toEqual(levels(english));
    expect(blocksOf(chinese, "ts"), chinese).toEqual(blocksOf(english, "ts"));
    expect(blocksOf(chinese, "json"), chinese).toEqual(blocksOf(english, "json"));
  }
});

test("docs: the table of rooms is the law of the house", () => {
  const list = (cell = "") => (cell === "–" ? [] : cell.split(", "));
  const rooms = tableOf("docs/architecture.md", "Room").map(
    ([room = "", , may, packages, node]) => [
      room.slice(1, -1),
      { rooms: list(may), packages: list(packages), node: node === "yes" },
    ],
  );
  expect(rooms).toEqual(Object.entries(LAW));
});

test("docs: versions are those of package.json", () => {
  const { version, dependencies } = JSON.parse(textOf("package.json")) as {
    version: string;
    dependencies: Record<string, string>;
  };
  expect(PACKAGE_VERSION).toBe(version);
  expect(dependencies["xstate"]).toBe(XSTATE_VERSION);
  const listed = tableOf("docs/decisions/0006-dependencies.md", "Library")
    .flatMap(([cell = ""]) => cell.split(", "))
    .sort();
  const pinned = Object.entries(dependencies).map(([name, pin]) => `${name} ${pin}`);
  expect(listed).toEqual(pinned.sort());
});

test("docs: each decision has its four parts in at most 40 lines", () => {
  const decisions = PAGES.filter((page) => page.startsWith("docs/decisions/"));
  expect(decisions.length).toBeGreaterThan(8);
  for (const page of decisions) {
    const parts = headingsOf(page).filter(({ level }) => level === 2);
    expect(parts.map(({ title }) => title)).toEqual([
      ...["Status", "Decision", "Reasons", "Consequences"],
    ]);
    expect(textOf(page).split("\n").length, page).toBeLessThanOrEqual(41);
  }
});
