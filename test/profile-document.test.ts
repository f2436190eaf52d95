import fc from "fast-check";
import { expect, test } from "vitest";
import { DEFAULT_CONFIGURATION } from "../src/domain/configuration.ts";
import { type Gpu, type Host, UNKNOWN_HOST } from "../src/domain/host.ts";
import {
  hostOfProfileDocument,
  profileDocumentOf,
  tierOfProfileDocument,
} from "../src/domain/profile-document.ts";
import { tierOf } from "../src/domain/tier.ts";

const CONTRACT = {
  cpu: { cores: 16, threads: 24, score: "ultra" },
  memory: { total_gb: 31.8, available_gb: 17.0 },
  gpu: null,
  ai_runtime: { ollama: false, ollama_models: [], cuda_available: false },
  editor: { davinci: { installed: false, version: null, scriptable: false } },
  os: "Windows",
  profile_class: "LOCAL_CPU_ONLY",
};

const CARD: Gpu = {
  vendor: "nvidia",
  name: "NVIDIA GeForce RTX 4060 Laptop GPU",
  uuid: "GPU-1",
  vram_total_mib: 8188,
  driver: "595.71.05",
  cuda: "13.1",
  unified: false,
  is_integrated: false,
};

const FULL: Host = {
  os: "Linux",
  os_version: "Debian GNU/Linux 12",
  cpu: { brand: "AMD Ryzen 9", cores: 16, threads: 32, score: "ultra", quota: 1.5 },
  memory: { total_mib: 32_563, available_mib: 17_411, limited_by: "cgroup" },
  gpus: [
    CARD,
    {
      ...CARD,
      uuid: "GPU-2",
      vram_total_mib: 24_564,
      bus_id: "0000:02:00.0",
      usable_mib: 20_096,
      compute_capability: "9.0",
      driver_model: "WDDM",
      mig: [{ uuid: "MIG-1", profile: "1g.10gb", vram_total_mib: 9984 }],
      excluded_by: null,
      luid: "0x00000000_0x0000d3f2",
    },
  ],
  cuda_available: true,
  ollama: {
    running: true,
    address: "http://127.0.0.1:11500",
    version: "0.33.3",
    models: [{ name: "moondream:latest", size_bytes: 1_700_000_000, vision: true, cloud: false }],
    loaded: [{ name: "moondream:latest", size_bytes: 5, size_vram_bytes: 4 }],
  },
  davinci: { installed: true, version: "21.1", running: true, scriptable: null },
  notes: [{ probe: "nvidia", code: "mig", detail: "NVIDIA H200" }],
  servers: [
    {
      kind: "vllm",
      address: "http://127.0.0.1:8000",
      running: true,
      version: null,
      models: [
        { name: "m", vision: null, loaded: true, context: 4096, size_bytes: null, cloud: false },
      ],
    },
  ],
  editors: [{ id: "blender", name: "Blender", installed: true, running: false, memory_mib: null }],
  surrounding: { wsl: 2, container: "docker" },
  conditions: {
    power: "battery",
    battery_percent: 45,
    thermal: "hot",
    memory_stall: "some",
    cpu_stolen: false,
    disk_waiting: null,
  },
  origins: [
    { fact: "memory.total_mib", source: "proc", at: 7, certainty: "measured", reason: null },
    { fact: "gpus.GPU-2", source: "nvidia-smi", at: 8, certainty: "unknown", reason: "asleep" },
  ],
};

test("profileDocumentOf: the user's own host gives the contract to the letter", () => {
  const host = hostOfProfileDocument(CONTRACT);
  if (host === null) throw new Error("the contract is a profile document");
  const tier = tierOf(host, DEFAULT_CONFIGURATION.tier);
  expect(tier).toBe("LOCAL_CPU_ONLY");
  const document = profileDocumentOf(host, tier);
  expect(document).toMatchObject(CONTRACT);
  expect(Object.keys(document.cpu)).toEqual(["cores", "threads", "score"]);
  expect(Object.keys(document.memory)).toEqual(["total_gb", "available_gb"]);
  expect(Object.keys(document.editor.davinci)).toEqual(["installed", "version", "scriptable"]);
  expect(document).toMatchObject({ schema_version: 1, gpus: [], notes: [] });
});

