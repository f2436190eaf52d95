/**
 * A person's story, told by a real browser on the real host: another program takes memory, the page
 * shows the step and its sentence; the person looks at the moment before, and asks what would have been
 * with another threshold.
 */
import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import type { Page } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { takeMemory } from "../bench/daemon.ts";
import { barriersOn, browserTest, keepPicture, visit } from "./support/browser.ts";
import { pageDaemon } from "./support/page-daemon.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

/** Far enough below what is free that the other tests of this machine cannot cross it, in MiB. */
const ROOM_MIB = 2500;
const TAKEN_MIB = 3500;
const HARD_MIB = 6000;

/** What must be free for all that, and for the machine itself. */
const NEEDED_MIB = 8000;

const AVAILABLE_MIB = availableMib();

function availableMib(): number {
  try {
    const [, kib = "0"] =
      /^MemAvailable:\s+(\d+)/m.exec(readFileSync("/proc/meminfo", "utf8")) ?? [];
    return Math.floor(Number(kib) / 1024);
  } catch {
    return 0;
  }
}

/** Another program that takes memory and keeps it; it ends with the test at the latest. */
function takenMemory(mib: number): ChildProcess {
  const child = takeMemory(mib);
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** A cloud that answers and gets nothing: a listener of this host. */
async function loopbackCloud(): Promise<string> {
  const server = createServer((socket) => socket.end()).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const gigabytes = (mib: number): string => (mib / 1024).toFixed(1);

const rules = (available: number) => ({
  enter: available - ROOM_MIB,
  hard: available - HARD_MIB,
  slow_exit: available - ROOM_MIB + 100,
  quick_exit: available - ROOM_MIB + 500,
  grace_ms: 300,
  min_samples: 2,
  dwell_ms: 1000,
  quick_exit_ms: 1000,
  slow_exit_ms: 2000,
});

const onRung = (page: Page, rung: string) =>
  page.locator(".place .rung", { hasText: rung }).waitFor();

async function story(): Promise<void> {
  const daemon = await pageDaemon(temporaryFolder(), {
    sensors: { beat_ms: 250, gpu_ms: 1000, slow_ms: 1000 },
    thresholds: { memory: rules(AVAILABLE_MIB) },
    // The planned model is small, so that the room under this threshold is enough for it.
    policy: { footprints: { nominal: 100, cpu: 100 } },
    cloud: { allowed: true, base_url: await loopbackCloud() },
    ollama: { host: "http://127.0.0.1:9" },
  });
  const { page, complaints } = await visit(daemon.url);
  await onRung(page, "nominal");
  await page.locator(".signal.good", { hasText: "cloud" }).waitFor();

  const hog = takenMemory(TAKEN_MIB);
  await onRung(page, "cloud");
  const shown = Date.now();
  await page.locator(".sentence", { hasText: /memory/i }).waitFor();
  const step = await newestStep(page);
  expect(step.data.reason.code).toBe("MEMORY_TIGHT");
  console.info(`page story: the step was on the page ${shown - step.at} ms after it was decided`);
  await keepPicture(page, "story-1-step");
  hog.kill("SIGKILL");

  await page.getByRole("link", { name: "See that moment" }).click();
  await page.locator(".replay .place .rung", { hasText: "cloud" }).waitFor();
  expect(page.url()).toContain(`at=${step.seq}`);
  await page.getByRole("button", { name: "Previous reading" }).click();
  await page.locator(".replay .place .rung", { hasText: "nominal" }).waitFor();
  await page
    .locator(".chart svg [data-state='profile.LOCAL_CPU_ONLY.nominal'][data-active=true]")
    .waitFor();
  await keepPicture(page, "story-2-before");
  expect(await barriersOn(page)).toEqual([]);

  await page.getByRole("navigation").getByRole("link", { name: "What if" }).click();
  const group = page.locator("details", { hasText: "Memory available" }).last();
  if ((await group.getAttribute("open")) === null) await group.locator("summary").click();
  await group
    .getByLabel("Tight", { exact: true })
    .fill(gigabytes(AVAILABLE_MIB - TAKEN_MIB - 1200));
  await page.getByRole("button", { name: "Go through the log" }).click();
  await page.locator(".strip .mark").first().waitFor();
  await keepPicture(page, "story-3-what-if");
  expect(await page.locator(".strip .mark").count()).toBeGreaterThanOrEqual(2);
  expect(await page.locator("#what-if-differences").locator("..").textContent()).toMatch(/memory/i);
  expect(await barriersOn(page)).toEqual([]);
  expect(complaints).toEqual([]);
}

interface Step {
  readonly seq: number;
  readonly at: number;
  readonly data: { readonly reason: { readonly code: string } };
}

function newestStep(page: Page): Promise<Step> {
  return page.evaluate(async () => {
    const answer = await fetch("/api/runtime/events?type=transition&order=desc&limit=1");
    return ((await answer.json()) as { events: Step[] }).events[0] as Step;
  });
}

const NAME = "page story: memory runs short, the step is seen, looked back on, and asked about";
if (AVAILABLE_MIB >= NEEDED_MIB) browserTest(NAME, story);
else
  test.skip(
    `${NAME} [SKIPPED: needs ${NEEDED_MIB} MiB of free memory, there are ${AVAILABLE_MIB}]`,
    story,
  );
