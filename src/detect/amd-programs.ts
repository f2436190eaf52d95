/**
 * Asks AMD's helper programs: amd-smi, and rocm-smi where that one is missing or says nothing.
 *
 * Only for a host whose /sys has no figures. Both are slow (they start Python), so each has a limit and the
 * two questions to amd-smi run side by side. The old program is asked for JSON first and for lines when it
 * knows no JSON. What none of them tells stays unknown, with the reason of the last one.
 */
import type { NoteCode } from "../domain/note.ts";
import { parseRocmSmi } from "./amd-rocm-smi.ts";
import { type AmdRow, joinAmdRows, parseAmdSmi } from "./amd-smi.ts";
import { type FoundProgram, findProgram } from "./find-program.ts";
import type { HostView } from "./host-io.ts";
import type { ProgramOutcome, ProgramRunner } from "./run-program.ts";

/** The programs, in the order in which they are asked. */
export const AMD_PROGRAMS = ["amd-smi", "rocm-smi"] as const;
export type AmdProgram = (typeof AMD_PROGRAMS)[number];

/** What to ask with; `runnerOf` gives a runner for one question, as questions run side by side. */
export interface AmdQuestion {
  readonly view: HostView;
  readonly limit_ms: number;
  readonly signal?: AbortSignal | undefined;
  readonly runnerOf: (question: string) => ProgramRunner;
}

/** The cards of one program, or why there are none. */
export type AmdAnswer =
  | { readonly source: AmdProgram; readonly rows: readonly AmdRow[]; readonly code: null }
  | { readonly source: null; readonly rows: readonly []; readonly code: NoteCode };

/** Limit of one run. */
export const AMD_LIMIT_MS = 5000;

const METRIC = ["metric", "--json"];
const ROCM_QUESTION = ["--showproductname", "--showmeminfo", "vram"];

/** The cards that the first program with an answer knows; never throws. */
export async function askAmdPrograms(question: AmdQuestion): Promise<AmdAnswer> {
  let code: NoteCode = "not-installed";
  for (const source of AMD_PROGRAMS) {
    const found = await findAmdProgram(question.view, source);
    if (found.path === null) {
      if (found.code !== "not-installed") code = found.code;
      continue;
    }
    const ask = askerOf(question, found.path);
    const answer = source === "amd-smi" ? await askAmdSmi(ask) : await askRocmSmi(ask);
    if (answer.rows.length > 0) return { source, rows: answer.rows, code: null };
    code = answer.code;
  }
  return { source: null, rows: [], code };
}

/** The figures alone, of a program that has answered before: one process where that is possible. */
export async function askAmdFigures(question: AmdQuestion, source: AmdProgram): Promise<AmdAnswer> {
  const found = await findAmdProgram(question.view, source);
  if (found.path === null) return { source: null, rows: [], code: found.code };
  const ask = askerOf(question, found.path);
  const answer = source === "amd-smi" ? await askMetric(ask) : await askRocmSmi(ask);
  if (answer.rows.length > 0) return { source, rows: answer.rows, code: null };
  return { source: null, rows: [], code: answer.code };
}

function findAmdProgram(view: HostView, name: AmdProgram): Promise<FoundProgram> {
  const places = [`/opt/rocm/bin/${name}`, `/usr/bin/${name}`];
  return findProgram(view, { name, configured: null, places });
}

async function askMetric(ask: Ask): Promise<Rows> {
  const metric = await ask(METRIC);
  return { rows: parseAmdSmi(textOf(metric)), code: metric.problem ?? "unparsable" };
}

type Ask = (args: readonly string[]) => Promise<ProgramOutcome>;

function askerOf({ view, limit_ms, signal, runnerOf }: AmdQuestion, file: string): Ask {
  return (args) =>
    runnerOf(`${file} ${args.join(" ")}`).run({ file, args, env: view.env, limit_ms, signal });
}

interface Rows {
  readonly rows: readonly AmdRow[];
  readonly code: NoteCode;
}

async function askAmdSmi(ask: Ask): Promise<Rows> {
  const [metric, fixed] = await Promise.all([ask(METRIC), ask(["static", "--json"])]);
  const rows = joinAmdRows(parseAmdSmi(textOf(metric)), parseAmdSmi(textOf(fixed)));
  return { rows, code: metric.problem ?? "unparsable" };
}

async function askRocmSmi(ask: Ask): Promise<Rows> {
  const json = await ask([...ROCM_QUESTION, "--json"]);
  const rows = parseRocmSmi(textOf(json));
  if (rows.length > 0 || json.problem !== null) {
    return { rows, code: json.problem ?? "unparsable" };
  }
  const lines = await ask(ROCM_QUESTION);
  return { rows: parseRocmSmi(textOf(lines)), code: lines.problem ?? "unparsable" };
}

/** Nothing of a run that was cut off: half a number is a wrong number. */
function textOf({ problem, stdout }: ProgramOutcome): string {
  return problem === null ? stdout : "";
}
