/**
 * Asks xpu-smi which cards it knows and how much memory of one is in use.
 *
 * JSON first; where it says nothing, the table of version 2. Half an output of a run that was cut off is
 * not read. The program is slow to start, so only details and sensors without files ask it.
 */
import type { NoteCode } from "../domain/note.ts";
import { findProgram } from "./find-program.ts";
import type { HostView } from "./host-io.ts";
import { parseXpuDiscovery, parseXpuTable, parseXpuUsed, type XpuRow } from "./intel-xpu-smi.ts";
import { amountOf, type MemoryAmount } from "./memory-figures.ts";
import type { ProgramOutcome, ProgramRunner } from "./run-program.ts";

/** What to ask with; one question at a time. */
export interface XpuQuestion {
  readonly view: HostView;
  readonly limit_ms: number;
  readonly signal?: AbortSignal | undefined;
  readonly runner: Pick<ProgramRunner, "run">;
}

/** The cards, or why there are none. */
export interface XpuCards {
  readonly rows: readonly XpuRow[];
  readonly code: NoteCode | null;
}

/** Memory in use, or why it is not known. */
export type XpuUsed = MemoryAmount | { readonly mib: null; readonly code: NoteCode };

/** Limit of one run. */
export const XPU_LIMIT_MS = 5000;

/** The cards that the program knows; never throws, at most two runs. */
export async function askXpuCards(question: XpuQuestion): Promise<XpuCards> {
  const ask = await askerOf(question);
  if (typeof ask !== "function") return { rows: [], code: ask.code };
  const json = await ask(["discovery", "-j"]);
  const rows = parseXpuDiscovery(textOf(json));
  if (rows.length > 0) return { rows, code: null };
  if (json.problem !== null) return { rows: [], code: json.problem };
  const table = await ask([]);
  const others = parseXpuTable(textOf(table));
  return { rows: others, code: others.length > 0 ? null : (table.problem ?? "unparsable") };
}

/** Memory in use of one of these cards; never throws, at most two runs. */
export async function askXpuUsed(question: XpuQuestion, row: XpuRow): Promise<XpuUsed> {
  const ask = await askerOf(question);
  if (typeof ask !== "function") return { mib: null, code: ask.code };
  const stats = await ask(["stats", "-d", `${row.index}`, "-j"]);
  if (stats.problem !== null) return { mib: null, code: stats.problem };
  const used = parseXpuUsed(stats.stdout);
  if (used.code !== "memory-not-reported" || row.bus_id === null) return used;
  const table = await ask([]);
  if (table.problem !== null) return { mib: null, code: table.problem };
  const same = parseXpuTable(table.stdout).find(({ bus_id }) => bus_id === row.bus_id);
  const mib = same?.figures.used_mib ?? null;
  return mib === null ? amountOf(null) : { mib, code: null };
}

type Ask = (args: readonly string[]) => Promise<ProgramOutcome>;

async function askerOf(question: XpuQuestion): Promise<Ask | { readonly code: NoteCode }> {
  const { view, limit_ms, signal, runner } = question;
  const search = { name: "xpu-smi", configured: null, places: ["/usr/bin/xpu-smi"] };
  const found = await findProgram(view, search);
  if (found.path === null) return { code: found.code };
  const file = found.path;
  return (args) => runner.run({ file, args, env: view.env, limit_ms, signal });
}

/** Nothing of a run that was cut off: half a number is a wrong number. */
function textOf({ problem, stdout }: ProgramOutcome): string {
  return problem === null ? stdout : "";
}
