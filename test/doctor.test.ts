import { expect, test } from "vitest";
import { DEFAULT_CONFIGURATION, LANGUAGES } from "../src/domain/configuration.ts";
import { type Gpu, type Host, UNKNOWN_GPU, UNKNOWN_HOST } from "../src/domain/host.ts";
import type { NoteCode, ProbeName } from "../src/domain/note.ts";
import { tierOf } from "../src/domain/tier.ts";
import { doctorFindingsOf } from "../src/policy/doctor.ts";
import {
  DOCTOR_CODES,
  DOCTOR_KINDS,
  type DoctorCode,
  findingOf,
} from "../src/policy/doctor-code.ts";
import type { CardUse, DoctorFacts, DoctorPlace } from "../src/policy/doctor-facts.ts";
import { certaintyText, foundText, remedyText, verdictText } from "../src/policy/words-doctor.ts";

const CARD: Gpu = {
  ...UNKNOWN_GPU,
  vendor: "nvidia",
  name: "NVIDIA GeForce RTX 4060",
  uuid: "GPU-1",
  vram_total_mib: 8188,
  driver: "595.71.05",
  cuda: "13.2",
};
const HOST: Host = {
  ...UNKNOWN_HOST,
  memory: { total_mib: 32_000, available_mib: 20_000, limited_by: "host" },
  cpu: { ...UNKNOWN_HOST.cpu, cores: 8, threads: 16 },
  gpus: [CARD],
  cuda_available: true,
  ollama: {
    ...UNKNOWN_HOST.ollama,
    running: true,
    version: "0.33.3",
    models: [{ name: "moondream:latest", size_bytes: 1_738_451_197, vision: true, cloud: false }],
  },
  davinci: { installed: false, version: null, running: false, scriptable: false },
};
const PLACE: DoctorPlace = {
  node_version: "24.21.0",
  at: Date.UTC(2026, 10, 26),
  log_at: null,
  data_folder: "/data",
  data_folder_problem: null,
  disk_free_mib: 50_000,
  runtime: "none",
  address: "http://127.0.0.1:8000",
  port_problem: null,
  is_cloud_reachable: null,
  host_memory_mib: 32_000,
  is_wsl: false,
};

type Changes = Partial<Omit<DoctorFacts, "place" | "host">> & {
  readonly place?: Partial<DoctorPlace>;
  readonly host?: Partial<Host>;
};

function facts({ place, host, ...rest }: Changes = {}): DoctorFacts {
  const whole = { ...HOST, ...host };
  const configuration = rest.configuration ?? DEFAULT_CONFIGURATION;
  const tier = rest.tier ?? tierOf(whole, configuration.tier);
  return {
    host: whole,
    tier,
    configuration,
    place: { ...PLACE, ...place },
    card: rest.card ?? null,
  };
}

function codesOf(changes: Changes): readonly DoctorCode[] {
  return doctorFindingsOf(facts(changes)).map(({ code }) => code);
}

const note = (probe: ProbeName, code: NoteCode) => ({ notes: [{ probe, code, detail: null }] });
const card = (own: Partial<Gpu>) => ({ host: { gpus: [{ ...CARD, ...own }] } });
const noCard = (code: NoteCode) => ({ host: { gpus: [], ...note("nvidia", code) } });
const ollama = (own: Partial<Host["ollama"]>) => ({ host: { ollama: { ...HOST.ollama, ...own } } });
const silent = (code: NoteCode, running: boolean | null = false) => ({
  host: { ollama: { ...HOST.ollama, running }, ...note("ollama", code) },
});
const memory = (own: Partial<Host["memory"]>, place: Partial<DoctorPlace> = {}) => ({
  host: { memory: { ...HOST.memory, ...own } },
  place,
});
const use = (used_mib: number, programs: CardUse["programs"] = []) => ({
  card: { name: "RTX", used_mib, total_mib: 8000, programs },
});
const editor = (own: Partial<Host["davinci"]>) => ({
  host: { davinci: { ...HOST.davinci, installed: true, ...own } },
});
const cloud = (
  own: Partial<typeof DEFAULT_CONFIGURATION.cloud>,
  place: Partial<DoctorPlace> = {},
) => ({
  configuration: {
    ...DEFAULT_CONFIGURATION,
    cloud: { ...DEFAULT_CONFIGURATION.cloud, allowed: true, ...own },
  },
  place,
});
const model = (size_bytes: number, on_gpu: number) => ({
  host: {
    ollama: { ...HOST.ollama, loaded: [{ name: "m", size_bytes, size_vram_bytes: on_gpu }] },
  },
});
const BASE = { base_url: "https://cloud.example" };

