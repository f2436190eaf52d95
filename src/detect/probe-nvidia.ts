/**
 * NVIDIA cards through nvidia-smi: which there are, and which CUDA version their driver supports.
 *
 * Two questions, so that a slow second answer never delays the cards: first the basic set of fields,
 * then CUDA and MIG. No row means no data, and the program's own words give the reason. `cuda` is
 * true only for exit code 0 with a row that has name and driver; false only when driver or program
 * is provably absent; otherwise unknown (detection facts §7).
 */
import type { Gpu } from "../domain/host.ts";
import type { Note } from "../domain/note.ts";
import { findProgram } from "./find-program.ts";
import { type HostView, ioOf } from "./host-io.ts";
import { nvidiaCardsOf } from "./nvidia-cards.ts";
import { cudaVersionOf } from "./nvidia-cuda.ts";
import { isProofOfNoCuda, nvidiaFailureCode } from "./nvidia-failure.ts";
import { NVIDIA_FIELDS, type NvidiaRows, parseNvidiaRows } from "./nvidia-smi.ts";
import { noteOf, type Probed } from "./probe.ts";
import type { ProgramOutcome, ProgramRunner } from "./run-program.ts";

/** The cards, whether CUDA works, and the program to ask on. */
export interface NvidiaFinding {
  readonly gpus: readonly Gpu[];
  readonly cuda_available: boolean | null;
  /** `null` when there is nothing to ask on. */
  readonly program: string | null;
  /** True when some card hides its load, as it does in MIG mode. */
  readonly may_be_mig: boolean;
}

/** How to ask; `nvidiaSmiPath` is the user's own choice of the program. */
export interface NvidiaQuestion {
  readonly view: HostView;
  readonly nvidiaSmiPath: string | null;
  readonly runner?: ProgramRunner;
  readonly signal?: AbortSignal;
}

/** Limit of one run: 2 s was too low on busy hosts, others use 5 s (§2.7). */
export const NVIDIA_LIMIT_MS = 5000;

const NOTHING: NvidiaFinding = {
  gpus: [],
  cuda_available: null,
  program: null,
  may_be_mig: false,
};

/** Arguments that print `fields` as rows. */
export function nvidiaQueryOf(fields: readonly string[]): readonly string[] {
  return [`--query-gpu=${fields.join(",")}`, "--format=csv,noheader,nounits"];
}

/** The path of nvidia-smi, or why there is none (order: §11.5). */
export function findNvidiaSmi(view: HostView, configured: string | null) {
  const isWindows = view.platform === "win32";
  const windows = view.env.SystemRoot ?? "C:\\Windows";
  const programs = view.env.ProgramW6432 ?? view.env.ProgramFiles ?? "C:\\Program Files";
  const places = isWindows
    ? [`${windows}/System32/nvidia-smi.exe`, `${programs}/NVIDIA Corporation/NVSMI/nvidia-smi.exe`]
    : ["/usr/lib/wsl/lib/nvidia-smi", "/usr/bin/nvidia-smi"];
  const name = isWindows ? "nvidia-smi.exe" : "nvidia-smi";
  return findProgram(view, { name, configured, places });
}

/** The cards of this host; never throws, at most `NVIDIA_LIMIT_MS`. */
export async function probeNvidia(question: NvidiaQuestion): Promise<Probed<NvidiaFinding>> {
  const { view, nvidiaSmiPath, signal } = question;
  const found = await findNvidiaSmi(view, nvidiaSmiPath);
  if (found.path === null) {
    const cuda_available = found.code === "not-installed" ? false : null;
    return { finding: { ...NOTHING, cuda_available }, notes: [noteOf("nvidia", found.code)] };
  }
  const runner = question.runner ?? ioOf(view);
  const outcome = await runner.run({
    file: found.path,
    args: nvidiaQueryOf(NVIDIA_FIELDS),
    env: view.env,
    limit_ms: NVIDIA_LIMIT_MS,
    signal,
  });
  const printed = parseNvidiaRows(outcome.problem === null ? outcome.stdout : "");
  return printed.rows.length === 0
    ? withoutRows(outcome)
    : withRows(printed, { outcome, program: found.path });
}

/** The cards with CUDA version and MIG notes; asks only where there are cards. */
export async function probeNvidiaDetails(
  question: NvidiaQuestion,
  cards: Probed<NvidiaFinding>,
): Promise<Probed<NvidiaFinding>> {
  const { program, gpus, may_be_mig } = cards.finding;
  if (program === null || gpus.length === 0) return cards;
  const runner = question.runner ?? ioOf(question.view);
  const ask = async (args: readonly string[]): Promise<string> => {
    const { view, signal } = question;
    const run = { file: program, args, env: view.env, limit_ms: NVIDIA_LIMIT_MS, signal };
    return (await runner.run(run)).stdout;
  };
  // Old drivers do not know --version; their banner has the same figure.
  const cuda = cudaVersionOf(await ask(["--version"])) ?? cudaVersionOf(await ask([]));
  const mig = may_be_mig ? await askMig(ask) : [];
  const finding = { ...cards.finding, gpus: gpus.map((gpu) => ({ ...gpu, cuda })) };
  return { finding, notes: [...cards.notes, ...mig] };
}

async function askMig(ask: (args: readonly string[]) => Promise<string>): Promise<Note[]> {
  const fields = ["uuid", "name", "mig.mode.current"];
  const { rows } = parseNvidiaRows(await ask(nvidiaQueryOf(fields)), fields);
  return rows.filter((row) => row.is_mig).map((row) => noteOf("nvidia", "mig", row.name));
}

function withoutRows(outcome: ProgramOutcome): Probed<NvidiaFinding> {
  const text = `${outcome.stdout}\n${outcome.stderr}`;
  const code = outcome.problem ?? nvidiaFailureCode({ exit_code: outcome.exit_code, text });
  const detail = text.split("\n").find((line) => line.trim() !== "") ?? null;
  return {
    finding: { ...NOTHING, cuda_available: isProofOfNoCuda(code) ? false : null },
    notes: [noteOf("nvidia", code, detail)],
  };
}

function withRows(
  { rows, remarks }: NvidiaRows,
  { outcome, program }: { readonly outcome: ProgramOutcome; readonly program: string },
): Probed<NvidiaFinding> {
  const cards = nvidiaCardsOf(rows);
  const hasDriver = rows.some((row) => row.name !== null && row.driver !== null);
  const isMigKnown = rows.some((row) => row.is_mig);
  const finding: NvidiaFinding = {
    gpus: cards.gpus,
    cuda_available: outcome.exit_code === 0 && hasDriver ? true : null,
    program,
    may_be_mig: !isMigKnown && rows.some((row) => row.utilization_percent === null),
  };
  const all = [...remarks, ...cards.remarks];
  return { finding, notes: all.map(({ code, detail }) => noteOf("nvidia", code, detail)) };
}
