/** The page says that work goes to a cloud, as soon as it does, and to who comes later. */
import { expect } from "vitest";
import { barriersOn, browserTest, visit } from "./support/browser.ts";
import { pageService } from "./support/page-service.ts";
import { CLOUD_JOB, refusingProvider, stepToCloud } from "./support/refusing-provider.ts";

browserTest(
  "page now: the first use of a cloud is shown in both languages, and stays",
  async () => {
    const { url, runtime } = await pageService({ configuration: await refusingProvider() });
    await stepToCloud(runtime);
    const { page, complaints } = await visit(url);
    await page.locator(".place .rung", { hasText: "cloud" }).waitFor();
    expect(await page.locator(".cloud-use").count()).toBe(0);
    await runtime.work.complete(CLOUD_JOB);
    const line = page.locator(".cloud-use");
    await line.waitFor();
    expect(await line.textContent()).toMatch(
      /Work for vision goes to a cloud: \S+ at 127\.0\.0\.1/,
    );
    expect(await barriersOn(page)).toEqual([]);
    await runtime.work.complete(CLOUD_JOB);
    expect(runtime.notices.filter(({ code }) => code === "CLOUD_IN_USE")).toHaveLength(1);
    const later = await visit(url, { language: "zh" });
    const said = later.page.locator(".cloud-use");
    await said.waitFor();
    expect(await said.textContent()).toContain("视觉分析任务交给云端: 127.0.0.1 上的");
    expect([...complaints, ...later.complaints]).toEqual([]);
  },
);