const CASES: Readonly<
  Record<DoctorCode, { readonly yes: readonly Changes[]; readonly no?: Changes }>
> = {
  NODE_FINE: { yes: [{}, { place: { node_version: "22.18.0" } }] },
  NODE_OLD: { yes: [{ place: { node_version: "22.17.9" } }] },
  CLOCK_FINE: { yes: [{}, { place: { log_at: PLACE.at + 300_000 } }] },
  CLOCK_WRONG: { yes: [{ place: { at: 1000 } }, { place: { log_at: PLACE.at + 300_001 } }] },
  DATA_FOLDER_FINE: { yes: [{}] },
  DATA_FOLDER_REFUSED: { yes: [{ place: { data_folder_problem: "EACCES" } }] },
  DISK_FINE: { yes: [{ place: { disk_free_mib: 1024 } }] },
  DISK_SHORT: { yes: [{ place: { disk_free_mib: 1023 } }] },
  DISK_UNKNOWN: { yes: [{ place: { disk_free_mib: null } }] },
  RUNTIME_LIVE: { yes: [{ place: { runtime: "live" } }] },
  RUNTIME_SILENT: { yes: [{ place: { runtime: "silent" } }] },
  PORT_FREE: { yes: [{}] },
  PORT_TAKEN: { yes: [{ place: { port_problem: "EADDRINUSE" } }] },
  PORT_REFUSED: { yes: [{ place: { port_problem: "EACCES" } }] },
  GPU_FOUND: { yes: [{}, card({ vram_total_mib: 3687 })], no: card({ vram_total_mib: 3686 }) },
  GPU_ABSENT: { yes: [noCard("not-installed"), noCard("no-devices")], no: noCard("gpu-lost") },
  GPU_INTEGRATED: { yes: [card({ is_integrated: true })] },
  GPU_SMALL: { yes: [card({ vram_total_mib: 3686 })] },
  GPU_LEFT_OUT: { yes: [card({ excluded_by: "environment" })] },
  GPU_MEMORY_UNKNOWN: { yes: [card({ vram_total_mib: null })] },
  GPU_SEEN_BY_SERVER: {
    yes: [
      { host: { ...model(100, 100).host, gpus: [] } },
      { host: { gpus: [], ...note("ollama", "seen-by-server") } },
    ],
    no: { host: { ...model(100, 0).host, gpus: [] } },
  },
  GPU_SILENT: { yes: [noCard("timeout")], no: { host: note("nvidia", "timeout") } },
  GPU_LOST: { yes: [noCard("gpu-lost"), { host: note("nvidia", "gpu-lost") }] },
  GPU_FORBIDDEN: {
    yes: [noCard("permission"), { host: { gpus: [], ...note("amd", "permission") } }],
    no: { host: note("davinci", "permission") },
  },
  GPU_BLOCKED: { yes: [noCard("blocked-by-os")] },
  DRIVER_NOT_LOADED: { yes: [noCard("driver-not-loaded")] },
  DRIVER_INCOMPLETE: { yes: [noCard("library-missing"), noCard("not-executable")] },
  DRIVER_MISMATCH: { yes: [noCard("version-mismatch")] },
  CONTAINER_LOST_GPU: { yes: [noCard("nvml-unknown")] },
  GPU_USE_FINE: {
    // What Ollama has loaded is there to be used.
    yes: [use(0), use(6239), { ...model(6 * 1024 ** 3, 6 * 1024 ** 3), ...use(7000) }],
    no: use(6240),
  },
  GPU_USE_HIGH: { yes: [use(6240), use(8000)], no: use(6239) },
  CUDA_WORKS: {
    yes: [{}, card({ driver: "550.1" }), card({ driver: "570.1", compute_capability: "6.1" })],
    no: card({ vendor: "amd" }),
  },
  CUDA_DRIVER_OLD: {
    yes: [card({ driver: "549.99" }), card({ driver: "569.9", compute_capability: "6.2" })],
    no: card({ driver: "569.9", compute_capability: "7.0" }),
  },
  CUDA_CARD_OLD: {
    yes: [card({ compute_capability: "3.7" })],
    no: card({ compute_capability: "5.0" }),
  },
  CUDA_UNKNOWN: { yes: [{ host: { cuda_available: null } }, card({ driver: null })] },
  WINDOWS_SPILL: { yes: [{ host: { os: "Windows" } }], no: { host: { os: "Windows", gpus: [] } } },
  MEMORY_FINE: { yes: [memory({ available_mib: 2048 })] },
  MEMORY_TIGHT: { yes: [memory({ available_mib: 2047 })] },
  MEMORY_UNKNOWN: { yes: [memory({ available_mib: null }), memory({ total_mib: null })] },
  CONTAINER_MEMORY_SMALL: {
    yes: [memory({ total_mib: 4095, limited_by: "cgroup" })],
    no: memory({ total_mib: 4095 }),
  },
  CONTAINER_MEMORY_FAR: {
    yes: [memory({ total_mib: 7999, limited_by: "cgroup" })],
    no: memory({ total_mib: 8000, limited_by: "cgroup" }),
  },
  CPU_QUOTA: { yes: [{ host: { cpu: { ...HOST.cpu, quota: 1.5 } } }] },
  WSL_MEMORY: { yes: [{ place: { is_wsl: true } }] },
  OLLAMA_WORKS: { yes: [{}, ollama({ version: null })] },
  OLLAMA_OLD: { yes: [ollama({ version: "0.29.9" })], no: ollama({ version: "0.30.0" }) },
  OLLAMA_NOT_INSTALLED: { yes: [silent("not-installed")] },
  OLLAMA_NOT_RUNNING: { yes: [silent("not-running")] },
  OLLAMA_OTHER: { yes: [silent("invalid-answer")] },
  OLLAMA_SILENT: { yes: [silent("timeout", null)] },
  MODEL_READY: { yes: [{}] },
  MODEL_MISSING: { yes: [ollama({ models: [] })], no: silent("not-running") },
  MODEL_TOO_LARGE: {
    yes: [
      {
        ...ollama({
          models: [{ name: "big:70b", size_bytes: 40 * 1024 ** 3, vision: true, cloud: false }],
        }),
        configuration: {
          ...DEFAULT_CONFIGURATION,
          policy: {
            ...DEFAULT_CONFIGURATION.policy,
            vision: { local: true, model: "big:70b", max_scenes: null },
          },
        },
      },
    ],
  },
  MODEL_OFF_GPU: { yes: [model(100, 60)], no: model(100, 100) },
  CLOUD_OFF: { yes: [{}] },
  CLOUD_NO_ADDRESS: { yes: [cloud({})] },
  CLOUD_REACHED: { yes: [cloud(BASE, { is_cloud_reachable: true })] },
  CLOUD_UNREACHABLE: { yes: [cloud(BASE, { is_cloud_reachable: false })] },
  CLOUD_UNKNOWN: { yes: [cloud(BASE)] },
  EDITOR_ABSENT: { yes: [{}] },
  EDITOR_READY: { yes: [editor({ scriptable: true })] },
  EDITOR_CLOSED_TO_SCRIPTS: { yes: [editor({ scriptable: false })] },
  EDITOR_SCRIPTS_UNKNOWN: { yes: [editor({ scriptable: null, version: "19.1.3" })] },
  EDITOR_UNKNOWN: { yes: [editor({ installed: null })] },
};

