import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { HostView } from "../src/detect/host-io.ts";
import { findNvidiaSmi } from "../src/detect/nvidia-program.ts";
import { probeNvidia, probeNvidiaDetails } from "../src/detect/probe-nvidia.ts";
import {
  type FakeAnswer,
  fakeNvidiaSmi,
  nvidiaRow,
  SEVEN_COLUMNS,
} from "./support/fake-nvidia-smi.ts";
import { fixture } from "./support/fixture.ts";
import { addFiles, fakeRoot } from "./support/temporary-folder.ts";

const AT = 1_700_000_000_000;

function linux(root: string, env: HostView["env"] = {}): HostView {
  return { root, env, platform: "linux" };
}

async function askNvidia(answer: FakeAnswer) {
  const fake = fakeNvidiaSmi(answer);
  const view = linux(fakeRoot(), fake.env);
  const question = { view, nvidiaSmiPath: null, now: () => AT };
  const cards = await probeNvidia(question);
  return { fake, ...(await probeNvidiaDetails(question, cards)) };
}

test("probeNvidia: a card with driver and CUDA version", async () => {
  const { finding, notes, fake } = await askNvidia({
    rows: fixture("nvidia-smi", "rtx2080s-8gb-linux.idle.query-gpu.csv.txt"),
    optional: fixture("nvidia-smi", "rtx2080s-8gb-linux.idle.query-gpu.csv.txt"),
    version: fixture("nvidia-smi", "h200-linux.version.txt"),
  });
  expect(finding.cuda_available).toBe(true);
  expect(finding.gpus).toEqual([
    {
      vendor: "nvidia",
      name: "NVIDIA GeForce RTX 2080 SUPER",
      uuid: "GPU-00000000-0000-0000-0000-000000000000",
      vram_total_mib: 8192,
      driver: "595.71.05",
      cuda: "13.1",
      unified: false,
      is_integrated: false,
      bus_id: "0000:0c:00.0",
      compute_capability: "7.5",
      driver_model: null,
    },
  ]);
  expect(notes).toEqual([]);
  expect(fake.calls()).toEqual([
    "--query-gpu=index,uuid,pci.bus_id,name,driver_version,memory.total,memory.used,memory.free,utilization.gpu,temperature.gpu --format=csv,noheader,nounits",
    "--query-gpu=uuid,pci.bus_id,compute_cap,mig.mode.current,driver_model.current,addressing_mode,memory.reserved --format=csv,noheader,nounits",
    "--version",
  ]);
});

test("probeNvidia: every fact has an origin, measured or unknown with its reason", async () => {
  const { origins } = await askNvidia({
    rows: nvidiaRow({ total: "[GPU is lost]", used: "[N/A]", free: "[N/A]" }),
    refused: ["compute_cap"],
    version: "CUDA Version : 13.1",
  });
  const path = "gpus.GPU-00000000-0000-0000-0000-000000000000";
  const measured = { source: "nvidia-smi", at: AT, certainty: "measured", reason: null };
  const unknown = { source: "nvidia-smi", at: AT, certainty: "unknown" };
  expect(origins).toEqual([
    { fact: `${path}.name`, ...measured },
    { fact: `${path}.vram_total_mib`, ...unknown, reason: "gpu-lost" },
    { fact: `${path}.driver`, ...measured },
    { fact: `${path}.cuda`, ...measured },
    { fact: `${path}.compute_capability`, ...unknown, reason: "unsupported-field" },
  ]);
});

test("probeNvidia: a field that the driver does not know is dropped, the others are told", async () => {
  const recorded = fixture("nvidia-smi", "rtx2080s-8gb-windows.idle.query-gpu.csv.txt");
  const refused = ["addressing_mode", "memory.reserved", "mig.mode.current"];
  const { finding, fake } = await askNvidia({ rows: recorded, optional: recorded, refused });
  expect(finding.gpus[0]).toMatchObject({ compute_capability: "7.5", driver_model: "WDDM" });
  expect(fake.calls().filter((call) => call.includes("compute_cap"))).toHaveLength(4);
});

