/** The work itself: a real runtime, real clients, real HTTP to a fake Ollama and a fake cloud. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ReadingFields } from "../src/domain/input.ts";
import { getPlanner, getVisionAnalyzer } from "../src/runtime-roles.ts";
import { entryOf, live, stateOf } from "./support/live.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";
import { KEY, workingHost } from "./support/working-host.ts";

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const ALLOWED = { allowed: true } as const;

test("work: a picture is analysed on the card, with the policy's context and the picture itself", async () => {
  const { runtime, ollama } = await workingHost();
  const file = join(temporaryFolder(), "frame.jpg");
  writeFileSync(file, PNG);
  const { text, receipt } = await getVisionAnalyzer(runtime).analyze(file, "What is here?");
  expect(text.length).toBeGreaterThan(0);
  expect(receipt).toMatchObject({
    provider: "local",
    device: "gpu",
    rung: "nominal",
    attempts: [],
  });
  const [asked] = ollama.chats;
  expect(asked?.body).toMatchObject({
    model: "qwen3.5:4b",
    options: { num_ctx: 8192, num_predict: 512 },
    messages: [{ role: "user", content: "What is here?", images: [PNG.toString("base64")] }],
  });
  expect(asked?.body["options"]).not.toHaveProperty("num_gpu");
  const explained = runtime.event(receipt.seq ?? 0);
  expect(explained).toMatchObject({ type: "transition", data: { to: "LOCAL_GPU_MID.nominal" } });
  const done = await entryOf(runtime, ({ type }) => type === "task.finished");
  expect(done.data).toMatchObject({ task: "vision", provider: "local", ok: true });
});

test("work: below the card the same model is asked with no layer on it", async () => {
  const { runtime, ollama } = await workingHost();
  runtime.degrade({ rung: "cpu" });
  const { receipt } = await getVisionAnalyzer(runtime).analyze(PNG, "What is here?");
  expect(receipt).toMatchObject({ device: "cpu", rung: "cpu", reason: "MANUAL_HOLD" });
  expect(ollama.chats.at(-1)?.body).toMatchObject({ options: { num_gpu: 0 } });
});

test("work: the cloud is used with its own key, announced, and with nothing of the environment", async () => {
  const { runtime, ollama, cloud } = await workingHost({
    cloud: ALLOWED,
    env: { OPENAI_API_KEY: "sk-of-somebody-else", OPENAI_ORG_ID: "org" },
  });
  await stateOf(runtime, () => runtime.snapshot().state.cloud === "reachable");
  runtime.degrade({ rung: "cloud" });
  const { receipt } = await getVisionAnalyzer(runtime).analyze(PNG, "What is here?");
  expect(receipt).toMatchObject({ provider: "cloud", model: "gpt-4o", rung: "cloud" });
  expect(cloud.chats[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
  expect(JSON.stringify(cloud.requests)).not.toContain("somebody");
  expect(ollama.chats).toHaveLength(0);
});

test("work: a refused key closes the cloud, says so, and never stands in what is told", async () => {
  const { runtime, cloud } = await workingHost({
    cloud: { allowed: true },
    work: { cloud_key: `${KEY}x` },
  });
  await stateOf(runtime, () => runtime.snapshot().state.cloud === "reachable");
  const { receipt } = await getPlanner(runtime).plan("Order the shots.");
  expect(receipt).toMatchObject({
    provider: "local",
    reason: "ATTEMPT_FAILED",
    attempts: [{ provider: "cloud", failure: "auth" }],
  });
  expect(runtime.notices.at(-1)).toMatchObject({ code: "CLOUD_CLOSED" });
  expect(runtime.snapshot().state.cloud).toBe("unreachable");
  expect(cloud.chats).toHaveLength(1);
  const told = [
    runtime.events({ limit: 1000 }),
    runtime.notices,
    runtime.status(),
    runtime.work.view(),
    receipt,
  ];
  expect(JSON.stringify(told)).not.toContain(KEY);
});

test("work: without consent the failure is told, not sent away", async () => {
  const { runtime, ollama, cloud } = await workingHost();
  ollama.always("error");
  await expect(getVisionAnalyzer(runtime).analyze(PNG, "What?")).rejects.toMatchObject({
    code: "RP_WORK_REFUSED",
  });
  expect(cloud.sockets.ever).toBe(0);
});

test.each([
  ["a page", Buffer.from("<html>"), /PNG, JPEG/],
  ["an address", "https://example.com/cat.png", /nothing is fetched/],
  ["a missing file", "/nonexistent/frame.png", /could not be read/],
  ["a broken data URL", "data:text/plain,hello", /data: URL of an image/],
  ["a huge one", new Uint8Array(21 * 1024 * 1024), /at most 20 MiB/],
])("work: %s is no picture", async (_name, picture, words) => {
  const { runtime, ollama } = await workingHost();
  const analyzer = getVisionAnalyzer(runtime);
  await expect(analyzer.analyze(picture, "What?")).rejects.toThrow(words);
  expect(ollama.chats).toHaveLength(0);
});

test("work: several scenes are as many as the policy allows, each a request of its own", async () => {
  const { runtime, ollama } = await workingHost();
  const analyzer = getVisionAnalyzer({ runtime });
  const results = await analyzer.analyzeAll([PNG, PNG, PNG], "What is here?");
  expect(results.map(({ receipt }) => receipt.rung)).toEqual(Array(3).fill("nominal"));
  expect(ollama.chats).toHaveLength(3);
  expect(ollama.memory.loads).toHaveLength(1);
  await expect(analyzer.analyzeAll(Array(11).fill(PNG), "What?")).rejects.toThrow(
    /At most 10 scenes/,
  );
});

/** A host whose job was broken off while its model was being loaded. */
async function brokenOff() {
  const host = await workingHost();
  const { runtime, ollama } = host;
  ollama.always("slow-load");
  const end = new AbortController();
  const answer = getVisionAnalyzer(runtime).analyze(PNG, "What?", { signal: end.signal });
  await ollama.until(() => ollama.held === 1);
  end.abort();
  await expect(answer).rejects.toMatchObject({ name: "AbortError" });
  return host;
}

