/**
 * The memory of one AMD card: two kept files per look, or a program where the card has none.
 *
 * A card that only a program knows is asked for at a slow pace, with a runner that backs off after a
 * hang. The program's numbers of cards may move when a card goes, so the number is believed only while
 * there are as many cards and the size is the same. Rejected: guessing which of two twins is meant.
 */
import type { Gpu } from "../domain/host.ts";
import type { VramReading } from "../domain/input.ts";
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
import type { HostView } from "./host-io.ts";
import { createProgramRunner, type ProgramRunner } from "./run-program.ts";
import { missing, type Sensor, sensorOf } from "./sensor.ts";
import { createDrmSensor, memoryLook, NO_FILES } from "./sensor-drm.ts";
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

/** rocm-smi may be asked twice, and the child's own deadline comes first. */
const RUNS_PER_LOOK = 3;
const MARGIN_MS = 100;
/** Reads one card; MiB are integers. */
export function createAmdSensor(options: AmdSensorOptions): Sensor<VramReading> {
  const { view, gpu, now, limitMs = AMD_LIMIT_MS } = options;
  const name = "amd";
  const vendor = AMD_VENDOR;
  const files = createDrmSensor({ name, view, gpu, vendor, readFigures: readAmdFigures, now });
  const programs = paced(programSensor(options, limitMs), PROGRAM_PACE_MS, options.monotonic);
  let isByProgram = false;
  return {
    name,
    limit_ms: files.limit_ms + programs.limit_ms,
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
      return memoryLook(row.figures);
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
