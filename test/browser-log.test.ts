import { expect } from "vitest";
import { tamper } from "./log-helper.ts";
import { browserTest, inEveryLook, visit } from "./support/browser.ts";
import { firstLook } from "./support/live.ts";
import { pageService } from "./support/page-service.ts";
import { quickConfiguration } from "./support/quick-configuration.ts";

browserTest("page log: a row opens to its record, by keyboard; nobody is kept out", async () => {
  const { url, runtime } = await pageService();
  runtime.degrade({ rung: "shed", reason: "rendering the final cut" });
  await inEveryLook(`${url}#/log`, "log", async (page) => {
    const row = page.locator(".row", { hasText: "MANUAL_HOLD" });
    await row.getByText("rendering the final cut").waitFor();
    const opener = row.getByRole("button");
    expect(await opener.getAttribute("aria-expanded")).toBe("false");
    await opener.focus();
    await page.keyboard.press("Enter");
    await row.locator(".record", { hasText: "degrade.requested" }).waitFor();
    expect(await opener.getAttribute("aria-expanded")).toBe("true");
    const replay = await row.locator(".links a").first().getAttribute("href");
    expect(replay).toMatch(/^#\/replay\?at=\d+$/);
  });
});

browserTest(
  "page log: a filter stands in the address, and an empty result says which",
  async () => {
    const { url, runtime } = await pageService();
    runtime.degrade({ rung: "shed", reason: "one" });
    const { page, complaints } = await visit(`${url}#/log`);
    await page.locator(".row").nth(1).waitFor();
    await page.locator("summary", { hasText: "To rung" }).click();
    await page.getByRole("checkbox", { name: "shed" }).check();
    await expect.poll(() => page.locator(".row").count(), { timeout: 20_000 }).toBe(1);
    expect(new URL(page.url()).hash).toBe("#/log?rung=shed");
    await page.goto(`${url}#/log?code=EDITOR_BUSY`);
    const empty = page.locator(".empty", { hasText: "Nothing in the log matches" });
    await empty.getByText("EDITOR_BUSY").waitFor();
    await empty.getByRole("button", { name: "Clear all filters" }).click();
    await page.locator(".row").nth(1).waitFor();
    expect(new URL(page.url()).hash).toBe("#/log");
    expect(complaints).toEqual([]);
  },
);

browserTest("page log: new steps wait while a person reads, and then stand on top", async () => {
  const { url, runtime } = await pageService();
  const { page, complaints } = await visit(`${url}#/log`);
  await page.locator(".row").first().getByRole("button").click();
  await page.locator(".record").waitFor();
  await page.getByText("live", { exact: true }).waitFor();
  runtime.degrade({ rung: "shed", reason: "while you read" });
  const fresh = page.getByRole("button", { name: "1 new, show" });
  await fresh.waitFor();
  expect(await page.locator(".row", { hasText: "while you read" }).count()).toBe(0);
  await fresh.click();
  await page.locator(".row", { hasText: "while you read" }).waitFor();
  expect(await page.locator(".row").first().textContent()).toContain("while you read");
  expect(complaints).toEqual([]);
});

browserTest(
  "page log: a step that fell into the loss of the log's end stands there, and the line goes on",
  async () => {
    const quiet = quickConfiguration({
      sensors: { beat_ms: 600_000, gpu_ms: 600_000, slow_ms: 600_000 },
    });
    const { url, runtime } = await pageService({ configuration: quiet });
    await firstLook(runtime);
    runtime.degrade({ rung: "shed", reason: "before the damage" });
    const { page, complaints } = await visit(`${url}#/log?all=1`);
    const rows = page.locator(".row");
    await rows.getByText("before the damage").first().waitFor();
    await page.getByText("live", { exact: true }).waitFor();
    const lines: string[] = [];
    page.on("request", (request) => {
      if (/events\?after=/.test(request.url())) lines.push(request.url());
    });
    tamper(runtime.dataFolder, "UPDATE entries SET actor = 'x' WHERE seq = 5; DROP TABLE entries");
    runtime.restore();
    expect(runtime.notices.map(({ code }) => code)).toContain("FILE_SET_ASIDE");
    await rows.filter({ hasText: "restore.requested" }).waitFor();
    expect(await page.getByText("before the damage").count()).toBe(0);
    // The line that told of it stays, and what comes next comes on it.
    runtime.degrade({ rung: "shed", reason: "after the damage" });
    await rows.getByText("after the damage").first().waitFor();
    expect(lines.filter((url) => !url.includes("explain"))).toEqual([]);
    expect(complaints).toEqual([]);
  },
);
