import { expect, test } from "vitest";
import { probeOllama } from "../src/detect/probe-ollama.ts";
import { fakeOllama, type OllamaMode } from "./support/fake-ollama.ts";
import { fixture } from "./support/fixture.ts";
import { SOON_MS } from "./support/soon.ts";

test("probeOllama: version, models and what is loaded", async () => {
  const ollama = await fakeOllama({ ps: fixture("ollama", "ps.partial-gpu.json") });
  const { finding, notes } = await probeOllama(ollama.address);
  expect(finding).toMatchObject({ running: true, version: "0.33.3", address: ollama.address });
  expect(finding.models?.map((model) => model.name)).toEqual([
    "deepseek-r1:latest",
    "llama3.2:latest",
  ]);
  expect(finding.loaded).toMatchObject([{ size_vram_bytes: 5_333_539_264 }]);
  expect(notes).toEqual([]);
});

test("probeOllama: an old server and one without models are running, too", async () => {
  const old = await fakeOllama({ version: fixture("ollama", "version-old.json") });
  expect((await probeOllama(old.address)).finding.version).toBe("0.5.1");
  const empty = await fakeOllama({ mode: "empty" });
  expect((await probeOllama(empty.address)).finding).toMatchObject({ running: true, models: [] });
});

test("probeOllama: an empty version still greets", async () => {
  const ollama = await fakeOllama({ version: '{"version":""}' });
  expect((await probeOllama(ollama.address)).finding).toMatchObject({
    running: true,
    version: null,
  });
});

test("probeOllama: broken lists are unknown and noted, the server still runs", async () => {
  const ollama = await fakeOllama({ tags: "<html>", ps: '{"models":[' });
  const { finding, notes } = await probeOllama(ollama.address);
  expect(finding).toMatchObject({ running: true, models: null, loaded: null });
  expect(notes).toEqual([
    { probe: "ollama", code: "invalid-answer", detail: "/api/tags" },
    { probe: "ollama", code: "invalid-answer", detail: "/api/ps" },
  ]);
});

test.each([
  ["html", false, "invalid-answer"],
  ["broken", false, "invalid-answer"],
  ["other", false, "invalid-answer"],
  ["redirect", false, "invalid-answer"],
  ["trouble", null, "invalid-answer"],
  ["hang", null, "timeout"],
  ["drip", null, "timeout"],
] as const satisfies readonly (readonly [OllamaMode, boolean | null, string])[])(
  "probeOllama: a server in mode %s is running: %s",
  async (mode, running, code) => {
    const ollama = await fakeOllama({ mode });
    const before = performance.now();
    const { finding, notes } = await probeOllama(ollama.address);
    expect(performance.now() - before).toBeLessThan(SOON_MS);
    expect(finding).toMatchObject({ running, version: null, models: null });
    expect(notes).toMatchObject([{ code }]);
    expect(ollama.asked).not.toContain("/elsewhere");
  },
);

test("probeOllama: nobody listens is not running", async () => {
  const ollama = await fakeOllama();
  await ollama.stop();
  const { finding, notes } = await probeOllama(ollama.address);
  expect(finding.running).toBe(false);
  expect(notes).toMatchObject([{ code: "not-running", detail: ollama.address }]);
});

test("probeOllama: Ollama's cloud is not contacted", async () => {
  const { finding, notes } = await probeOllama("https://ollama.com:443");
  expect(finding.running).toBeNull();
  expect(notes).toMatchObject([{ code: "not-checked" }]);
});
