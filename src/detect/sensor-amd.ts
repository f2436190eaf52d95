/**
 * The memory of one AMD card: two kept files per look, or a program where the card has none.
 *
 * The card is found by its PCI address, since its number may change, and looked for again when it went.
 * A sleeping card is left alone: nothing on it changes while it sleeps, because every use wakes it, so the
 * last figures are true and are given with the time of this look. A card that only a program knows is
 * asked for at a slow pace, with a runner that backs off after a hang.
 */
import type { Gpu } from "../domain/host.ts";
import type { VramReading } from "../domain/input.ts";
import type { NoteCode } from "../domain/note.ts";
import {
  AMD_LIMIT_MS,
  type AmdAnswer,
  type AmdProgram,
  type AmdQuestion,
  askAmdFigures,
  askAmdPrograms,
} from "./amd-programs.ts";
import type { AmdRow } from "./amd-smi.ts";
import { AMD_VENDOR, readAmdFigures } from "./amd-sysfs.ts";
import { type DrmCard, drmCardsOf, isAsleep } from "./drm-cards.ts";
import { type HostView, ioOf } from "./host-io.ts";
import type { MemoryFigures } from "./memory-figures.ts";
import { keepFiles } from "./read-file.ts";
import { createProgramRunner, type ProgramRunner } from "./run-program.ts";
import { type Look, missing, type Sensor, seen, sensorOf } from "./sensor.ts";
import { PROGRAM_PACE_MS, paced } from "./sensor-paced.ts";

/** Which card; `now` is the wall clock, `monotonic` the clock of the pace, both in ms. */
export interface AmdSensorOptions {
  readonly view: HostView;
  readonly gpu: Gpu;
  readonly now?: () => number;
  readonly monotonic?: () => number;
  /** Limit of one run of a program in ms; default 5000. */
  readonly limitMs?: number;
}

/** A few files; a second is far beyond what they need. */
const FILES_LIMIT_MS = 1000;
/** rocm-smi may be asked twice, and the child's own deadline comes first. */
const RUNS_PER_LOOK = 3;
const MARGIN_MS = 100;
/** Says inside this file that the card has no files to read. */
const NO_FILES: NoteCode = "not-checked";

/** Reads one card; MiB are integers. */
export function createAmdSensor(options: AmdSensorOptions): Sensor<VramReading> {
  const { limitMs = AMD_LIMIT_MS } = options;
  const files = filesSensor(options);
  const programs = paced(programSensor(options, limitMs), PROGRAM_PACE_MS, options.monotonic);
  let isByProgram = false;
  return {
    name: "amd",
    limit_ms: FILES_LIMIT_MS + programs.limit_ms,
    async read(signal) {
      if (!isByProgram) {
        const sample = await files.read(signal);
        if (sample.missing !== NO_FILES) return sample;
      }
      const sample = await programs.read(signal);
      // Without a program the files are looked at again: they may come with the driver.
      isByProgram = sample.missing !== "not-installed";
      return sample;
    },
    close: () => files.close?.(),
  };
}

function filesSensor({ view, gpu, now }: AmdSensorOptions): Sensor<VramReading> {
  let kept = keepFiles();
  let card: DrmCard | null = null;
  let wasSeen = false;
  let last: VramReading | null = null;
  const lose = (): Look<VramReading> => {
    card = null;
    // Its old descriptors belong to what is gone.
    kept.close();
    kept = keepFiles();
    return missing("gpu-lost");
  };
  return sensorOf({
    name: "amd",
    limit_ms: FILES_LIMIT_MS,
    now,
    close: () => kept.close(),
    async look() {
      card ??= await cardOf(view, gpu);
      if (card === null) return wasSeen ? missing("gpu-lost") : missing(NO_FILES);
      if (await isAsleep(card, kept.readText)) {
        return last === null ? missing("asleep") : seen(last);
      }
      const figures = await readAmdFigures(card, kept.readText);
      if (figures.total_mib === null && figures.code === "memory-not-reported") {
        const isThere = (await ioOf(view).readText(`${card.folder}/device/vendor`)) !== null;
        if (!isThere) return lose();
        if (!wasSeen) return missing(NO_FILES);
      }
      const look = lookOf(figures);
      last = look.value ?? last;
      wasSeen ||= look.value !== null;
      return look;
    },
  });
}

async function cardOf(view: HostView, gpu: Gpu): Promise<DrmCard | null> {
  const cards = (await drmCardsOf(view, AMD_VENDOR)) ?? [];
  const bus_id = gpu.bus_id ?? null;
  if (bus_id === null) return cards.length === 1 ? (cards[0] ?? null) : null;
  return cards.find((card) => card.bus_id === bus_id) ?? null;
}

/** Which row of which program the card is; the number of rows tells that numbers may have moved. */
interface Place {
  readonly source: AmdProgram;
  readonly index: number;
  readonly rows: number;
}

function programSensor({ view, gpu, now }: AmdSensorOptions, limitMs: number): Sensor<VramReading> {
  const runners = new Map<string, ProgramRunner>();
  const runnerOf = (question: string): ProgramRunner => {
    const runner = runners.get(question) ?? createProgramRunner();
    runners.set(question, runner);
    return runner;
  };
  let place: Place | null = null;
  return sensorOf({
    name: "amd",
    limit_ms: RUNS_PER_LOOK * limitMs + MARGIN_MS,
    now,
    async look(signal) {
      const question: AmdQuestion = { view, limit_ms: limitMs, signal, runnerOf };
      const answer: AmdAnswer =
        place === null
          ? await askAmdPrograms(question)
          : await askAmdFigures(question, place.source);
      if (answer.source === null) return missing(answer.code);
      const { rows, source } = answer;
      const wasPlaced = place !== null || rows.some(({ bus_id }) => bus_id !== null);
      const row = place === null ? rowOf(rows, gpu) : placedRow(rows, place, gpu);
      place = row === null ? null : { source, index: row.index, rows: rows.length };
      if (row === null) return missing(wasPlaced ? "gpu-lost" : "not-checked");
      return lookOf(row.figures);
    },
  });
}

function placedRow(rows: readonly AmdRow[], place: Place, gpu: Gpu): AmdRow | null {
  const row = rows.length === place.rows ? rows.find(({ index }) => index === place.index) : null;
  const total = row?.figures.total_mib ?? null;
  const isOther = total !== null && gpu.vram_total_mib !== null && total !== gpu.vram_total_mib;
  return isOther ? null : (row ?? null);
}

/** By address; without one the only card, or the only one of this size: never a guess among twins. */
function rowOf(rows: readonly AmdRow[], gpu: Gpu): AmdRow | null {
  const bus_id = gpu.bus_id ?? null;
  if (bus_id !== null && rows.some((row) => row.bus_id !== null)) {
    return rows.find((row) => row.bus_id === bus_id) ?? null;
  }
  if (rows.length === 1) return rows[0] ?? null;
  const alike = rows.filter(({ figures }) => figures.total_mib === gpu.vram_total_mib);
  return alike.length === 1 ? (alike[0] ?? null) : null;
}

function lookOf({ used_mib, total_mib, code }: MemoryFigures): Look<VramReading> {
  if (used_mib === null || total_mib === null) return missing(code ?? "memory-not-reported");
  return seen({ used_mib, total_mib });
}