test("profileDocumentOf: a host survives the way through JSON", () => {
  const json = JSON.parse(JSON.stringify(profileDocumentOf(FULL, "LOCAL_GPU_HIGH")));
  expect(hostOfProfileDocument(json)).toEqual(FULL);
  expect(tierOfProfileDocument(json)).toBe("LOCAL_GPU_HIGH");
});

test("profileDocumentOf: an unknown host survives, too, and has null rather than 0", () => {
  const document = profileDocumentOf(UNKNOWN_HOST, null);
  expect(document.memory).toEqual({ total_gb: null, available_gb: null });
  expect(document.ai_runtime).toEqual({ ollama: null, ollama_models: [], cuda_available: null });
  expect(hostOfProfileDocument(document)).toEqual(UNKNOWN_HOST);
});

test("profileDocumentOf: gpu is the card that decides the tier, with exactly six keys", () => {
  const { gpu, gpus } = profileDocumentOf(FULL, "LOCAL_GPU_HIGH");
  expect(gpu).toEqual({
    name: CARD.name,
    uuid: "GPU-2",
    vram_total_mib: 24_564,
    driver: CARD.driver,
    cuda: "13.1",
    unified: false,
  });
  expect(gpus).toHaveLength(2);
});

test("profileDocumentOf: a card of unknown size is shown, not hidden", () => {
  const host = { ...FULL, gpus: [{ ...CARD, vram_total_mib: null }] };
  expect(profileDocumentOf(host, null).gpu).toMatchObject({ uuid: "GPU-1", vram_total_mib: null });
});

test("hostOfProfileDocument: a figure edited by hand wins over the exact one", () => {
  const document = profileDocumentOf(FULL, null);
  const edited = { ...document, memory: { total_gb: 8, available_gb: 17 } };
  expect(hostOfProfileDocument(edited)?.memory).toEqual({
    total_mib: 8192,
    available_mib: 17_411,
    limited_by: "cgroup",
  });
});

test("hostOfProfileDocument: the contract's gpu alone is enough", () => {
  const json = { ...CONTRACT, os: "Darwin", gpu: { name: "RTX 4060", vram_total_mib: 8188 } };
  const host = hostOfProfileDocument(json);
  expect(host?.os).toBe("macOS");
  expect(host?.gpus).toMatchObject([{ name: "RTX 4060", vram_total_mib: 8188, uuid: null }]);
});

test.each([
  ["nothing", undefined],
  ["null", null],
  ["a number", 7],
  ["a list", [CONTRACT]],
  ["an empty object", {}],
  ["another system", { ...CONTRACT, os: "Plan 9" }],
  ["no cpu", { ...CONTRACT, cpu: null }],
  ["memory as a number", { ...CONTRACT, memory: 32 }],
])("hostOfProfileDocument: %s is no profile document", (_, json) => {
  expect(hostOfProfileDocument(json)).toBeNull();
});

test("hostOfProfileDocument: wrong values inside become unknown", () => {
  const json = {
    ...CONTRACT,
    cpu: { cores: -1, threads: "24", score: "godlike" },
    memory: { total_gb: Number.POSITIVE_INFINITY, available_gb: null },
    notes: [{ probe: "nvidia", code: "made-up" }, 3],
    profile_class: "LOCAL_GPU_MAX",
  };
  const host = hostOfProfileDocument(json);
  expect(host?.cpu).toMatchObject({ cores: null, threads: null, score: null });
  expect(host?.memory.total_mib).toBeNull();
  expect(host?.notes).toEqual([]);
  expect(tierOfProfileDocument(json)).toBeNull();
});

test("hostOfProfileDocument: never throws, and what it gives survives once more", () => {
  const anything = fc.record(
    {
      os: fc.constantFrom("Linux", "Windows", "x"),
      cpu: fc.oneof(fc.constant({ cores: 4 }), fc.jsonValue()),
      memory: fc.oneof(fc.constant({ total_gb: 16 }), fc.jsonValue()),
      gpus: fc.jsonValue(),
      details: fc.jsonValue(),
      ai_runtime: fc.jsonValue(),
      notes: fc.jsonValue(),
    },
    { requiredKeys: ["os"] },
  );
  fc.assert(
    fc.property(anything, (json) => {
      const host = hostOfProfileDocument(json);
      if (host === null) return;
      expect(hostOfProfileDocument(profileDocumentOf(host, null))).toEqual(host);
    }),
  );
});
