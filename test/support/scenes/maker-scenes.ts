/** The recorded outputs of the other makers, each by its own program on PATH and its own system. */
import { parseAppleIoreg } from "../../../src/detect/apple-ioreg.ts";
import type { DetectOptions } from "../../../src/detect/detect.ts";
import { ioOf } from "../../../src/detect/host-io.ts";
import { parseTegrastats } from "../../../src/detect/jetson-tegrastats.ts";
import { parseCounterHeader, parseCounterRow } from "../../../src/detect/windows-counters.ts";
import type { Host } from "../../../src/domain/host.ts";
import { drmFiles } from "../drm-files.ts";
import { fakeProgram } from "../fake-program.ts";
import { fakePrograms, printing } from "../fake-programs.ts";
import { fixture } from "../fixture.ts";
import { fakeRoot } from "../temporary-folder.ts";
import { registryAnswers } from "../windows-outputs.ts";
import { ABOUT, cardFacts, plainFiles, type Scene } from "./scene.ts";

const text = (name: string): string => fixture("gpu-other", name);

function scene(
  name: string,
  options: () => DetectOptions,
  more: () => readonly string[] = () => [],
): Scene {
  const facts = (host: Host): readonly string[] => [...cardFacts(host), ...more()];
  return { fixture: `gpu-other/${name}`, about: ABOUT.gpu, facts, options };
}

/** On Linux, without files of a driver. */
const printed = (name: string, program: string, when: string): Scene =>
  scene(name, () => ({ env: fakeProgram(program, [{ when, text: text(name) }]).env }));

/** A Mac with 16 GiB. */
function mac(profiler: string): DetectOptions {
  const sysctl = printing("hw.memsize: 17179869184\n");
  const { view } = fakePrograms("darwin", { sysctl, system_profiler: profiler });
  const io = ioOf(view);
  return {
    ...view,
    io: { ...io, figures: () => ({ ...io.figures(), processors: ["Apple M3"] }) },
  };
}

const MAC_TEXT = "apple.system_profiler.m3.txt";

/** Windows whose registry holds these cards, and what `powershell` prints. */
function windows(registry: string, powershell = "exit 1"): DetectOptions {
  const cards = registry
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("|") as [string, string])
    .map(([name, bytes]) => ({ name, size: `REG_QWORD    0x${Number(bytes).toString(16)}` }));
  const answers = Object.entries(registryAnswers(cards));
  const cases = answers.map(([name, answer]) => `*"/v ${name}"*) ${printing(answer)} ;;`);
  const reg = `case "$*" in\n${cases.join("\n")}\nesac`;
  const programs = { "reg.exe": reg, "powershell.exe": powershell };
  return fakePrograms("win32", programs).view;
}

const REGISTRY = "windows.registry-qwMemorySize.txt";
const WMI = "windows.win32-videocontroller-AdapterRAM.txt";
const COUNTERS = "windows.typeperf-gpu-adapter-memory.csv.txt";
const IOREG = "apple.ioreg-IOGPU.m1pro.txt";
const TEGRA = "tegrastats.orin-nano.txt";
const XPU_TABLE = "xpu-smi.v2-table.arc-a770.txt";

function counterFacts(): readonly string[] {
  const [head = "", row = ""] = text(COUNTERS).trim().split(/\r?\n/);
  const header = parseCounterHeader(head);
  const use = header === null ? null : parseCounterRow(row, header);
  return [`counters: ${use === null ? "not read" : JSON.stringify(use)}`];
}

/** Every file of the folder. */
export const MAKER_SCENES: readonly Scene[] = [
  printed("amd-smi.metric.mi300x.json", "amd-smi", "metric*"),
  printed("rocm-smi.showmemuse.rx6800-two.json", "rocm-smi", "*"),
  printed("rocm-smi.rx7900xtx.text.txt", "rocm-smi", "*"),
  printed("xpu-smi.discovery.arc-pro.json", "xpu-smi", "discovery*"),
  // The size of a card is only believed beside its driver's files; the table is asked for without JSON.
  scene(XPU_TABLE, () => ({
    env: fakeProgram("xpu-smi", [{ when: "*", text: text(XPU_TABLE) }]).env,
    root: fakeRoot({
      ...plainFiles(),
      ...drmFiles({
        position: 0,
        vendor: "0x8086",
        device: "0x56a0",
        driver: "xe",
        bus_id: "0000:03:00.0",
        files: { "tile0/physical_vram_size_bytes": "17079205888\n" },
      }),
    }),
  })),
  scene(MAC_TEXT, () => mac(printing(text(MAC_TEXT)))),
  scene(
    IOREG,
    () => mac("exit 1"),
    () => {
      const { utilization_percent, in_use_bytes } = parseAppleIoreg(text(IOREG));
      return [`its parser alone: ${utilization_percent} % busy, ${in_use_bytes} bytes in use`];
    },
  ),
  scene(WMI, () => windows("", printing(text(WMI)))),
  scene(REGISTRY, () => windows(text(REGISTRY))),
  scene(COUNTERS, () => windows(text(REGISTRY)), counterFacts),
  scene(
    TEGRA,
    () => ({
      root: fakeRoot({ ...plainFiles(), "etc/nv_tegra_release": "# R36 (release)\n" }),
    }),
    () =>
      text(TEGRA)
        .trim()
        .split("\n")
        .map((line) => `its parser alone: ${JSON.stringify(parseTegrastats(line))}`),
  ),
];
