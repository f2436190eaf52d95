import { expect, test } from "vitest";
import { probeWindows } from "../src/detect/probe-windows.ts";
import { asUtf16, fakePrograms, printing } from "./support/fake-programs.ts";
import { fixture } from "./support/fixture.ts";
import { directxAnswer, type RegistryCard, registryAnswers } from "./support/windows-outputs.ts";

const RTX_4070 = {
  name: "NVIDIA GeForce RTX 4070",
  device: "PCI\\VEN_10DE&DEV_2786&SUBSYS_88E91043",
  size: "REG_QWORD    0x2ff000000",
};
const RADEON = {
  name: "AMD Radeon(TM) Graphics",
  device: "PCI\\VEN_1002&DEV_164E",
  size: "REG_QWORD    0x20000000",
};
const BASIC = { name: "Microsoft Basic Display Adapter", device: "ROOT\\BasicDisplay" };
const NOTHING_FOUND = "\r\nEnd of search: 0 match(es) found.\r\n";

interface Answers {
  readonly cards?: readonly RegistryCard[];
  readonly directx?: string;
  readonly encode?: (text: string) => string | Buffer;
  /** After each answer about the class. */
  readonly after?: string;
  readonly wmi?: string;
}

function windows({ cards = [], directx = "", encode = String, after = "", wmi }: Answers) {
  const answers = registryAnswers(cards);
  const parts = Object.entries(answers).map(
    ([name, text]) => `*${name}*) ${printing(encode(text))}; ${after || ":"} ;;`,
  );
  const reg = `case "$*" in ${parts.join("\n")}\n*DirectX*) ${printing(directx)} ;; esac`;
  const powershell = wmi === undefined ? "exit 1" : printing(wmi);
  return fakePrograms("win32", { "reg.exe": reg, "powershell.exe": powershell });
}

test("probeWindows: cards with size and LUID, drawn ones left out", async () => {
  const directx = directxAnswer([
    { name: "Microsoft Basic Render Driver", luid: "0x10f2c", ids: ["0x1414", "0x8c"] },
    { name: RTX_4070.name, luid: "0x15A34", ids: ["0x10de", "0x2786"] },
    { name: RADEON.name, luid: "0x16000" },
  ]);
  const fake = windows({ cards: [BASIC, RTX_4070, RADEON], directx });
  const { finding, notes, origins } = await probeWindows(fake);
  expect(finding.gpus).toMatchObject([
    { vendor: "nvidia", name: RTX_4070.name, vram_total_mib: 12_272, is_integrated: false },
    { vendor: "amd", name: RADEON.name, vram_total_mib: 512, is_integrated: true, unified: true },
  ]);
  expect(finding.gpus.map(({ luid }) => luid)).toEqual([
    "0x00000000_0x00015a34",
    "0x00000000_0x00016000",
  ]);
  expect(notes).toEqual([{ probe: "windows", code: "unified-memory", detail: RADEON.name }]);
  expect(origins).toMatchObject([
    { fact: "gpus.nvidia-0.vram_total_mib", source: "registry", certainty: "measured" },
    { fact: "gpus.amd-1.vram_total_mib", source: "registry", certainty: "measured" },
  ]);
  expect([...fake.calls()].sort()).toEqual([
    "reg.exe query HKLM\\SOFTWARE\\Microsoft\\DirectX /s",
    ...["DriverDesc", "HardwareInformation.qwMemorySize", "MatchingDeviceId"].map(
      (name) =>
        `reg.exe query HKLM\\SYSTEM\\ControlSet001\\Control\\Class\\{4d36e968-e325-11ce-bfc1-08002be10318} /s /v ${name}`,
    ),
  ]);
});

test("probeWindows: two alike cards are two, each with a LUID of its own", async () => {
  const adapter = { name: RTX_4070.name, ids: ["0x10de", "0x2786"] as const };
  const directx = directxAnswer([
    { ...adapter, luid: "0x1" },
    { ...adapter, luid: "0x2" },
  ]);
  const { finding } = await probeWindows(windows({ cards: [RTX_4070, RTX_4070], directx }));
  expect(finding.gpus).toHaveLength(2);
  expect(finding.gpus.map(({ luid }) => luid)).toEqual([
    "0x00000000_0x00000001",
    "0x00000000_0x00000002",
  ]);
});

