/**
 * What the page costs a person: bytes, time to the first paint and to each view, memory of the tab.
 *
 * A real daemon and a real browser on loopback. Each view is opened on a log of one million readings
 * and on a nearly empty one, in turn; the plain page (HTML without a script) is the peer for the first
 * paint. The tab's memory is looked at after a collection of garbage, before and after 3,600 events
 * that really come over the line.
 *
 * Run: node bench/page.ts [--readings 1000000] [--rounds 5] [--events 3600] [--folder DIR]
 * With --folder the long log there is used, or made and kept. Needs Chromium; ends by itself.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { type Browser, chromium, type Page } from "playwright-core";
import { findChromium } from "../scripts/find-chromium.js";
import { openLog } from "../src/log/sqlite-log.ts";
import { type Daemon, startDaemon } from "./daemon.ts";
import { judged, medianOf } from "./figures.ts";
import { longRun } from "./long-log.ts";

const { values } = parseArgs({
  options: {
    readings: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "5" },
    events: { type: "string", default: "3600" },
    folder: { type: "string" },
  },
});
const rounds = Number(values.rounds);
const events = Number(values.events);

/** Aims: the page's JavaScript and CSS, and the first view of a long log. */
const GOALS = { gzippedBytes: 90_000, firstViewMs: 1000 };

/** What must be there before a view counts as open. */
const VIEWS = {
  now: ".place strong",
  log: "#content .opener",
  replay: "#content input[type=range]",
} as const;

const ASSETS = join(import.meta.dirname, "..", "web", "dist", "assets");

function sizes(): void {
  let total = 0;
  for (const name of readdirSync(ASSETS)) {
    const bytes = readFileSync(join(ASSETS, name));
    const gzipped = gzipSync(bytes, { level: 9 }).length;
    total += gzipped;
    console.log(`${name}: ${bytes.length} bytes, ${gzipped} gzipped`);
  }
  console.log(`JavaScript and CSS, gzipped: ${judged(total, { most: GOALS.gzippedBytes })}`);
}

/** Writes the long log, in virtual time, if it is not there. */
function writeLongLog(folder: string): void {
  if (existsSync(join(folder, "log.sqlite"))) return;
  const { log } = openLog({ folder, mode: "write" });
  const run = longRun(log);
  const step = 100_000;
  for (let left = Number(values.readings); left > 0; left -= step) run.beats(Math.min(step, left));
  log.close();
}

interface Opened {
  readonly paintMs: number;
  readonly viewMs: number;
  readonly bytes: number;
}

/** Opens an address in a fresh profile; `wanted` is what counts as open. */
async function opened(browser: Browser, url: string, wanted: string): Promise<Opened> {
  const context = await browser.newContext();
  const page = await context.newPage();
  let bytes = 0;
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  session.on("Network.dataReceived", ({ dataLength }) => {
    bytes += dataLength;
  });
  const start = performance.now();
  await page.goto(url, { waitUntil: "commit" });
  await page.locator(wanted).first().waitFor();
  const viewMs = performance.now() - start;
  const paintMs = (await page.evaluate(FIRST_PAINT)) as number;
  await context.close();
  return { paintMs, viewMs, bytes };
}

/** For the browser, which knows more kinds of entries than Node. */
const FIRST_PAINT = `new Promise((resolve) => {
  new PerformanceObserver((list) => {
    const found = list.getEntries().find(({ name }) => name === "first-contentful-paint");
    if (found !== undefined) resolve(found.startTime);
  }).observe({ type: "paint", buffered: true });
})`;

async function views(browser: Browser, long: string, short: string): Promise<void> {
  const peers: number[] = [];
  const paints: number[] = [];
  for (const [view, wanted] of Object.entries(VIEWS)) {
    const figures: Record<"long" | "short", Opened[]> = { long: [], short: [] };
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, base] of Object.entries({ long, short }) as ["long" | "short", string][]) {
        const one = await opened(browser, `${base}/#/${view}`, wanted);
        figures[name].push(one);
        paints.push(one.paintMs);
        peers.push((await opened(browser, `${base}/plain`, "pre")).paintMs);
      }
    }
    const [slow, quick] = [figures.long, figures.short].map((each) =>
      medianOf(each.map(({ viewMs }) => viewMs)),
    ) as [number, number];
    const kilobytes = medianOf(figures.long.map(({ bytes }) => bytes)) / 1000;
    console.log(
      `${view}: ${judged(slow, { most: GOALS.firstViewMs })} ms on the long log, ${quick.toFixed(0)} ms on a short one (ratio ${(slow / quick).toFixed(2)}); ${kilobytes.toFixed(0)} kB received, all files included`,
    );
  }
  const [paint, peer] = [medianOf(paints), medianOf(peers)];
  console.log(
    `first paint: ${paint.toFixed(0)} ms; the plain page: ${peer.toFixed(0)} ms (ratio ${(paint / peer).toFixed(2)})`,
  );
}

/** Reports `events` task outcomes; each comes back over the line as an entry. */
async function memory(browser: Browser, base: string): Promise<void> {
  const page = await browser.newPage();
  await page.addInitScript(EAR);
  await page.goto(`${base}/#/now`);
  await page.locator(VIEWS.now).first().waitFor();
  await heard(page, 1);
  const before = await heapOf(page);
  const body = JSON.stringify({ task: "vision", provider: "local", model: "moondream", ok: true });
  const headers = { "content-type": "application/json" };
  for (let sent = 0; sent < events; sent += 1)
    await (await fetch(`${base}/api/runtime/tasks`, { method: "POST", headers, body })).text();
  await heard(page, events);
  const after = await heapOf(page);
  console.log(
    `memory of the tab: ${(before / 1e6).toFixed(1)} MB of heap when opened, ${(after / 1e6).toFixed(1)} MB after ${events} events (ratio ${(after / before).toFixed(2)})`,
  );
  await page.close();
}

const EAR = `
globalThis.heard = 0;
globalThis.EventSource = class extends EventSource {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", () => { globalThis.heard += 1; });
  }
};`;

function heard(page: Page, wanted: number): Promise<unknown> {
  return page.waitForFunction(
    (count) => (globalThis as unknown as { heard: number }).heard >= count,
    wanted,
    { timeout: 120_000 },
  );
}

async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize;
}

async function main(): Promise<void> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error("There is no Chromium; apt-get install chromium.");
  const temporary = mkdtempSync(join(tmpdir(), "rp-page-"));
  const long = values.folder ?? join(temporary, "long");
  sizes();
  writeLongLog(join(long, "data"));
  const port = 8300 + (process.pid % 300);
  const daemons: Daemon[] = [];
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    for (const [index, folder] of [long, join(temporary, "short")].entries()) {
      mkdirSync(folder, { recursive: true });
      daemons.push(await startDaemon({ folder, port: port + index, config: {}, isQuiet: true }));
    }
    const [first, second] = [0, 1].map((index) => `http://127.0.0.1:${port + index}`);
    await views(browser, first as string, second as string);
    await memory(browser, second as string);
  } finally {
    await browser.close();
    for (const daemon of daemons) await daemon.end();
    rmSync(temporary, { recursive: true, force: true });
  }
}

await main();
