/** The page says that work goes to a cloud, as soon as it does, and to who comes later. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished } from "vitest";
import { DEFAULT_CONFIGURATION } from "../src/domain/configuration.ts";
import { barriersOn, browserTest, visit } from "./support/browser.ts";
import { pageService } from "./support/page-service.ts";
import { quickConfiguration } from "./support/quick-configuration.ts";

/** A provider that can be reached and refuses everything; what counts here is what was said before. */
async function refusingProvider(): Promise<string> {
  const server = createServer((_, response) => void response.writeHead(500).end("{}"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

browserTest(
  "page now: the first use of a cloud is shown in both languages, and stays",
  async () => {
    const cloud = {
      ...DEFAULT_CONFIGURATION.cloud,
      allowed: true,
      base_url: await refusingProvider(),
    };
    const { url, runtime } = await pageService({ configuration: quickConfiguration({ cloud }) });
    await expect.poll(() => runtime.explain().state.cloud).toBe("reachable");
    runtime.degrade({ rung: "cloud" });
    const { page, complaints } = await visit(url);
    await page.locator(".place .rung", { hasText: "cloud" }).waitFor();
    expect(await page.locator(".cloud-use").count()).toBe(0);
    const job = {
      role: "vision",
      request: { messages: [{ role: "user", content: "hello" }] },
    } as const;
    await runtime.work.complete(job);
    const line = page.locator(".cloud-use");
    await line.waitFor();
    expect(await line.textContent()).toMatch(
      /Work for vision goes to a cloud: \S+ at 127\.0\.0\.1/,
    );
    expect(await barriersOn(page)).toEqual([]);
    await runtime.work.complete(job);
    expect(runtime.notices.filter(({ code }) => code === "CLOUD_IN_USE")).toHaveLength(1);
    const later = await visit(url, { language: "zh" });
    const said = later.page.locator(".cloud-use");
    await said.waitFor();
    expect(await said.textContent()).toContain("视觉分析任务交给云端: 127.0.0.1 上的");
    expect([...complaints, ...later.complaints]).toEqual([]);
  },
);