test("work: an abort ends the call at the server", async () => {
  const { runtime, ollama } = await brokenOff();
  await ollama.until(() => ollama.held === 0);
  expect(runtime.work.view()).toMatchObject({ running: [], waiting: [], counts: { aborted: 1 } });
});

test("work: a model that a broken off job loaded is unloaded when the card is left", async () => {
  const { runtime, ollama } = await brokenOff();
  expect([...ollama.memory.loaded.keys()]).toEqual(["qwen3.5:4b"]);
  runtime.degrade({ rung: "cpu" });
  const freed = await entryOf(runtime, ({ type }) => type === "effect.finished");
  expect(freed.data).toMatchObject({
    effect: "unload",
    detail: { models: ["qwen3.5:4b"], device_left: "gpu", expected_mib: 2253 },
  });
  expect(ollama.memory.loaded.size).toBe(0);
});

test("work: a load of ours is nobody else's use, long before Ollama's next beat", async () => {
  const { runtime, ollama } = await workingHost({ sensors: { slow_ms: 20_000 } });
  const readings = () =>
    runtime
      .events({ type: "reading", limit: 1000 })
      .events.map(({ data }) => data as ReadingFields);
  const isOwn = ({ vram, missing }: ReadingFields, own?: string) =>
    vram?.own_mib === 2253 && missing?.own === own;
  await stateOf(runtime, () => readings().some(({ vram }) => vram?.own_mib === 0));
  ollama.next("slow-load");
  const answer = getVisionAnalyzer(runtime).analyze(PNG, "What is here?");
  await ollama.until(() => ollama.held === 1);
  await stateOf(runtime, () => readings().some((each) => isOwn(each, "estimated")));
  ollama.release();
  await answer;
  await stateOf(runtime, () => readings().some((each) => isOwn(each)));
  const others = readings().map(({ vram }) => (vram?.used_mib ?? 0) - (vram?.own_mib ?? 0));
  expect(Math.max(...others)).toBe(800);
  expect(await runtime.verify()).toMatchObject({ ok: true, findings: [] });
});

test("work: a model that Ollama evicted is believed loaded no longer than its next list", async () => {
  const { runtime, ollama, use } = await workingHost();
  const analyze = () => getVisionAnalyzer(runtime).analyze(PNG, "What is here?");
  expect((await analyze()).receipt.rung).toBe("nominal");
  ollama.memory.unload("qwen3.5:4b");
  const looks = () => ollama.requests.filter(({ path }) => path === "/api/ps").length;
  const before = looks();
  await ollama.until(() => looks() >= before + 3);
  // 8,188 × 0.85 = 6,959: loaded it would go on, loading anew it has no room beside 5,000.
  use(5000);
  await stateOf(runtime, () => (runtime.metrics().vram?.used_mib ?? 0) >= 5000);
  expect((await analyze()).receipt).toMatchObject({
    model: "qwen3.5:2b",
    reason: "NO_ROOM_NOW",
  });
});

test("work: a model that another program loaded is used, and left when the card is left", async () => {
  const { runtime, ollama } = await workingHost();
  const { address } = ollama;
  const body = JSON.stringify({ model: "qwen3.5:4b", stream: false, messages: [] });
  await fetch(`${address}/api/chat`, { method: "POST", body });
  await getVisionAnalyzer(runtime).analyze(PNG, "What is here?");
  runtime.degrade({ rung: "cpu" });
  const kept = await entryOf(runtime, ({ type }) => type === "effect.finished");
  expect(kept.data).toMatchObject({
    effect: "unload",
    detail: { models: [], left: ["qwen3.5:4b"], freed_mib: 0, reason: "not_ours" },
  });
  expect([...ollama.memory.loaded.keys()]).toEqual(["qwen3.5:4b"]);
});

test("work: a model of before a restart is ours still, and unloaded when the card is left", async () => {
  const { runtime, ollama, host, card } = await workingHost();
  await getVisionAnalyzer(runtime).analyze(PNG, "What is here?");
  await runtime.stop();
  expect(ollama.memory.loaded.size).toBe(1);
  const { dataFolder, configuration } = runtime;
  const env = { PATH: `${card.folder}:/usr/bin:/bin` };
  const again = await live({ host, env, configuration, dataFolder });
  await stateOf(again, () => again.policy().vision.ready);
  await getVisionAnalyzer(again).analyze(PNG, "And now?");
  expect(ollama.memory.loads).toHaveLength(1);
  again.degrade({ rung: "cpu" });
  const freed = await entryOf(again, ({ type }) => type === "effect.finished");
  expect(freed.data).toMatchObject({ detail: { models: ["qwen3.5:4b"], left: [] } });
});

test("work: an outcome that is not written down yet is, when the runtime ends", async () => {
  const { runtime } = await workingHost();
  const types: string[] = [];
  runtime.subscribe((entries) => {
    for (const { type } of entries) if (/^task|stopped$/.test(type)) types.push(type);
  });
  await getVisionAnalyzer(runtime).analyze(PNG, "What is here?");
  expect(types).toEqual([]);
  await runtime.stop();
  expect(types).toEqual(["task.finished", "runtime.stopped"]);
});
