import { expect } from "vitest";
import { barriersOn, browserTest, fitsTheWidth, keepPicture, visit } from "./support/browser.ts";
import { pageService } from "./support/page-service.ts";

const LOOKS = [
  { name: "light", theme: "light", language: "en", width: 1280 },
  { name: "dark-zh", theme: "dark", language: "zh", width: 1280 },
  { name: "phone", theme: "light", language: "en", width: 360 },
  { name: "phone-dark-zh", theme: "dark", language: "zh", width: 360 },
] as const;

browserTest("page replay: a shared moment is shown as it was; nobody is kept out", async () => {
  const { url, runtime } = await pageService();
  const calm = runtime.seq();
  runtime.degrade({ rung: "shed", reason: "rendering the final cut" });
  for (const { name, ...look } of LOOKS) {
    const { page, complaints } = await visit(`${url}#/replay?at=${calm}&zoom=10m`, look);
    await page.locator(".place .rung", { hasText: "nominal" }).waitFor();
    await page.locator("figure.chart > svg").waitFor();
    await page.locator(".curve canvas").first().waitFor();
    expect(await page.locator("table.policy tbody tr").count()).toBe(3);
    await keepPicture(page, `replay-${name}`);
    expect(await fitsTheWidth(page), name).toBe(true);
    expect(await barriersOn(page), name).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  }
});

browserTest("page replay: steps go from change to change, and the address follows", async () => {
  const { url, runtime } = await pageService();
  const before = runtime.seq();
  runtime.degrade({ rung: "shed", reason: "one" });
  const { page, complaints } = await visit(`${url}#/replay?at=${before}`);
  await page.locator(".place .rung", { hasText: "nominal" }).waitFor();
  await page.getByRole("button", { name: "Next step" }).click();
  await page.locator(".place .rung", { hasText: "shed" }).waitFor();
  await page.locator(".sentence", { hasText: "one" }).waitFor();
  await page.waitForFunction(
    `new URLSearchParams(location.hash.split("?")[1]).get("at") > ${before}`,
  );
  expect(await page.locator("p[role=status].hidden").allTextContents()).toContainEqual(
    expect.stringContaining("new work refused"),
  );
  await page.getByRole("button", { name: "Next step" }).click();
  await page.getByText("There is nothing later.").waitFor();
  await page.getByRole("button", { name: "Previous step" }).click();
  await page.locator(".place .rung", { hasText: "nominal" }).waitFor();
  expect(complaints).toEqual([]);
});

browserTest("page replay: the slider leads back by keyboard, and says its time", async () => {
  const { url, runtime } = await pageService();
  runtime.degrade({ rung: "shed", reason: "one" });
  const { page, complaints } = await visit(`${url}#/replay`);
  await page.locator(".place .rung", { hasText: "shed" }).waitFor();
  const slider = page.getByRole("slider");
  expect(await slider.getAttribute("aria-valuetext")).toMatch(/\d\d:\d\d:\d\d/);
  await slider.focus();
  await page.keyboard.press("Home");
  await page.locator(".place .rung", { hasNotText: "shed" }).waitFor();
  await page.getByRole("button", { name: "To now" }).click();
  await page.locator(".place .rung", { hasText: "shed" }).waitFor();
  expect(complaints).toEqual([]);
});

browserTest("page replay: playing goes on until it is paused or the log ends", async () => {
  const { url, runtime } = await pageService();
  runtime.degrade({ rung: "shed", reason: "one" });
  const { page, complaints } = await visit(`${url}#/replay?at=1`);
  await page.locator(".place").waitFor();
  await page.getByRole("radio", { name: "600×" }).check({ force: true });
  await page.getByRole("button", { name: "Play" }).click();
  await page.locator(".place .rung", { hasText: "shed" }).waitFor();
  await page.getByRole("button", { name: "Play" }).waitFor();
  expect(complaints).toEqual([]);
});

browserTest("page replay: a moment that the log does not have leads to the nearest", async () => {
  const { url } = await pageService();
  const { page } = await visit(`${url}#/replay?at=999999`);
  const problem = page.getByRole("alert");
  await problem.getByText("999999").waitFor();
  await problem.getByRole("button", { name: "Go to the nearest moment" }).click();
  await page.locator(".place .rung", { hasText: "nominal" }).waitFor();
  expect(await page.getByRole("alert").count()).toBe(0);
});
