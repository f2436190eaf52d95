/**
 * The memory of one NVIDIA card, by its uuid (the index may change at each start).
 *
 * One short process per look, one at a time; asked for this card alone, so that a broken neighbour
 * does not spoil its figures. Used is total − free where the driver tells free, else used. After a
 * hang the runner backs off, and the sample says `timeout` at once. Rejected: the loop mode, whose
 * rows may be old when they arrive.
 */
import type { VramReading } from "../domain/input.ts";
import type { HostView } from "./host-io.ts";
import { nvidiaFailureCode } from "./nvidia-failure.ts";
import { findNvidiaSmi, nvidiaQueryOf } from "./nvidia-program.ts";
import { NVIDIA_FIELDS, type NvidiaRow, parseNvidiaRows, usedMibOf } from "./nvidia-smi.ts";
import { NVIDIA_LIMIT_MS } from "./probe-nvidia.ts";
import { createProgramRunner } from "./run-program.ts";
import { type Look, missing, type Sensor, seen, sensorOf } from "./sensor.ts";

/** Which card, and which program when the user chose one. */
export interface NvidiaSensorOptions {
  readonly view: HostView;
  /** `null`: the only card, or the first. */
  readonly uuid: string | null;
  readonly nvidiaSmiPath?: string | null;
  readonly now?: () => number;
  /** Limit of one run in ms; default 5000. */
  readonly limitMs?: number;
}

/** So that the child's own deadline comes first. */
const MARGIN_MS = 100;

/** Reads one card; MiB are integers. */
export function createNvidiaSensor(options: NvidiaSensorOptions): Sensor<VramReading> {
  const { view, uuid, now, limitMs = NVIDIA_LIMIT_MS } = options;
  const runner = createProgramRunner();
  const fields = nvidiaQueryOf(NVIDIA_FIELDS);
  const args = uuid === null ? fields : [...fields, `--id=${uuid}`];
  let program: string | null = null;
  return sensorOf({
    name: "nvidia",
    limit_ms: limitMs + MARGIN_MS,
    now,
    async look(signal) {
      if (program === null) {
        const found = await findNvidiaSmi(view, options.nvidiaSmiPath ?? null);
        if (found.path === null) return missing(found.code);
        program = found.path;
      }
      const run = { file: program, args, env: view.env, limit_ms: limitMs, signal };
      const { stdout, stderr, exit_code, problem } = await runner.run(run);
      // It may have moved with a driver update: look for it again next time.
      if (problem === "not-installed") program = null;
      if (problem !== null) return missing(problem);
      const { rows, remarks } = parseNvidiaRows(stdout);
      const row = uuid === null ? rows[0] : rows.find((one) => one.uuid === uuid);
      if (row !== undefined) return lookOf(row, remarks[0]?.code ?? "memory-not-reported");
      if (rows.length > 0) return missing("no-devices");
      return missing(nvidiaFailureCode({ exit_code, text: `${stdout}\n${stderr}` }));
    },
  });
}

function lookOf(row: NvidiaRow, code: Parameters<typeof missing>[0]): Look<VramReading> {
  const used_mib = usedMibOf(row);
  const { total_mib } = row;
  if (used_mib === null || total_mib === null) return missing(code);
  return seen({ used_mib, total_mib });
}
