/**
 * A real browser for tests of the page: Chromium, driven by playwright-core.
 *
 * `npm test` installs Chromium where it is missing and that is possible (`scripts/find-chromium.js`).
 * Where there is none, these tests are skipped under a name that says so. Every visit collects what a
 * person would never see and a page must never do: errors in the console, requests to another host.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { findChromium } from "../../scripts/find-chromium.js";
import { ROOT } from "./pages.ts";

const EXECUTABLE = findChromium();
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Pictures of the last run, for people to look at; not kept in the repository. */
const ARTEFACTS = join(ROOT, "test", "artefacts");

/** How a page is looked at. */
export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: "light" | "dark";
  readonly language?: "en" | "zh";
}

/** A page that is open, and what it did wrong so far. */
export interface Visit {
  readonly page: Page;
  /** Errors of the console and requests to other hosts; an empty list is expected. */
  readonly complaints: readonly string[];
}

/** Longest wait for anything on a page, ms; other tests share the processors. */
const WAIT_MS = 60_000;

let browser: Promise<Browser> | null = null;
afterAll(async () => {
  await (await browser)?.close();
  browser = null;
});

/** A test in a browser; without one it is skipped, and its name tells why and what to do. */
export function browserTest(name: string, run: () => Promise<void>): void {
  if (EXECUTABLE !== null) test(name, run);
  else test.skip(`${name} [SKIPPED: no Chromium here; apt-get install chromium]`, run);
}

/** Opens a page in a profile of its own. */
export async function visit(url: string, look: Look = {}): Promise<Visit> {
  return (await emptyPage(look))(url);
}

/** The same in two steps, for what would be over before a browser is there. */
export async function emptyPage(look: Look = {}): Promise<(url: string) => Promise<Visit>> {
  const { width = 1280, height = 900, theme = "light", language = "en" } = look;
  browser ??= chromium.launch({
    executablePath: EXECUTABLE as string,
    // Root may not use the sandbox; the pages are our own.
    args: ["--no-sandbox", "--disable-background-networking"],
  });
  const context = await (await browser).newContext({
    viewport: { width, height },
    colorScheme: theme,
    locale: language === "zh" ? "zh-CN" : "en-GB",
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  return (url) => opened(page, url);
}

async function opened(page: Page, url: string): Promise<Visit> {
  const complaints: string[] = [];
  const { host } = new URL(url);
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning")
      complaints.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on("request", (request) => {
    if (new URL(request.url()).host !== host) complaints.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return { page, complaints };
}

/** The looks in which every view must hold: both themes and languages, a wide screen and a small phone. */
const LOOKS = [
  { name: "light", theme: "light", language: "en", width: 1280 },
  { name: "dark-zh", theme: "dark", language: "zh", width: 1280 },
  { name: "phone", theme: "light", language: "en", width: 360 },
  { name: "phone-dark-zh", theme: "dark", language: "zh", width: 360 },
] as const;

/**
 * Opens an address in every look, waits with `ready`, keeps a picture, and expects that nothing sticks
 * out, that nobody is kept out, and that the page has done nothing wrong.
 */
export async function inEveryLook(
  url: string,
  name: string,
  ready: (page: Page, look: (typeof LOOKS)[number]) => Promise<void>,
): Promise<void> {
  for (const look of LOOKS) {
    const { page, complaints } = await visit(url, look);
    await ready(page, look);
    await keepPicture(page, `${name}-${look.name}`);
    expect(await fitsTheWidth(page), look.name).toBe(true);
    expect(await barriersOn(page), look.name).toEqual([]);
    expect(complaints, look.name).toEqual([]);
    await page.context().close();
  }
}

/** What axe-core finds wrong for people who cannot see, or cannot use a mouse. */
export async function barriersOn(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: AxeRunner };
    const { violations } = await axe.run();
    return violations.map(({ id, help, nodes }) => {
      return `${id}: ${help} (${nodes.map(({ target }) => target.join(" ")).join("; ")})`;
    });
  });
}

interface AxeRunner {
  run(): Promise<{
    violations: { id: string; help: string; nodes: { target: string[] }[] }[];
  }>;
}

/** Keeps a picture of the whole page under this name. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  mkdirSync(ARTEFACTS, { recursive: true });
  await page.screenshot({ path: join(ARTEFACTS, `${name}.png`), fullPage: true });
}

/** True when nothing sticks out to the right. */
function fitsTheWidth(page: Page): Promise<boolean> {
  return page.evaluate("document.documentElement.scrollWidth <= innerWidth") as Promise<boolean>;
}
