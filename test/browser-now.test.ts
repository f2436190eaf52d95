import { expect } from "vitest";
import { barriersOn, browserTest, inEveryLook, keepPicture, visit } from "./support/browser.ts";
import { pageService } from "./support/page-service.ts";

browserTest(
  "page now: says tier, rung, reason, policy and advice; nobody is kept out",
  async () => {
    const { url } = await pageService();
    await inEveryLook(url, "now", async (page, look) => {
      const place = page.locator(".place");
      await place.getByText("LOCAL_CPU_ONLY", { exact: true }).waitFor();
      await page.getByText(look.language === "zh" ? "实时" : "live", { exact: true }).waitFor();
      await page.locator(".chart svg [data-active=true]").first().waitFor();
      expect(await page.locator("html").getAttribute("lang")).toBe(
        look.language === "zh" ? "zh-CN" : "en",
      );
      expect(await page.locator("table.policy tbody tr").count()).toBe(3);
      expect(await page.locator(".signals .signal").count()).toBe(6);
      expect(await page.locator(".advice li").count()).toBeGreaterThan(0);
      expect(
        await page.getByText(look.language === "zh" ? "没有带独立显存" : "no card").count(),
      ).toBe(1);
    });
  },
);

browserTest(
  "page now: a step by hand asks first, is shown with its sentence, and is cleared",
  async () => {
    const { url, runtime } = await pageService();
    const { page, complaints } = await visit(url);
    await page.getByRole("button", { name: "Step down…" }).click();
    const dialog = page.getByRole("dialog");
    expect(await dialog.locator(":focus").count()).toBe(1);
    await keepPicture(page, "now-dialog");
    expect(await barriersOn(page)).toEqual([]);
    await dialog.getByLabel("Down to").selectOption("shed");
    await dialog.getByLabel("Reason").fill("rendering the final cut");
    expect(runtime.snapshot().rung).toBe("nominal");
    await dialog.getByRole("button", { name: "Step down" }).click();
    await page.locator(".place .rung", { hasText: "shed" }).waitFor();
    await page.locator(".sentence", { hasText: "rendering the final cut" }).waitFor();
    await page.getByText("New work is refused now").waitFor();
    await page
      .locator(".chart svg [data-state='profile.LOCAL_CPU_ONLY.degraded.shed'][data-active=true]")
      .waitFor();
    await keepPicture(page, "now-shed");
    await page.getByRole("button", { name: "Clear the hold…" }).click();
    await dialog.getByRole("button", { name: "Clear the hold" }).click();
    await page.locator(".place .rung", { hasText: "nominal" }).waitFor();
    expect(await page.locator(".controls:focus").count()).toBe(1);
    expect(complaints).toEqual([]);
  },
);

browserTest("page now: a refusal of the service is shown in its own words", async () => {
  const { url, runtime } = await pageService();
  const { page } = await visit(url);
  await page.getByRole("button", { name: "Step down…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Down to").selectOption("cloud");
  // Somebody else was faster.
  runtime.degrade({ rung: "shed" });
  await dialog.getByRole("button", { name: "Step down" }).click();
  await dialog.getByRole("alert").waitFor();
  expect(await dialog.getByRole("alert").textContent()).toContain("shed");
});

browserTest(
  "page now: pressure on memory is shown as it comes, and so is the way back",
  async () => {
    const { url, host } = await pageService();
    const { page, complaints } = await visit(url);
    await page.locator(".place .rung", { hasText: "nominal" }).waitFor();
    host.available(700);
    await page.locator(".signal.bad", { hasText: "memory" }).waitFor();
    await page.locator(".place .rung", { hasText: "shed" }).waitFor();
    expect(await page.locator(".sentence").textContent()).toMatch(/memory/i);
    host.available(12_000);
    await page.locator(".place .rung", { hasText: "nominal" }).waitFor();
    expect(complaints).toEqual([]);
  },
);

browserTest(
  "page now: the curves go on with every reading, without asking for them again",
  async () => {
    const { url } = await pageService();
    const { page, complaints } = await visit(url);
    const span = page.locator("#curves + p");
    await span.waitFor();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    const before = await span.textContent();
    await page.waitForFunction(
      ([element, text]) => element instanceof Element && element.textContent !== text,
      [await span.elementHandle(), before] as const,
    );
    expect(asked).not.toContain("/api/runtime/history");
    expect(complaints).toEqual([]);
  },
);