test.each(DOCTOR_CODES)("doctor: %s is found where it is so, and not beside it", (code) => {
  const { yes, no } = CASES[code];
  for (const changes of yes) expect(codesOf(changes), JSON.stringify(changes)).toContain(code);
  if (no !== undefined) expect(codesOf(no)).not.toContain(code);
  const { verdict } = DOCTOR_KINDS[code];
  if (verdict !== "ok") expect(codesOf({})).not.toContain(code);
});

test("doctor: a sound host has a line for each subject, and nothing to do", () => {
  const findings = doctorFindingsOf(facts());
  expect(findings.map(({ verdict }) => verdict)).toEqual(findings.map(() => "ok"));
  expect(findings.map(({ code }) => code)).toEqual([
    ...["NODE_FINE", "CLOCK_FINE", "DATA_FOLDER_FINE", "DISK_FINE", "PORT_FREE"],
    ...["GPU_FOUND", "CUDA_WORKS", "MEMORY_FINE", "OLLAMA_WORKS", "MODEL_READY"],
    ...["CLOUD_OFF", "EDITOR_ABSENT"],
  ]);
});

test("doctor: of a host about which nothing is known nothing is called broken", () => {
  const findings = doctorFindingsOf(facts({ host: UNKNOWN_HOST }));
  expect(findings.filter(({ verdict }) => verdict === "broken")).toEqual([]);
});

