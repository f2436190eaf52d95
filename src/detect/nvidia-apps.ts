/**
 * Who uses the card: `nvidia-smi --query-compute-apps`, one line per process.
 *
 * Only compute programs are listed; a desktop or an editor uses memory that stands nowhere here, so the
 * sum is less than what is used. The name is the path of a program and may hold commas: the columns after
 * it are counted from the right. Under WDDM no figure is told (`null`); on a GB10 this is the only figure
 * there is. Rejected: reading names for the own share; the process ids are what the caller knows.
 */
import type { NoteCode } from "../domain/note.ts";
import { type HostView, ioOf } from "./host-io.ts";
import { nvidiaFailureCode } from "./nvidia-failure.ts";
import type { ProgramRunner } from "./run-program.ts";

/** The columns that we ask for. */
const COMPUTE_APP_FIELDS = ["pid", "process_name", "used_gpu_memory", "gpu_uuid"] as const;

/** One process on one card; MiB, `null` = not told. */
export interface ComputeApp {
  readonly pid: number;
  readonly name: string | null;
  readonly used_mib: number | null;
  readonly gpu_uuid: string | null;
}

/** Memory of compute programs in MiB; `null` when one of them does not tell. */
export interface ComputeUse {
  readonly own_mib: number | null;
  readonly others_mib: number | null;
}

const MAX_APPS = 1024;
const MAX_PID = 2 ** 32;
const MAX_MEMORY_MIB = 16 * 1024 * 1024;
const MAX_NAME_CHARACTERS = 300;
const NAME = "process_name";

/** How to ask for the compute programs; `uuid` limits the question to one card. */
export interface ComputeAppsQuestion {
  readonly view: HostView;
  readonly program: string;
  readonly uuid?: string | null;
  readonly runner?: ProgramRunner;
  readonly signal?: AbortSignal;
}

/** The processes, or why they are not known; no process at all is an empty list. */
export interface ComputeAppsAnswer {
  readonly apps: readonly ComputeApp[] | null;
  readonly missing: NoteCode | null;
}

/** Limit of one run, as for every question to nvidia-smi (§2.7). */
const LIMIT_MS = 5000;

/** Asks nvidia-smi for the compute programs; never rejects. */
export async function askComputeApps(question: ComputeAppsQuestion): Promise<ComputeAppsAnswer> {
  const { view, program, uuid = null, signal } = question;
  const runner = question.runner ?? ioOf(view);
  const args = computeAppsQueryOf(uuid);
  const run = { file: program, args, env: view.env, limit_ms: LIMIT_MS, signal };
  const { stdout, stderr, exit_code, problem } = await runner.run(run);
  if (problem !== null) return { apps: null, missing: problem };
  const apps = parseComputeApps(stdout);
  if (apps.length > 0 || (exit_code === 0 && stdout.trim() === "")) return { apps, missing: null };
  return { apps: null, missing: nvidiaFailureCode({ exit_code, text: `${stdout}\n${stderr}` }) };
}

/** Arguments that print the compute programs of all cards, or of one. */
function computeAppsQueryOf(uuid: string | null): readonly string[] {
  const query = `--query-compute-apps=${COMPUTE_APP_FIELDS.join(",")}`;
  const args = [query, "--format=csv,noheader,nounits"];
  return uuid === null ? args : [...args, `--id=${uuid}`];
}

/** The processes in a text; a header line in it overrides `fields`. */
export function parseComputeApps(
  text: string,
  fields: readonly string[] = COMPUTE_APP_FIELDS,
): readonly ComputeApp[] {
  const apps: ComputeApp[] = [];
  let columns = fields;
  for (const line of text.replaceAll("\uFEFF", "").split(/\r\n|\n|\r/)) {
    const cells = line.split(", ").map((cell) => cell.trim());
    const names = cells.map((cell) => cell.replace(/ \[[^\]]*\]$/, ""));
    if (names.includes("pid") && names.includes(NAME)) {
      columns = names;
      continue;
    }
    const app = appOf(cells, columns);
    if (app !== null) apps.push(app);
    if (apps.length >= MAX_APPS) break;
  }
  return apps;
}

/** How much of the listed use is ours; on all cards, or on the one of `uuid`. */
export function computeUseOf(
  apps: readonly ComputeApp[],
  { own, uuid = null }: { readonly own: ReadonlySet<number>; readonly uuid?: string | null },
): ComputeUse {
  const here = apps.filter(({ gpu_uuid }) => uuid === null || gpu_uuid === uuid);
  return {
    own_mib: sumOf(here.filter(({ pid }) => own.has(pid))),
    others_mib: sumOf(here.filter(({ pid }) => !own.has(pid))),
  };
}

function sumOf(apps: readonly ComputeApp[]): number | null {
  let sum = 0;
  for (const { used_mib } of apps) {
    if (used_mib === null) return null;
    sum += used_mib;
  }
  return sum;
}

function appOf(cells: readonly string[], columns: readonly string[]): ComputeApp | null {
  const namePosition = columns.indexOf(NAME);
  const after = columns.length - namePosition - 1;
  if (namePosition < 0 || cells.length < columns.length) return null;
  const cellOf = (column: string): string | undefined => {
    const position = columns.indexOf(column);
    if (position < 0) return undefined;
    return position < namePosition
      ? cells[position]
      : cells[cells.length - (columns.length - position)];
  };
  const pid = numberOf(cellOf("pid"), MAX_PID);
  const uuid = cellOf("gpu_uuid") ?? "";
  const isUuid = /^(?:GPU|MIG)-[\w/-]{1,100}$/.test(uuid);
  if (pid === null || (columns.includes("gpu_uuid") && !isUuid && !uuid.startsWith("["))) {
    return null;
  }
  const name = cells.slice(namePosition, cells.length - after).join(", ");
  return {
    pid,
    name: name === "" || name.startsWith("[") ? null : name.slice(0, MAX_NAME_CHARACTERS),
    used_mib: numberOf(cellOf("used_gpu_memory"), MAX_MEMORY_MIB),
    gpu_uuid: isUuid ? uuid : null,
  };
}

function numberOf(cell: string | undefined, max: number): number | null {
  const digits = /^(\d{1,15})(?: MiB)?$/.exec(cell ?? "")?.[1];
  const value = digits === undefined ? null : Number(digits);
  return value !== null && value <= max ? value : null;
}
