/**
 * One host out of the findings of all probes; what is missing is unknown and noted as `timeout`.
 *
 * Where two probes know the same thing, the quick reading of files comes before the helper program.
 * The score is made here, because clock and instruction set may come from either.
 */

import type { Conditions } from "../domain/conditions.ts";
import { cpuScoreOf } from "../domain/cpu-score.ts";
import { type DaVinci, type Host, type OperatingSystem, UNKNOWN_HOST } from "../domain/host.ts";
import type { Note, ProbeName } from "../domain/note.ts";
import type { FactOrigin } from "../domain/origin.ts";
import type { Editor, ModelServer, Surrounding } from "../domain/served.ts";
import { type CardFindings, cardsOf } from "./assemble-cards.ts";
import { type CardWishes, chooseCards } from "./card-choice.ts";
import { crossCheckNotes } from "./cross-check.ts";
import { noteOf, type Probed } from "./probe.ts";
import type { CpuFinding } from "./probe-cpu.ts";
import type { NvidiaFinding } from "./probe-nvidia.ts";
import { type OllamaFinding, ollamaOf } from "./probe-ollama.ts";
import type { StaticFinding } from "./probe-static.ts";

/** What has come so far; an absent entry is a probe that is still out or gave up. */
export interface Findings extends CardFindings {
  readonly cpu?: Probed<CpuFinding>;
  readonly memory?: Probed<Host["memory"]>;
  readonly nvidia?: Probed<NvidiaFinding>;
  readonly ollama?: Probed<OllamaFinding>;
  readonly davinci?: Probed<DaVinci>;
  readonly power?: Probed<Conditions>;
  readonly surrounding?: Probed<Surrounding>;
  readonly servers?: Probed<readonly ModelServer[]>;
  readonly editors?: Probed<readonly Editor[]>;
  readonly static?: Probed<StaticFinding>;
}

const PROBED = [
  "cpu",
  "memory",
  "nvidia",
  "jetson",
  "amd",
  "intel",
  "apple",
  "windows",
  "ollama",
  "servers",
  "davinci",
  "editors",
  "static",
] as const satisfies readonly ProbeName[];

/** Findings that come without remarks of their own. */
const UNREMARKED = ["surrounding", "power"] as const;

/** What a host is put together with besides the findings. */
export interface Assembly {
  readonly platform: NodeJS.Platform;
  /** Where Ollama was asked. */
  readonly address: string;
  /** What was said about which cards to use. */
  readonly wishes: CardWishes;
}

/** The host of these findings. */
export function assembleHost({ platform, address, wishes }: Assembly, findings: Findings): Host {
  const { memory, nvidia, ollama, davinci } = findings;
  const { gpus, notes } = chooseCards(cardsOf(findings), wishes);
  return {
    os: operatingSystemOf(platform),
    os_version: findings.static?.finding.os_version ?? null,
    cpu: cpuOf(findings),
    memory: memory?.finding ?? UNKNOWN_HOST.memory,
    gpus,
    cuda_available: nvidia?.finding.cuda_available ?? null,
    ollama: ollama === undefined ? { ...UNKNOWN_HOST.ollama, address } : ollamaOf(ollama.finding),
    davinci: davinci?.finding ?? UNKNOWN_HOST.davinci,
    notes: [
      ...PROBED.flatMap((name) => notesOf(name, findings[name])),
      ...notes,
      // While cards are still asked for, nobody can say that the server sees one more.
      ...(nvidia === undefined ? [] : crossCheckNotes(gpus, ollama?.finding.loaded ?? [])),
    ],
    ...(findings.servers === undefined ? {} : { servers: findings.servers.finding }),
    ...(findings.editors === undefined ? {} : { editors: findings.editors.finding }),
    ...(findings.surrounding === undefined ? {} : { surrounding: findings.surrounding.finding }),
    ...(findings.power === undefined ? {} : { conditions: findings.power.finding }),
    origins: originsIn(findings),
  };
}

/** In a fixed order: which probe was first would change from time to time. */
function originsIn(findings: Findings): readonly FactOrigin[] {
  return [...PROBED, ...UNREMARKED].flatMap((name) => findings[name]?.origins ?? []);
}

/** Systems beside the three are Unix-like and are treated like Linux. */
function operatingSystemOf(platform: NodeJS.Platform): OperatingSystem {
  if (platform === "win32") return "Windows";
  return platform === "darwin" ? "macOS" : "Linux";
}

function cpuOf({ cpu, static: fixed }: Findings): Host["cpu"] {
  const quick = cpu?.finding;
  const slow = fixed?.finding;
  const cores = quick?.cores ?? slow?.cores ?? null;
  const threads = quick?.threads ?? null;
  const quota = quick?.quota ?? null;
  const max_mhz = quick?.max_mhz ?? slow?.max_mhz ?? null;
  const has_avx2 = quick?.has_avx2 ?? slow?.has_avx2 ?? null;
  return {
    brand: quick?.brand ?? slow?.brand ?? null,
    cores,
    threads,
    score: cpuScoreOf({ cores, threads, quota, max_mhz, has_avx2 }),
    quota,
  };
}

function notesOf(name: ProbeName, probed: Probed<unknown> | undefined): readonly Note[] {
  return probed === undefined ? [noteOf(name, "timeout")] : probed.notes;
}