test("doctor: one trouble of two cards is said once", () => {
  const twice = [...note("nvidia", "gpu-lost").notes, ...note("nvidia", "gpu-lost").notes];
  expect(codesOf({ host: { notes: twice } }).filter((code) => code === "GPU_LOST")).toHaveLength(1);
});

test("doctor: commands are those that one line does", () => {
  const commandsOf = (changes: Changes) =>
    doctorFindingsOf(facts(changes)).flatMap(({ command }) => command ?? []);
  expect(commandsOf(ollama({ models: [] }))).toEqual(["ollama pull moondream"]);
  expect(commandsOf(silent("not-running"))).toEqual(["ollama serve"]);
  expect(commandsOf(model(100, 60))).toEqual(["ollama stop m"]);
});

test("doctor: who holds the card is named, the largest first, those of one name together", () => {
  const textsOf = (programs: CardUse["programs"]) =>
    doctorFindingsOf(facts(use(7000, programs)))
      .filter(({ code }) => code === "GPU_USE_HIGH")
      .flatMap((finding) => LANGUAGES.map((language) => foundText(finding, language)));
  expect(textsOf([])).toEqual([
    "显存只剩 1.0GB，共 7.8GB",
    "Only 1.0 GB of the card's 7.8 GB are free",
  ]);
  const programs = [
    ["blender", 512],
    ["python3", 1024],
    [null, 256],
    ["python3", 1536],
    ["obs", null],
  ] as const;
  expect(textsOf(programs.map(([name, used_mib]) => ({ name, used_mib })))).toEqual([
    "显存只剩 1.0GB，共 7.8GB；占用: python3 2.5GB、blender 0.5GB、未知 0.3GB、等",
    "Only 1.0 GB of the card's 7.8 GB are free; on it: python3 2.5 GB, blender 0.5 GB, unknown 0.3 GB, and others",
  ]);
});

test("doctor: a card whose driver has no version of its own is found without one", () => {
  const finding = findingOf("GPU_FOUND", { name: "Arc B580", found_mib: 12_288, version: null });
  expect(foundText(finding, "en")).toBe("Arc B580, 12.0 GB");
  expect(foundText(finding, "zh")).toBe("Arc B580，显存 12.0GB");
});

test.each(LANGUAGES)(
  "doctor: every code has words in %s, and what is not fine says what to do",
  (language) => {
    for (const code of DOCTOR_CODES) {
      for (const params of [{}, { version: "1.2", found_mib: 1024, of_mib: 2048, said: "x" }]) {
        const finding = findingOf(code, params);
        const text = foundText(finding, language);
        expect(text, code).not.toMatch(/undefined|null|NaN|\[object/);
        if (language === "en") expect(text, code).not.toMatch(/\p{Script=Han}/u);
        expect(verdictText(finding.verdict, language)).not.toBe("");
        expect(certaintyText(finding.certainty, language)).not.toBe("");
      }
      const isFine = DOCTOR_KINDS[code].verdict === "ok";
      const remedy = remedyText(findingOf(code), language);
      expect(isFine ? remedy === null : remedy !== "", code).toBe(true);
      if (["broken", "look"].includes(DOCTOR_KINDS[code].verdict))
        expect(remedy, code).not.toBeNull();
    }
  },
);
