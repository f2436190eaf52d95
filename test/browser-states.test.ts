/** Hosts and moments that are not the usual ones: each has a view that says what is the matter. */
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { barriersOn, browserTest, emptyPage, keepPicture, visit } from "./support/browser.ts";
import { fakeNvidiaSmi, nvidiaRow } from "./support/fake-nvidia-smi.ts";
import { fakeOllama } from "./support/fake-ollama.ts";
import { fixture } from "./support/fixture.ts";
import { pageService } from "./support/page-service.ts";
import { quickConfiguration } from "./support/quick-configuration.ts";

const CARD_MIB = 8188;

/** A model that looks at pictures, as Ollama lists it. */
const MOONDREAM = JSON.stringify({
  models: [
    {
      name: "moondream:latest",
      model: "moondream",
      size: 1_738_451_197,
      details: { family: "phi2", families: ["phi2", "clip"] },
      capabilities: ["completion", "vision"],
    },
  ],
});

/** A host with an 8 GB card and a model; `say` changes how much of the card is used. */
async function hostWithCard() {
  const answer = (used: number) => ({
    rows: nvidiaRow({ total: CARD_MIB, used, free: CARD_MIB - used }),
    version: fixture("nvidia-smi", "rtx2080s-8gb-linux-driver610.version.txt"),
  });
  const card = fakeNvidiaSmi(answer(1200));
  const ollama = await fakeOllama({ tags: MOONDREAM });
  const quick = quickConfiguration({ ollama: { host: ollama.address } });
  const { vram } = quick.thresholds;
  const configuration = {
    ...quick,
    thresholds: { ...quick.thresholds, vram: { ...vram, stale_ms: 1500 } },
  };
  const service = await pageService({ env: card.env, configuration });
  return { ...service, use: (mib: number) => card.say(answer(mib)), card };
}

const onRung = (page: Page, rung: string) =>
  page.locator(".place .rung", { hasText: rung }).waitFor();

browserTest(
  "page states: a card fills up, the step and its figures are there, and the way back",
  async () => {
    const { url, use } = await hostWithCard();
    const { page, complaints } = await visit(url);
    await page.getByText("LOCAL_GPU_MID", { exact: true }).waitFor();
    await onRung(page, "nominal");
    await page.locator("figure", { hasText: "GPU memory used" }).locator("canvas").waitFor();
    use(7800);
    await onRung(page, "cpu");
    expect(await page.locator(".sentence").textContent()).toMatch(/95/);
    await page
      .locator(".chart svg [data-state='profile.LOCAL_GPU_MID.degraded.cpu'][data-active=true]")
      .waitFor();
    await page.locator(".chart svg .edge[data-last=true]").first().waitFor();
    await keepPicture(page, "states-card-full");
    expect(await barriersOn(page)).toEqual([]);
    use(1200);
    await onRung(page, "nominal");
    expect(complaints).toEqual([]);
  },
);

browserTest("page states: a sensor that fell silent is said, and no value is made up", async () => {
  const { url, card } = await hostWithCard();
  const { page } = await visit(url);
  await onRung(page, "nominal");
  // The card is still there, and does not tell; one that is gone would be detected anew.
  card.say({ rows: nvidiaRow({ total: 8188, used: "[N/A]", free: "[N/A]" }) });
  await page.locator(".signal.bad", { hasText: "readings have stopped" }).waitFor();
  const caption = page
    .locator("figure", { hasText: "GPU memory used" })
    .locator("figcaption strong");
  await page.waitForFunction(
    (element) => element?.textContent === "–",
    await caption.elementHandle(),
  );
  await keepPicture(page, "states-sensor-lost");
});

/** The detection ends after some seconds at most; a slow machine may open the page after that. */
const TRIES = 10;

browserTest(
  "page states: while the host is being detected the page says so, and goes on by itself",
  async () => {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const card = fakeNvidiaSmi({ mode: "hang" });
      const open = await emptyPage();
      const { url, runtime } = await pageService({ env: card.env, waitForDetection: false });
      const { page, complaints } = await open(url);
      await page.locator(".place").waitFor();
      const words = await page.locator(".place").textContent();
      const isDetecting = runtime.profile().class === null;
      if (isDetecting) {
        expect(words).toContain("Detecting this computer…");
        expect(await page.getByText("no card").count()).toBe(0);
        await keepPicture(page, "states-detecting");
      }
      await runtime.detected;
      await onRung(page, "nominal");
      expect(complaints).toEqual([]);
      if (isDetecting) return;
    }
    throw new Error(`the page was opened too late ${TRIES} times`);
  },
);
