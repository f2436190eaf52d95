/** The page's what-if in a real browser, on a recorded history: asked, compared, refused, cancelled, sent on. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import { createServer } from "../src/http/server.ts";
import { barriersOn, browserTest, inEveryLook, keepPicture, visit } from "./support/browser.ts";
import { live } from "./support/live.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";
import { tellPlato } from "./support/told-log.ts";

const STRICT = "vram.enter=0.5&vram.hard=0.6&vram.slow_exit=0.48&vram.quick_exit=0.4";

/** The recorded exhaustion of a 20 GB card, served. */
async function recordedService(): Promise<string> {
  const dataFolder = join(temporaryFolder(), "data");
  tellPlato(dataFolder);
  const runtime = await live({ dataFolder, language: "en" });
  const server = await createServer(runtime, { port: 0 });
  onTestFinished(() => server.close());
  const [address] = await server.listen();
  return `${address?.url}/`;
}

const numberOf = (page: Page, id: string) => page.locator(`[id="what-if-${id}"]`);
const run = (page: Page) => page.getByRole("button", { name: "Go through the log" });

browserTest(
  "page what-if: an address gives its answer in every look, and keeps nobody out",
  async () => {
    const url = await recordedService();
    await inEveryLook(`${url}#/what-if?${STRICT}`, "what-if", async (page) => {
      await page.locator(".histories .mark").first().waitFor();
      expect(await page.locator(".histories .strip").count()).toBe(2);
      const [actual, supposed] = await page.locator(".histories .strip").all();
      expect(await actual?.locator(".mark").count()).toBe(await supposed?.locator(".mark").count());
    });
  },
);

browserTest(
  "page what-if: slider and number go together, and the address holds what was asked",
  async () => {
    const url = await recordedService();
    const { page, complaints } = await visit(`${url}#/what-if`);
    // The host of this test has no card, so that group is folded at first.
    await page.locator("summary", { hasText: "GPU memory" }).first().click();
    const slider = page.getByRole("slider", { name: "GPU memory: Exhausted" });
    await slider.waitFor();
    expect(await run(page).isDisabled()).toBe(true);
    await slider.fill("86");
    expect(await numberOf(page, "vram.hard").inputValue()).toBe("86");
    await numberOf(page, "vram.enter").fill("84.5");
    expect(await page.getByRole("slider", { name: "GPU memory: Tight" }).inputValue()).toBe("85");
    await run(page).click();
    await page.getByRole("heading", { name: "What would have been" }).waitFor();
    expect(new URLSearchParams(page.url().split("?")[1]).get("vram.hard")).toBe("0.86");
    expect(new URLSearchParams(page.url().split("?")[1]).get("vram.enter")).toBe("0.845");
    await page.getByRole("button", { name: "Reset: GPU memory, Tight (now 85 %)" }).click();
    expect(await numberOf(page, "vram.enter").inputValue()).toBe("85");
    await page.getByText("The form was changed").waitFor();
    await page.goBack();
    await page.getByText("Begin with one of the examples").waitFor();
    expect(await numberOf(page, "vram.hard").inputValue()).toBe("92");
    expect(complaints).toEqual([]);
  },
);

browserTest("page what-if: two values that contradict are named, and nothing is sent", async () => {
  const url = await recordedService();
  const { page } = await visit(`${url}#/what-if`);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(`${request.method()} ${request.url()}`));
  await page.locator("summary", { hasText: "GPU memory" }).first().click();
  await numberOf(page, "vram.enter").fill("95");
  await page
    .getByText("GPU memory: Tight (95 %) must be below GPU memory: Exhausted (92 %).")
    .waitFor();
  expect(await run(page).isDisabled()).toBe(true);
  expect(await numberOf(page, "vram.hard").getAttribute("aria-invalid")).toBe("true");
  expect(await numberOf(page, "vram.hard").inputValue()).toBe("92");
  await keepPicture(page, "what-if-contradiction");
  expect(await barriersOn(page)).toEqual([]);
  expect(asked.filter((each) => each.startsWith("POST"))).toEqual([]);
});

browserTest("page what-if: a difference in the list is shown on the strips", async () => {
  const url = await recordedService();
  const { page } = await visit(`${url}#/what-if?${STRICT}`);
  const step = page.locator("table", { hasText: "appears" }).getByRole("button").first();
  await step.click();
  await page.waitForURL(/since=\d+&until=\d+/);
  expect(await page.locator(".histories .strip").first().locator(".mark").count()).toBe(1);
  await page.getByRole("button", { name: "All", exact: true }).click();
  await page.getByText("stretches that differ: 7").waitFor();
  const whole = page.url();
  await page.getByRole("button", { name: "Closer" }).click();
  await page.waitForURL((address) => address.href !== whole);
});

browserTest(
  "page what-if: a busy service is said and asked again; a run can be cancelled",
  async () => {
    const url = await recordedService();
    const { page } = await visit(`${url}#/what-if`);
    let answers = 0;
    await page.route("**/api/runtime/what-if*", async (route) => {
      answers += 1;
      if (answers === 1) await route.fulfill({ status: 503, json: { title: "busy" } });
      else if (answers === 3) await route.continue();
    });
    await page.getByRole("button", { name: "Half the grace period" }).click();
    await run(page).click();
    await page.getByText("Two long runs are under way already").waitFor();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("progressbar").waitFor();
    // The bar stands before the question is under way; one that is cancelled sooner is never counted.
    await expect.poll(() => answers, { timeout: 20_000 }).toBe(2);
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("Cancelled.").waitFor();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { name: "What would have been" }).waitFor();
  },
);
