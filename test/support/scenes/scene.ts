/** A recorded output as a host: how it is set up around the real detection, and what came of it as a row. */
import { type DetectOptions, detectHost } from "../../../src/detect/detect.ts";
import {
  DEFAULT_CONFIGURATION,
  decisionPartOf,
  type Language,
} from "../../../src/domain/configuration.ts";
import type { Host } from "../../../src/domain/host.ts";
import { gpuMemoryMib, tierOf } from "../../../src/domain/tier.ts";
import { explanationOf } from "../../../src/policy/explanation.ts";
import { recommendationsOf } from "../../../src/policy/recommendation.ts";
import { policyOf } from "../../../src/policy/resolve.ts";
import { fixture } from "../fixture.ts";
import { fakeRoot } from "../temporary-folder.ts";

/** What one fixture becomes. */
export interface Scene {
  readonly fixture: string;
  /** What the detection is given beyond an empty root and a server that is not there. */
  readonly options: () => DetectOptions | Promise<DetectOptions>;
  /** Which lines of the explanation speak of it. */
  readonly about: RegExp;
  /** What was found that the scene is about. */
  readonly facts: (host: Host) => readonly string[];
}

/** A port on which nothing listens. */
const NO_SERVER = "http://127.0.0.1:9";

/** A plain Linux host, on which the recorded part stands. */
export function plainFiles(): Readonly<Record<string, string>> {
  return {
    "proc/meminfo": fixture("linux-memory", "meminfo.vm-24gb.txt"),
    "proc/stat": fixture("linux-memory", "proc-stat.head.txt"),
    "proc/self/cgroup": "0::/\n",
    "proc/1/comm": "init\n",
  };
}

const GPU_LINES = /GPU|card|driver|graphics|显卡|显存|驱动|memory with|共用/i;
const MEMORY_LINES = /^- (?:Memory|内存)/i;
const SERVER_LINES = /Ollama|cloud|云端|model server|模型服务/;

/** The lines that speak of cards, of memory, of model servers. */
export const ABOUT = { gpu: GPU_LINES, memory: MEMORY_LINES, server: SERVER_LINES } as const;

/** Detects the scene's host with the real code. */
export async function hostOf(scene: Scene): Promise<Host> {
  const options = await scene.options();
  const { host, late } = await detectHost({
    env: { PATH: "/nonexistent" },
    root: fakeRoot(plainFiles()),
    platform: "linux",
    ollamaHost: NO_SERVER,
    ...options,
  });
  const found = (await late) ?? host;
  // Where nothing listens a refusal comes at once: a silence is this computer's, which is busy elsewhere.
  const isBusy = options.ollamaHost === undefined && found.notes.some(isSilentOllama);
  return isBusy ? hostOf(scene) : found;
}

function isSilentOllama({ probe, code }: Host["notes"][number]): boolean {
  return probe === "ollama" && code === "timeout";
}

/** The row of a host: cards, memory, tier, remarks, and the words in both languages. */
export function rowOf(scene: Scene, host: Host): string {
  const { fixture: name, about } = scene;
  const cells = [
    name.includes(".") && name.includes("/") ? `\`${name.replace(/^.*?\//, "")}\`` : name,
    factsText(scene, host),
    `\`${tierOf(host, DEFAULT_CONFIGURATION.tier)}\``,
    remarksText(host),
    sayingsOf(host, { about, language: "en" }),
    sayingsOf(host, { about, language: "zh" }),
  ];
  return `| ${cells.map((cell) => (cell === "" ? "–" : cell)).join(" | ")} |`;
}

/** The heads of the columns of `rowOf`. */
export const ROW_HEAD =
  "| Fixture | Found | Tier | Remarks | In words | 说明 |\n| --- | --- | --- | --- | --- | --- |";

function factsText({ facts }: Scene, host: Host): string {
  return facts(host).join("<br>").replaceAll("|", "\\|");
}

/** One line for each card: name and the memory that counts. */
export function cardFacts(host: Host): readonly string[] {
  return host.gpus.map((gpu) => {
    const mib = gpuMemoryMib(gpu, host) ?? "?";
    const size = gpu.unified ? `shared, ${mib} MiB usable` : `${mib} MiB`;
    return [
      `${gpu.name ?? gpu.vendor}: ${size}`,
      gpu.is_integrated ? "integrated" : null,
      gpu.mig === undefined || gpu.mig.length === 0 ? null : `${gpu.mig.length} MIG parts`,
      gpu.cuda === null ? null : `CUDA ${gpu.cuda}`,
      gpu.excluded_by == null ? null : "left out",
    ]
      .filter((part) => part !== null)
      .join(", ");
  });
}

function remarksText({ notes }: Host): string {
  const said = notes.filter(
    ({ probe, code }) =>
      !["not-checked", "not-installed", "not-running"].includes(code) && probe !== "static",
  );
  return [...new Set(said.map(({ probe, code }) => `${probe}: \`${code}\``))].join("<br>");
}

function sayingsOf(
  host: Host,
  { about, language }: { readonly about: RegExp; readonly language: Language },
): string {
  const configuration = decisionPartOf(DEFAULT_CONFIGURATION);
  const situation = {
    tier: tierOf(host, configuration.tier),
    rung: "nominal" as const,
    host,
    configuration,
    cloud: "off" as const,
    hasFirstReading: true,
    areModelsKnown: true,
  };
  const recommendations = recommendationsOf(situation, { isCpuBusy: false });
  const text = explanationOf(
    { situation, policy: policyOf(situation), reason: null, recommendations },
    language,
  );
  const isHead = (line: string): boolean => /Vision|Planning|Running now|当前方式|📊/.test(line);
  return text
    .split("\n")
    .filter((line) => line.startsWith("- ") && about.test(line) && !isHead(line))
    .map((line) => line.slice(2).replaceAll("|", "\\|"))
    .join("<br>");
}