test("probeNvidia: a driver that knows no optional field is asked no more often than there are", async () => {
  const refused = [
    ...["compute_cap", "mig.mode.current", "driver_model.current"],
    ...["addressing_mode", "memory.reserved"],
  ];
  const rows = nvidiaRow({ total: 8188, used: 29, free: 7900 });
  const { finding, notes, fake } = await askNvidia({ rows, refused });
  expect(finding.gpus[0]).toMatchObject({ vram_total_mib: 8188, compute_capability: null });
  expect(notes).toEqual([]);
  expect(fake.calls().length).toBeLessThan(10);
});

test.each([
  ["[N/A]", "ATS", true],
  ["[N/A]", "None", false],
  ["[GPU is lost]", "ATS", false],
  ["97871", "ATS", false],
] as const)(
  "probeNvidia: memory %s with addressing %s is unified: %s",
  async (total, mode, unified) => {
    const rows = nvidiaRow({ name: "NVIDIA New", total, used: "[N/A]", free: "[N/A]" });
    const uuid = "GPU-00000000-0000-0000-0000-000000000000";
    const { finding, notes } = await askNvidia({
      rows,
      optional: `uuid, addressing_mode\n${uuid}, ${mode}\n`,
    });
    expect(finding.gpus[0]).toMatchObject({ unified });
    expect(notes.some(({ code }) => code === "unified-memory")).toBe(unified);
  },
);

test("probeNvidia: old drivers tell the CUDA version in the banner only", async () => {
  const { finding } = await askNvidia({
    rows: nvidiaRow({ total: 8188, used: 29, free: 7900 }),
    version: "Invalid combination of input arguments.",
    banner: fixture("nvidia-smi", "rtx4060-laptop-8gb-linux.table.txt"),
  });
  expect(finding.gpus[0]?.cuda).toBe("12.2");
});

test("probeNvidia: two cards are both listed", async () => {
  const rows = fixture("nvidia-smi", "two-gpu-rtx3090.derived.csv.txt");
  const { finding } = await askNvidia({ rows });
  expect(finding.gpus.map((gpu) => gpu.vram_total_mib)).toEqual([24_576, 24_576]);
  // These rows have no driver: that the driver works is then not proven.
  expect(finding.cuda_available).toBeNull();
});

test("probeNvidia: GB10 is unified and has no figure of its own", async () => {
  const missing = "[N/A]";
  const rows = nvidiaRow({ name: "NVIDIA GB10", total: missing, used: missing, free: missing });
  const { finding, notes } = await askNvidia({ rows });
  expect(finding.gpus[0]).toMatchObject({ unified: true, vram_total_mib: null });
  expect(finding.cuda_available).toBe(true);
  expect(notes.map((note) => note.code)).toEqual(["memory-not-reported", "unified-memory"]);
});

test("probeNvidia: [Not Supported] on another card is unknown, not unified", async () => {
  const rows =
    SEVEN_COLUMNS + fixture("nvidia-smi", "bad-not-supported-on-discrete.derived.nounits.txt");
  const { finding, notes } = await askNvidia({ rows });
  expect(finding.gpus[0]).toMatchObject({ unified: false, vram_total_mib: null });
  expect(notes).toMatchObject([{ code: "memory-not-reported" }]);
});

test.each([
  ["error-rc9-driver-not-loaded.stdout.txt", 9, "driver-not-loaded", false],
  ["error-rc12-libnvidia-ml-missing.stdout.txt", 12, "library-missing", false],
  ["error-rc18-version-mismatch.stdout.txt", 18, "version-mismatch", null],
  ["error-rc255-nvml-unknown-error.stdout.txt", 255, "nvml-unknown", null],
  ["error-rc255-no-supported-gpus.stdout.txt", 255, "no-devices", false],
  ["error-wsl2-access-blocked.stdout.txt", 255, "blocked-by-os", null],
  ["error-no-devices-were-found.stdout.txt", 0, "no-devices", false],
  ["error-no-devices-not-readable.stdout.txt", 6, "permission", null],
  ["error-gpu-is-lost.stdout.txt", 15, "gpu-lost", null],
  ["error-device-handle-unknown-error.stdout.txt", 255, "nvml-unknown", null],
  ["bad-field-not-valid.derived.stdout.txt", 2, "unsupported-field", null],
  ["bad-html.derived.txt", 0, "unparsable", null],
  ["bad-empty.derived.txt", 0, "unparsable", null],
] as const)(
  "probeNvidia: %s is noted, CUDA as far as proven",
  async (rowsName, exit_code, code, cuda) => {
    const text = fixture("nvidia-smi", rowsName);
    const { finding, notes, fake } = await askNvidia({ rows: text, exit_code });
    expect(finding).toMatchObject({ gpus: [], cuda_available: cuda });
    expect(notes).toMatchObject([{ probe: "nvidia", code }]);
    const firstLine = text.trim().split("\n")[0] ?? "";
    expect(notes[0]?.detail ?? "").toBe(firstLine.trim());
    expect(fake.calls()).toHaveLength(1);
  },
);

