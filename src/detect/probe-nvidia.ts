/**
 * NVIDIA cards through nvidia-smi: which there are, what each can do, which CUDA its driver supports.
 *
 * Two questions, so that a slow second answer never delays the cards: first the basic set of fields,
 * then the optional fields, the parts of cards in MIG mode, and CUDA. No row means no data, and the
 * program's own words give the reason. `cuda` is true only for exit code 0 with a row that has name and
 * driver; false only when driver or program is provably absent; otherwise unknown (detection facts §7).
 */
import type { Gpu } from "../domain/host.ts";
import type { Note } from "../domain/note.ts";
import { type HostView, ioOf } from "./host-io.ts";
import { type NvidiaCard, type NvidiaCards, nvidiaCardsOf } from "./nvidia-cards.ts";
import { cudaVersionOf } from "./nvidia-cuda.ts";
import { isProofOfNoCuda, nvidiaFailureCode } from "./nvidia-failure.ts";
import { type AskNvidia, askParts, type CardParts } from "./nvidia-mig-ask.ts";
import { askOptional } from "./nvidia-optional.ts";
import { nvidiaOriginsOf } from "./nvidia-origins.ts";
import { findNvidiaSmi, nvidiaQueryOf } from "./nvidia-program.ts";
import { NVIDIA_FIELDS, type NvidiaRow, type NvidiaRows, parseNvidiaRows } from "./nvidia-smi.ts";
import { noteOf, type Probed } from "./probe.ts";
import type { ProgramOutcome, ProgramRunner } from "./run-program.ts";

/** The cards, whether CUDA works, and the program to ask on. */
export interface NvidiaFinding {
  readonly gpus: readonly Gpu[];
  readonly cuda_available: boolean | null;
  /** `null` when there is nothing to ask on. */
  readonly program: string | null;
  /** As the program printed them; the second question goes on from here. */
  readonly rows: readonly NvidiaRow[];
}

/** How to ask; `nvidiaSmiPath` is the user's own choice of the program. */
export interface NvidiaQuestion {
  readonly view: HostView;
  readonly nvidiaSmiPath: string | null;
  readonly runner?: ProgramRunner;
  readonly signal?: AbortSignal;
  /** Wall clock in ms. */
  readonly now?: () => number;
}

/** Limit of one run: 2 s was too low on busy hosts, others use 5 s (§2.7). */
export const NVIDIA_LIMIT_MS = 5000;

const NOTHING: NvidiaFinding = { gpus: [], cuda_available: null, program: null, rows: [] };

/** What is said of cards that sleep and were not asked; what was known of them stays. */
export function sleepingNvidia(): Probed<NvidiaFinding> {
  return { finding: NOTHING, notes: [noteOf("nvidia", "asleep")] };
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
  if (printed.rows.length === 0) return withoutRows(outcome);
  return withRows(printed, { question, outcome, program: found.path });
}

/** The cards with everything that only the second question tells; asks only where there are cards. */
export async function probeNvidiaDetails(
  question: NvidiaQuestion,
  probed: Probed<NvidiaFinding>,
): Promise<Probed<NvidiaFinding>> {
  const { program, rows } = probed.finding;
  if (program === null || rows.length === 0) return probed;
  const runner = question.runner ?? ioOf(question.view);
  const ask: AskNvidia = async (args) => {
    const { view, signal } = question;
    const run = { file: program, args, env: view.env, limit_ms: NVIDIA_LIMIT_MS, signal };
    return (await runner.run(run)).stdout;
  };
  const { facts, refused } = await askOptional((fields) => ask(nvidiaQueryOf(fields)));
  const before = nvidiaCardsOf(rows);
  const after = nvidiaCardsOf(rows, facts);
  const parts = await askParts(ask, after.cards);
  // Old drivers do not know --version; their banner has the same figure.
  const cuda = cudaVersionOf(await ask(["--version"])) ?? cudaVersionOf(await ask([]));
  const whole = after.cards.map((card) => {
    return withParts({ ...card, gpu: { ...card.gpu, cuda } }, parts.get(card));
  });
  const finding = { ...probed.finding, gpus: whole.map(({ gpu }) => gpu) };
  const notes = [...probed.notes, ...newNotes(before, after), ...partNotes(whole)];
  return { finding, notes, origins: nvidiaOriginsOf(whole, frameOf(question, refused)) };
}

type WholeCard = NvidiaCard & { readonly is_part_estimated: boolean };

function withParts(card: NvidiaCard, parts: CardParts | undefined): WholeCard {
  if (parts === undefined) return { ...card, is_part_estimated: false };
  const { mig, usable_mib, is_estimated } = parts;
  return { ...card, gpu: { ...card.gpu, mig, usable_mib }, is_part_estimated: is_estimated };
}

/** What the first notes do not say yet. */
function newNotes(before: NvidiaCards, after: NvidiaCards): readonly Note[] {
  const known = before.remarks.map(({ code, detail }) => `${code} ${detail}`);
  return after.remarks
    .filter(({ code, detail }) => !known.includes(`${code} ${detail}`))
    .map(({ code, detail }) => noteOf("nvidia", code, detail));
}

function partNotes(cards: readonly WholeCard[]): readonly Note[] {
  return cards.flatMap(({ gpu, row, facts, is_part_estimated }) => {
    if (gpu.mig === undefined) return [];
    const isTold = row.is_mig || facts?.is_mig === true;
    const mig = isTold ? [] : [noteOf("nvidia", "mig", gpu.name)];
    return is_part_estimated ? [...mig, noteOf("nvidia", "estimated", gpu.name)] : mig;
  });
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

interface Printed {
  readonly question: NvidiaQuestion;
  readonly outcome: ProgramOutcome;
  readonly program: string;
}

function withRows(
  { rows, remarks }: NvidiaRows,
  { question, outcome, program }: Printed,
): Probed<NvidiaFinding> {
  const { cards, gpus, remarks: ofCards } = nvidiaCardsOf(rows);
  const hasDriver = rows.some((row) => row.name !== null && row.driver !== null);
  const cuda_available = outcome.exit_code === 0 && hasDriver ? true : null;
  const known = cards.map((card) => ({ ...card, is_part_estimated: false }));
  return {
    finding: { gpus, cuda_available, program, rows },
    notes: [...remarks, ...ofCards].map(({ code, detail }) => noteOf("nvidia", code, detail)),
    origins: nvidiaOriginsOf(known, frameOf(question, [])),
  };
}

function frameOf({ view, now = Date.now }: NvidiaQuestion, refused: readonly string[]) {
  return { at: now(), isWindows: view.platform === "win32", refused };
}
