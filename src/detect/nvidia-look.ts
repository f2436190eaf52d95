/**
 * One look at one NVIDIA card by one short process: by its row, or by a part of it in MIG mode.
 *
 * Asked for this card alone, so that a broken neighbour does not spoil its figures. Used is total − free
 * where the driver tells free, else used. A part's memory stands only in the XML; the row shows the
 * memory of the whole card, which no program in a part can have.
 */
import type { NoteCode } from "../domain/note.ts";
import type { HostView } from "./host-io.ts";
import { nvidiaFailureCode } from "./nvidia-failure.ts";
import { type MeasuredPart, measuredCardsOf } from "./nvidia-mig.ts";
import { findNvidiaSmi, nvidiaQueryOf } from "./nvidia-program.ts";
import { NVIDIA_FIELDS, type NvidiaRow, parseNvidiaRows, usedMibOf } from "./nvidia-smi.ts";
import type { ProgramOutcome, ProgramRunner } from "./run-program.ts";
import { type Look, missing, seen } from "./sensor.ts";

/** What a look sees of a card; MiB. */
export interface CardFigures {
  readonly used_mib: number;
  readonly total_mib: number;
  /** `null` = not told. */
  readonly utilization_percent: number | null;
}

/** The program, found once and again after it has gone. */
export interface NvidiaProgram {
  find(): Promise<{ readonly file: string } | { readonly problem: NoteCode }>;
  forget(): void;
}

/** Which card, which part of it, and who runs the program. */
export interface NvidiaLookOptions {
  readonly view: HostView;
  readonly program: NvidiaProgram;
  readonly runner: ProgramRunner;
  /** `null`: the only card, or the first. */
  readonly uuid: string | null;
  /** Place of the part among the card's parts; `null` = the card as a whole. */
  readonly part: number | null;
  readonly limit_ms: number;
}

/** Keeps the path of nvidia-smi; it is looked for again after `forget`. */
export function createNvidiaProgram(view: HostView, configured: string | null): NvidiaProgram {
  let file: string | null = null;
  return {
    async find() {
      if (file !== null) return { file };
      const found = await findNvidiaSmi(view, configured);
      if (found.path === null) return { problem: found.code };
      file = found.path;
      return { file };
    },
    forget() {
      file = null;
    },
  };
}

/** The arguments that ask for the rows of one card. */
export function nvidiaRowArgs(uuid: string | null): readonly string[] {
  const fields = nvidiaQueryOf(NVIDIA_FIELDS);
  return uuid === null ? fields : [...fields, `--id=${uuid}`];
}

/** Looks once per call; never rejects. */
export function createNvidiaLook(
  options: NvidiaLookOptions,
): (signal: AbortSignal) => Promise<Look<CardFigures>> {
  const { view, program, runner, uuid, part, limit_ms } = options;
  const xmlArgs = uuid === null ? ["-q", "-x"] : ["-q", "-x", `--id=${uuid}`];
  const args = part === null ? nvidiaRowArgs(uuid) : xmlArgs;
  return async (signal) => {
    const found = await program.find();
    if ("problem" in found) return missing(found.problem);
    const outcome = await runner.run({ file: found.file, args, env: view.env, limit_ms, signal });
    // It may have moved with a driver update: look for it again next time.
    if (outcome.problem === "not-installed") program.forget();
    if (outcome.problem !== null) return missing(outcome.problem);
    return part === null ? ofRows(outcome, uuid) : ofParts(outcome, { uuid, part });
  };
}

/** What one row says; a cell in place of the memory gives the reason. */
export function cardLookOf(row: NvidiaRow): Look<CardFigures> {
  const used_mib = usedMibOf(row);
  const { total_mib, utilization_percent } = row;
  if (used_mib === null || total_mib === null) {
    return missing(row.memory_code ?? "memory-not-reported");
  }
  return seen({ used_mib, total_mib, utilization_percent });
}

function ofRows(outcome: ProgramOutcome, uuid: string | null): Look<CardFigures> {
  const { rows } = parseNvidiaRows(outcome.stdout);
  const row = uuid === null ? rows[0] : rows.find((one) => one.uuid === uuid);
  if (row !== undefined) return cardLookOf(row);
  return missing(rows.length > 0 ? "no-devices" : failureOf(outcome));
}

function ofParts(
  outcome: ProgramOutcome,
  { uuid, part }: { readonly uuid: string | null; readonly part: number },
): Look<CardFigures> {
  const cards = measuredCardsOf(outcome.stdout);
  const card = uuid === null ? cards[0] : cards.find((one) => one.uuid === uuid);
  if (cards.length === 0) return missing(failureOf(outcome));
  const measured = card?.parts[part];
  return measured === undefined ? missing("no-devices") : ofPart(measured);
}

function ofPart({ total_mib, used_mib, free_mib }: MeasuredPart): Look<CardFigures> {
  const used = total_mib !== null && free_mib !== null ? total_mib - free_mib : used_mib;
  if (total_mib === null || used === null) return missing("memory-not-reported");
  return seen({ used_mib: used, total_mib, utilization_percent: null });
}

function failureOf({ stdout, stderr, exit_code }: ProgramOutcome): NoteCode {
  return nvidiaFailureCode({ exit_code, text: `${stdout}\n${stderr}` });
}
