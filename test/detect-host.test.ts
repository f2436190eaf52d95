import { expect, test } from "vitest";
import { type DetectOptions, detectHost } from "../src/detect/detect.ts";
import { DEFAULT_CONFIGURATION } from "../src/domain/configuration.ts";
import { profileDocumentOf } from "../src/domain/profile-document.ts";
import { tierOf } from "../src/domain/tier.ts";
import {
  type FakeAnswer,
  fakeNvidiaSmi,
  nvidiaRow,
  SEVEN_COLUMNS,
} from "./support/fake-nvidia-smi.ts";
import { fakeOllama } from "./support/fake-ollama.ts";
import { fixture } from "./support/fixture.ts";
import { isProcessAlive } from "./support/processes.ts";
import { SOON_MS } from "./support/soon.ts";
import { fakeRoot } from "./support/temporary-folder.ts";

/** Nobody listens on port 1 of loopback. */
const NO_OLLAMA = "127.0.0.1:1";

function hostFiles(): Record<string, string> {
  const files: Record<string, string> = {
    "proc/meminfo": fixture("linux-memory", "meminfo.vm-24gb.txt"),
    "proc/self/cgroup": "0::/\n",
    "proc/100/exe": "-> /usr/bin/bash",
    "proc/cpuinfo": "model name : AMD Ryzen 9\nflags : avx2\n",
    "proc/stat": `cpu  1 2 3 4\n${Array.from({ length: 24 }, (_, n) => `cpu${n} 1 2 3 4`).join("\n")}\n`,
  };
  for (let number = 0; number < 24; number += 1) {
    const folder = `sys/devices/system/cpu/cpu${number}/topology`;
    files[`${folder}/physical_package_id`] = "0\n";
    files[`${folder}/core_id`] = `${number % 16}\n`;
  }
  return files;
}

function detect(options: DetectOptions = {}, answer?: FakeAnswer) {
  const fake = answer === undefined ? null : fakeNvidiaSmi(answer);
  const root = options.root ?? fakeRoot(hostFiles());
  const env = fake?.env ?? { PATH: root };
  return detectHost({ env, root, platform: "linux", ollamaHost: NO_OLLAMA, ...options });
}

test("detectHost: a whole host in one answer, and its document", async () => {
  const ollama = await fakeOllama();
  const rows = fixture("nvidia-smi", "rtx2080s-8gb-linux.load.query-gpu.csv.txt");
  const version = fixture("nvidia-smi", "rtx2080s-8gb-linux-driver610.version.txt");
  const { host, late } = await detect({ ollamaHost: ollama.address }, { rows, version });
  expect(late).toBeNull();
  expect(host).toMatchObject({
    os: "Linux",
    cpu: { brand: "AMD Ryzen 9", cores: 16, threads: 24, score: "ultra", quota: null },
    memory: { total_mib: 24_105, available_mib: 23_293, limited_by: "host" },
    gpus: [{ name: "NVIDIA GeForce RTX 2080 SUPER", vram_total_mib: 8192, cuda: "13.3" }],
    cuda_available: true,
    ollama: { running: true, version: "0.33.3", address: ollama.address },
    davinci: { installed: false, running: false, scriptable: false },
    notes: [{ probe: "static", code: "not-checked" }],
  });
  const document = profileDocumentOf(host, tierOf(host, DEFAULT_CONFIGURATION.tier));
  expect(document).toMatchObject({
    memory: { total_gb: 23.5, available_gb: 22.7 },
    gpu: { vram_total_mib: 8192, cuda: "13.3", unified: false },
    ai_runtime: { ollama: true, ollama_models: ["deepseek-r1:latest", "llama3.2:latest"] },
    profile_class: "LOCAL_GPU_MID",
  });
});

test("detectHost: a bare host has no card, no Ollama, no editor, and says so", async () => {
  const { host, late } = await detect();
  expect(late).toBeNull();
  expect(host).toMatchObject({
    gpus: [],
    cuda_available: false,
    ollama: { running: false, address: "http://127.0.0.1:1", models: [] },
    davinci: { installed: false, scriptable: false },
  });
  expect(host.notes.map((note) => `${note.probe} ${note.code}`)).toEqual([
    "nvidia not-installed",
    "ollama not-installed",
    "static not-checked",
  ]);
});

test.each([
  ["tier-rtx4060-laptop-8gb.derived.nounits.txt", "LOCAL_GPU_MID"],
  ["tier-rtx4090-24564.derived.nounits.txt", "LOCAL_GPU_HIGH"],
  ["tier-t4-15360.derived.nounits.txt", "LOCAL_GPU_HIGH"],
  ["tier-gtx1660ti-5912.derived.nounits.txt", "LOCAL_GPU_LOW"],
  ["two-gpu-one-left.derived.nounits.txt", "LOCAL_GPU_HIGH"],
  ["bad-not-supported-on-discrete.derived.nounits.txt", "LOCAL_CPU_ONLY"],
] as const)("detectHost: a program that prints %s gives %s", async (name, tier) => {
  const { host } = await detect({}, { rows: SEVEN_COLUMNS + fixture("nvidia-smi", name) });
  expect(tierOf(host, DEFAULT_CONFIGURATION.tier)).toBe(tier);
});

