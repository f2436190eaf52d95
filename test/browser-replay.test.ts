import { expect } from "vitest";
import { browserTest, inEveryLook, visit } from "./support/browser.ts";
import { pageService } from "./support/page-service.ts";

browserTest("page replay: a shared moment is shown as it was; nobody is kept out", async () => {
  const { url, runtime } = await pageService();
  const calm = runtime.seq();
  runtime.degrade({ rung: "shed", reason: "rendering the final cut" });
  await inEveryLook(`${url}#/replay?at=${calm}&zoom=10m`, "replay", async (page) => {
    await page.locator(".place .rung", { hasText: "nominal" }).waitFor();
    await page.locator("figure.chart > svg").waitFor();
    await page.locator(".curve canvas").first().waitFor();
    expect(await page.locator("table.policy tbody tr").count()).toBe(3);
  });
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
  await page.waitForURL((url) => atIn(url) > Number(before));
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

/** The number of the moment in an address. */
function atIn(url: URL): number {
  return Number(new URLSearchParams(url.hash.split("?")[1]).get("at"));
}
