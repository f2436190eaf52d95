import type { Page } from "playwright-core";
import { expect } from "vitest";
import { browserTest, keepPicture, visit } from "./support/browser.ts";
import { pageDaemon } from "./support/page-daemon.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

/** Numbers of all entries that came over the line, as the browser got them. */
const numbersIn = (page: Page) => page.evaluate("globalThis.heard") as Promise<number[]>;

/** The page's policy forbids to evaluate texts, so this is a function. */
const heardAtLeast = (page: Page, wanted: number) =>
  page.waitForFunction(
    (count) => (globalThis as unknown as { heard: number[] }).heard.length >= count,
    wanted,
  );

/** Puts an ear to every line that the page opens. */
const EAR = `
globalThis.heard = [];
globalThis.EventSource = class extends EventSource {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", ({ lastEventId }) => globalThis.heard.push(Number(lastEventId)));
  }
};`;

const QUICK = { sensors: { beat_ms: 250, gpu_ms: 1000, slow_ms: 1000 } };

browserTest(
  "page line: the server is killed and started again; nothing is missing, nothing twice",
  async () => {
    const daemon = await pageDaemon(temporaryFolder(), QUICK);
    const { page } = await visit("about:blank");
    await page.addInitScript(EAR);
    await page.goto(daemon.url);
    await page.getByText("live", { exact: true }).waitFor();
    await heardAtLeast(page, 5);
    await daemon.kill();
    await page.getByText("connection lost").waitFor();
    const before = (await numbersIn(page)).length;
    await keepPicture(page, "line-lost");
    expect(
      await page.locator(".place").getByText("LOCAL", { exact: false }).count(),
    ).toBeGreaterThan(0);
    await daemon.startAgain();
    await page.getByText("live", { exact: true }).waitFor();
    await heardAtLeast(page, before + 15);
    const numbers = await numbersIn(page);
    const [first = 0] = numbers;
    expect(numbers).toEqual(numbers.map((_each, index) => first + index));
    const types = await page.evaluate(async (after) => {
      const answer = await fetch(`/api/runtime/events?type=runtime.started&after=${after}`);
      return ((await answer.json()) as { events: { seq: number }[] }).events.map(({ seq }) => seq);
    }, first);
    expect(numbers).toEqual(expect.arrayContaining(types));
    expect(types).toHaveLength(1);
  },
);

browserTest(
  "page line: the past is asked for behind the number where the line begins",
  async () => {
    const daemon = await pageDaemon(temporaryFolder(), QUICK);
    const { page } = await visit("about:blank");
    const order: string[] = [];
    const routeOf = (url: string) => new URL(url).pathname.split("/").at(-1);
    page.on("response", (answer) => {
      if (routeOf(answer.url()) === "status") order.push("number known");
    });
    page.on("request", (question) => {
      if (routeOf(question.url()) === "history") order.push("past asked");
    });
    await page.goto(daemon.url);
    await page.getByText("live", { exact: true }).waitFor();
    expect(order.slice(0, 2)).toEqual(["number known", "past asked"]);
  },
);