test("detectHost: OLLAMA_HOST is heard, the configuration is heard first", async () => {
  const ollama = await fakeOllama();
  const port = ollama.address.split(":").at(-1);
  const env = { PATH: "", OLLAMA_HOST: `0.0.0.0:${port}` };
  const byEnvironment = await detect({ env, ollamaHost: null });
  expect(byEnvironment.host.ollama).toMatchObject({ running: true, address: ollama.address });
  const byConfiguration = await detect({ env });
  expect(byConfiguration.host.ollama).toMatchObject({ running: false });
});

test("detectHost: a stubborn nvidia-smi and a silent Ollama delay nothing, and leave no process", async () => {
  const ollama = await fakeOllama({ mode: "hang" });
  const fake = fakeNvidiaSmi({ mode: "stubborn" });
  const controller = new AbortController();
  const before = performance.now();
  const { host, late } = await detect({
    env: fake.env,
    ollamaHost: ollama.address,
    deadlineMs: 300,
    signal: controller.signal,
  });
  expect(performance.now() - before).toBeLessThan(SOON_MS);
  expect(host.memory.total_mib).toBe(24_105);
  expect(host.cpu.score).toBe("ultra");
  expect(host).toMatchObject({ gpus: [], cuda_available: null, ollama: { running: null } });
  expect(host.notes).toEqual([
    { probe: "nvidia", code: "timeout", detail: null },
    { probe: "ollama", code: "timeout", detail: null },
    { probe: "static", code: "not-checked", detail: null },
  ]);
  await expect.poll(() => fake.pids().length).toBe(1);
  controller.abort();
  expect((await late)?.cuda_available).toBeNull();
  await expect.poll(() => fake.pids().some(isProcessAlive)).toBe(false);
});

test("detectHost: what comes late makes the second host fuller", async () => {
  const ollama = await fakeOllama({ mode: "hang" });
  const { host, late } = await detect(
    { ollamaHost: ollama.address, deadlineMs: 800 },
    { rows: nvidiaRow({ total: 8188, used: 29, free: 7900 }) },
  );
  expect(host.gpus).toHaveLength(1);
  expect(host.notes.map((note) => `${note.probe} ${note.code}`)).toContain("ollama timeout");
  const fuller = await late;
  expect(fuller?.gpus).toHaveLength(1);
  expect(fuller?.ollama.running).toBeNull();
  const [note] = fuller?.notes.filter(({ probe }) => probe === "ollama") ?? [];
  expect(note).toEqual({ probe: "ollama", code: "timeout", detail: ollama.address });
});

test("detectHost: cards do not wait for the CUDA version", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const rows = nvidiaRow({ total: 8188, used: 29, free: 7900 });
  const { host, late } = await detect({ deadlineMs: 800, signal }, { rows, details_mode: "hang" });
  expect(host.gpus).toMatchObject([{ vram_total_mib: 8188, cuda: null }]);
  expect(host.cuda_available).toBe(true);
  controller.abort();
  expect((await late)?.gpus).toHaveLength(1);
});

test("detectHost: nothing blocks the event loop while a program hangs", async () => {
  const fake = fakeNvidiaSmi({ mode: "stubborn" });
  let beats = 0;
  const beat = setInterval(() => {
    beats += 1;
  }, 5);
  const signal = AbortSignal.timeout(400);
  await detectHost({ env: fake.env, ollamaHost: NO_OLLAMA, deadlineMs: 300, signal });
  clearInterval(beat);
  // A synchronous wait for the program would leave hardly any; free, there are about 60.
  expect(beats).toBeGreaterThan(5);
});

test("detectHost: an empty tree of any system is unknown, never an error", async () => {
  for (const platform of ["linux", "darwin", "win32", "freebsd"] as const) {
    const { host, late } = await detect({ platform, root: fakeRoot(), env: { PATH: "" } });
    await late;
    expect(host.gpus).toEqual([]);
    expect(host.davinci.installed).toBe(false);
  }
});

test("detectHost: the real system is detected within the deadline", async () => {
  const { host, late } = await detectHost({ ollamaHost: NO_OLLAMA });
  expect(host.memory.total_mib).toBeGreaterThan(0);
  expect(host.cpu.threads).toBeGreaterThan(0);
  expect(host.cpu.score).not.toBeNull();
  if (late !== null) expect((await late).cpu.threads).toBe(host.cpu.threads);
});
