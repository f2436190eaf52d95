/** The user's six tests: detection, policy, degradation, monitoring, explanation, and all together. */
import { expect, test } from "vitest";
import * as library from "../src/index.ts";
import { fakeNvidiaSmi, nvidiaRow } from "./support/fake-nvidia-smi.ts";
import { fakeOllama } from "./support/fake-ollama.ts";
import { fixture } from "./support/fixture.ts";
import { entryOf, fileHost, firstLook, live, transitionOf } from "./support/live.ts";
import { quickConfiguration } from "./support/quick-configuration.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const { detect, degradePolicy, explainProfile, loadProfile, resolvePolicy, saveProfile, tierOf } =
  library;

/** The user's own host, word for word. */
const USERS_PROFILE = {
  cpu: { cores: 16, threads: 24, score: "ultra" },
  memory: { total_gb: 31.8, available_gb: 17.0 },
  gpu: null,
  ai_runtime: { ollama: false, ollama_models: [], cuda_available: false },
  editor: { davinci: { installed: false, version: null, scriptable: false } },
  os: "Windows",
  profile_class: "LOCAL_CPU_ONLY",
} as unknown as library.ProfileDocument;

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

test("1 detection: the profile has the agreed keys, this host's figures, and survives a file", async () => {
  const profile = await detect({ ollamaHost: "http://127.0.0.1:9" });
  for (const key of Object.keys(USERS_PROFILE)) expect(profile).toHaveProperty(key);
  expect(profile.cpu.threads).toBeGreaterThan(0);
  expect(profile.memory.total_gb).toBeGreaterThan(0);
  const path = await saveProfile(profile, `${temporaryFolder()}/runtime_profile.json`);
  expect((await loadProfile(path)).document).toEqual(profile);
});

test("2 policy: the user's own host gets cloud vision, cloud planning and davinci, as a plan without upload", () => {
  expect(tierOf(USERS_PROFILE)).toBe("LOCAL_CPU_ONLY");
  const policy = resolvePolicy(USERS_PROFILE);
  expect(policy.vision).toMatchObject({
    provider: "cloud",
    model: "gpt-4o",
    ready: false,
    missing: ["CLOUD_NOT_ALLOWED"],
  });
  expect(policy.planning).toMatchObject({
    provider: "cloud",
    model: "deepseek-chat",
    ready: false,
  });
  expect(policy.editing).toMatchObject({ editor: "davinci", ready: false });
});

test("3 degradation: VRAM goes to the CPU, memory and failing tasks to the cloud", () => {
  const gpu = {
    name: "NVIDIA RTX 4060",
    uuid: "GPU-1",
    vram_total_mib: 8188,
    driver: "595",
    cuda: "13.0",
    unified: false,
  };
  const profile = {
    ...USERS_PROFILE,
    gpu,
    ai_runtime: { ollama: true, ollama_models: ["moondream:latest"], cuda_available: true },
  } as unknown as library.ProfileDocument;
  const policy = resolvePolicy(profile);
  expect(policy).toMatchObject({
    tier: "LOCAL_GPU_MID",
    vision: {
      provider: "local",
      model: expect.stringMatching(/^moondream/),
      device: "auto",
      max_scenes: 10,
    },
  });
  expect(degradePolicy(policy, "VRAM_EXHAUSTED").vision.device).toBe("cpu");
  expect(degradePolicy(policy, "MEMORY_TIGHT").vision.provider).toBe("cloud");
  expect(degradePolicy(policy, "TASKS_FAILING").vision.provider).toBe("cloud");
  expect(degradePolicy(policy, "shed").vision.provider).toBe("none");
});

test("4 monitoring: readings flow, callbacks hear degradations, task results count", async () => {
  const host = fileHost();
  const runtime = await live({ host });
  await firstLook(runtime);
  expect(runtime.monitor()).toMatchObject({
    running: true,
    metrics: { gpu: null, memory: { available_gb: 11.7, used_percent: 25 } },
  });
  const told = new Promise<library.Change>((resolve) => runtime.onDegraded(resolve));
  host.available(800);
  expect((await told).reason.code).toBe("MEMORY_EXHAUSTED");
  runtime.recordTask({ task: "vision", provider: "local", ok: false, failure: "timeout" });
  expect(runtime.monitor().metrics.tasks).toEqual({ failure_rate_percent: 100, outcomes: 1 });
  expect(runtime.shouldUseCpuForVision()).toBe(false);
});

test("5 explanation: friendly, in both languages, with what would improve it", () => {
  const zh = explainProfile(USERS_PROFILE, "zh");
  expect(zh.split("\n")[0]).toBe("🧠 系统运行模式");
  expect(zh).toContain("CPU: 24 线程 (ultra 性能)");
  expect(zh).toContain("内存: 31.8GB (可用 17.0GB)");
  expect(zh).toContain("ollama pull moondream");
  expect(explainProfile(USERS_PROFILE, "en")).toContain("24 threads");
});

test("6 all together: card, Ollama and moondream; pressure, step down, log, recovery, restart", async () => {
  const row = (used: number) => ({
    rows: nvidiaRow({
      name: "NVIDIA GeForce RTX 4060 Laptop GPU",
      total: 8188,
      used,
      free: 8188 - used,
    }),
    version: fixture("nvidia-smi", "rtx2080s-8gb-linux-driver610.version.txt"),
  });
  const card = fakeNvidiaSmi(row(900));
  const ollama = await fakeOllama({ tags: MOONDREAM });
  const configuration = quickConfiguration({ ollama: { host: ollama.address } });
  const dataFolder = temporaryFolder();
  const runtime = await live({ env: card.env, configuration, dataFolder });
  expect(runtime.status()).toMatchObject({
    profile: { class: "LOCAL_GPU_MID", degraded: false },
    policy: {
      vision: { provider: "local", model: "moondream", device: "auto", max_scenes: 10 },
    },
  });
  await entryOf(
    runtime,
    ({ type, data }) => type === "reading" && (data as { vram: unknown }).vram !== null,
  );
  expect(runtime.policy().vision.ready).toBe(true);
  card.say(row(7900));
  const down = await transitionOf(runtime, "VRAM_EXHAUSTED");
  expect(runtime.shouldUseCpuForVision()).toBe(true);
  expect(runtime.explanation("zh")).toContain("显存");
  card.say(row(900));
  await transitionOf(runtime, "RECOVERED", down.seq);
  await runtime.stop();
  const again = await live({ env: card.env, configuration, dataFolder });
  expect(again.profile().class).toBe("LOCAL_GPU_MID");
});
