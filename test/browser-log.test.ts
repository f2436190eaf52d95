import { expect } from "vitest";
import { browserTest, inEveryLook, visit } from "./support/browser.ts";
import { pageService } from "./support/page-service.ts";

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