test("probeNvidia: a good row beside a lost card is kept, and CUDA is not proven", async () => {
  const text = fixture("nvidia-smi", "bad-good-row-then-handle-error.derived.nounits.txt");
  const { finding, notes } = await askNvidia({ rows: SEVEN_COLUMNS + text, exit_code: 15 });
  expect(finding.gpus).toHaveLength(1);
  expect(finding.cuda_available).toBeNull();
  expect(notes).toMatchObject([{ code: "gpu-lost" }]);
});

test("probeNvidia: a missing program means no CUDA, one that cannot be run means unknown", async () => {
  const root = fakeRoot();
  const view = linux(root, { PATH: root });
  expect(await probeNvidia({ view, nvidiaSmiPath: null })).toMatchObject({
    finding: { cuda_available: false },
    notes: [{ code: "not-installed" }],
  });
  addFiles(root, { "usr/lib/wsl/lib/nvidia-smi": "text" });
  expect(await probeNvidia({ view, nvidiaSmiPath: null })).toMatchObject({
    finding: { cuda_available: null },
    notes: [{ code: "not-executable" }],
  });
});

test("findNvidiaSmi: looks in WSL2's folder after PATH, and only where the user said", async () => {
  const fake = fakeNvidiaSmi();
  const root = fakeRoot({ "usr/lib/wsl/lib/nvidia-smi": `-> ${fake.path}` });
  const find = (env: HostView["env"], configured: string | null) =>
    findNvidiaSmi({ root, env, platform: "linux" }, configured);
  expect(await find(fake.env, null)).toEqual({ path: fake.path });
  expect(await find({}, null)).toEqual({ path: join(root, "usr/lib/wsl/lib/nvidia-smi") });
  expect(await find({}, fake.path)).toEqual({ path: fake.path });
  const nowhere = await find(fake.env, join(root, "nowhere"));
  expect(nowhere).toEqual({ path: null, code: "not-installed" });
});

test("findNvidiaSmi: Windows' driver store comes after System32 and before the old folder", async () => {
  const store = "C/Windows/System32/DriverStore/FileRepository";
  const [one, two] = ["nv_dispi.inf_amd64_1a", "nvlt.inf_amd64_2b"].map(
    (name) => `${store}/${name}/nvidia-smi.exe`,
  );
  const old = "C/Program Files/NVIDIA Corporation/NVSMI/nvidia-smi.exe";
  const root = fakeRoot({ [`${store}/zz.inf_amd64_3c/nvidia-smi.exe`]: "" });
  const view: HostView = { root, env: { SystemRoot: "C:\\Windows" }, platform: "win32" };
  for (const path of [old, one ?? "", two ?? ""]) {
    addFiles(root, { [path]: "" });
    chmodSync(join(root, path), 0o755);
    expect(await findNvidiaSmi(view, null)).toEqual({ path: join(root, path) });
  }
});

test("findNvidiaSmi: Windows keeps it in System32, older drivers in a folder of their own", async () => {
  const old = "C/Program Files/NVIDIA Corporation/NVSMI/nvidia-smi.exe";
  const root = fakeRoot({ [old]: "" });
  chmodSync(join(root, old), 0o755);
  const view: HostView = { root, env: {}, platform: "win32" };
  expect(await findNvidiaSmi(view, null)).toEqual({ path: join(root, old) });
  addFiles(root, { "C/Windows/System32/nvidia-smi.exe": "" });
  chmodSync(join(root, "C/Windows/System32/nvidia-smi.exe"), 0o755);
  const found = await findNvidiaSmi(view, null);
  expect(found).toEqual({ path: join(root, "C/Windows/System32/nvidia-smi.exe") });
});