test.each([
  ["UTF-16", asUtf16],
  ["a byte order mark", (text: string) => `\uFEFF${text}`],
  ["plain ends of lines", (text: string) => text.replaceAll("\r\n", "\n")],
  ["a translated frame", (text: string) => text.replace("End of search", "Suche beendet")],
])("probeWindows: bears %s", async (_, encode) => {
  const { finding, notes } = await probeWindows(windows({ cards: [RTX_4070], encode }));
  expect(finding.gpus).toMatchObject([{ name: RTX_4070.name, vram_total_mib: 12_272 }]);
  expect(finding.gpus.map(({ luid }) => luid)).toEqual([null]);
  expect(notes).toEqual([]);
});

test("probeWindows: rows before a refused subkey count", async () => {
  const after = 'echo "ERROR: Access is denied." >&2; exit 1';
  const { finding, notes } = await probeWindows(windows({ cards: [RTX_4070], after }));
  expect(finding.gpus).toHaveLength(1);
  expect(notes).toEqual([]);
});

test("probeWindows: a card without a size is unknown, not zero", async () => {
  const { name, device } = RTX_4070;
  for (const size of [undefined, "REG_QWORD    0x0", "REG_BINARY    zz"]) {
    const card = size === undefined ? { name, device } : { name, device, size };
    const { finding, notes, origins } = await probeWindows(windows({ cards: [card] }));
    expect(finding.gpus).toMatchObject([{ vram_total_mib: null, is_integrated: false }]);
    expect(notes).toMatchObject([{ code: "memory-not-reported", detail: name }]);
    expect(origins).toMatchObject([{ certainty: "unknown", reason: "memory-not-reported" }]);
  }
});

test("probeWindows: WMI is asked at the last, and not believed from 4 GB up", async () => {
  const wmi = fixture("gpu-other", "windows.win32-videocontroller-AdapterRAM.txt");
  const { finding, notes, origins } = await probeWindows(windows({ wmi }));
  expect(finding.gpus.map((gpu) => [gpu.vendor, gpu.vram_total_mib, gpu.is_integrated])).toEqual([
    ["nvidia", null, false],
    ["amd", 2048, true],
    ["amd", null, false],
    ["amd", null, false],
  ]);
  expect(finding.gpus.map(({ luid }) => luid)).toEqual([null, null, null, null]);
  expect(new Set(notes.map((note) => note.code))).toEqual(
    new Set(["memory-not-reported", "unified-memory"]),
  );
  expect(origins?.[1]).toMatchObject({ source: "wmi", certainty: "measured" });
});

test.each([
  ["no match", `printf '${NOTHING_FOUND}'; exit 1`, "no-devices"],
  ["an English refusal", 'echo "ERROR: Access is denied." >&2; exit 1', "permission"],
  ["a refusal in another language", 'echo "FEHLER: Zugriff verweigert" >&2; exit 1', "unreadable"],
  ["nothing at all", "exit 0", "no-devices"],
])("probeWindows: %s is noted", async (_, reg, code) => {
  const { finding, notes } = await probeWindows(fakePrograms("win32", { "reg.exe": reg }));
  expect(finding).toEqual({ gpus: [] });
  expect(notes).toMatchObject([{ probe: "windows", code }]);
});

test("probeWindows: a missing program is noted; other systems are not asked", async () => {
  const fake = fakePrograms("win32", {});
  expect((await probeWindows(fake)).notes).toMatchObject([{ code: "not-installed" }]);
  const other = windows({ cards: [RTX_4070] });
  const view = { ...other.view, platform: "linux" } as const;
  expect(await probeWindows({ view })).toEqual({ finding: { gpus: [] }, notes: [] });
  expect(other.calls()).toEqual([]);
});
