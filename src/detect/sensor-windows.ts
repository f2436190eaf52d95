/**
 * Memory in use on one card of a Windows host, by its LUID, from the performance counters.
 *
 * A long child prints a row every two seconds (`windows-loop.ts`); a look takes the newest one if it is
 * not too old, else waits for the next within its limit. Where the long child stays mute, each look asks
 * once. Shared memory is the system's and is not added. More than the card has is not believed: the
 * counter is known to do that. Rejected: PowerShell's Get-Counter, 1.3 s of a processor at every look.
 */
import type { Gpu } from "../domain/host.ts";
import type { VramReading } from "../domain/input.ts";
import { findProgram } from "./find-program.ts";
import { isFreeOfAbandoned } from "./helper-child.ts";
import type { HostView } from "./host-io.ts";
import { programLinesOf } from "./program-lines.ts";
import { createProgramRunner, type ProgramOutcome } from "./run-program.ts";
import { type Look, missing, type Sensor, seen, sensorOf } from "./sensor.ts";
import {
  ADAPTER_COUNTERS,
  type AdapterUse,
  parseCounterHeader,
  parseCounterRow,
} from "./windows-counters.ts";
import { type CounterLoop, createCounterLoop } from "./windows-loop.ts";

/** Which card; without a LUID only a host with one adapter can be read. */
export interface WindowsSensorOptions {
  readonly view: HostView;
  readonly gpu: Gpu;
  readonly luid: string | null;
  /** Wall clock in ms. */
  readonly now?: () => number;
  /** Without a row for this long the program is started anew; default 10 s. */
  readonly silenceMs?: number;
  /** Wait before the second start; doubles from there; default 5 s. */
  readonly backoffMs?: number;
}

const LIMIT_MS = 5000;
/** Three beats of the program. */
const STALE_MS = 6000;
const SILENCE_MS = 10_000;
const BACKOFF_MS = 5000;
const BEAT_SECONDS = "2";
const BYTES_PER_MIB = 2 ** 20;
/** After so many looks that do not find the card, the program looks afresh which cards there are. */
const MAX_ABSENCES = 5;

const QUESTION: readonly string[] = ADAPTER_COUNTERS.map(
  (counter) => `\\GPU Adapter Memory(*)\\${counter}`,
);

/** Reads one card; `close` ends the program. */
export function createWindowsSensor(options: WindowsSensorOptions): Sensor<VramReading> {
  const { view, now = Date.now } = options;
  const { silenceMs: silence_ms = SILENCE_MS, backoffMs: backoff_ms = BACKOFF_MS } = options;
  const loop = createCounterLoop({ now, silence_ms, backoff_ms });
  const runner = createProgramRunner();
  let program: string | null = null;
  let absences = 0;
  const sensor = sensorOf<Seen>({
    name: "windows",
    limit_ms: LIMIT_MS,
    now,
    async look(signal) {
      if (program === null) {
        const found = await findTypeperf(view);
        if (found.path === null) return missing(found.code);
        program = found.path;
      }
      const run = { file: program, env: view.env };
      const row = loop.isMute()
        ? rowOf(
            await runner.run({
              ...run,
              args: [...QUESTION, "-sc", "1"],
              limit_ms: LIMIT_MS,
              signal,
            }),
            now(),
          )
        : await listen(loop, { ...run, args: [...QUESTION, "-si", BEAT_SECONDS] });
      // It may have moved: look for it again next time.
      if (row.missing === "failed" || row.missing === "not-installed") program = null;
      if (row.value === null) return row;
      const look = lookAt(row.value.uses, options);
      absences = look.missing === "no-devices" ? absences + 1 : 0;
      if (absences >= MAX_ABSENCES && !loop.isMute()) {
        absences = 0;
        loop.restart();
      }
      return look.value === null
        ? look
        : seen({ reading: look.value, source_at: row.value.source_at });
    },
    close: loop.close,
  });
  return {
    name: "windows",
    limit_ms: LIMIT_MS,
    close: loop.close,
    async read(signal) {
      const { value, ...sample } = await sensor.read(signal);
      if (value === null) return { ...sample, value };
      return { value: value.reading, source_at: value.source_at, missing: null };
    },
  };
}

interface Seen {
  readonly reading: VramReading;
  readonly source_at: number;
}

interface Row {
  readonly uses: readonly AdapterUse[];
  readonly source_at: number;
}

function findTypeperf(view: HostView) {
  const windows = view.env.SystemRoot ?? "C:\\Windows";
  const places = [`${windows}/System32/typeperf.exe`];
  return findProgram(view, { name: "typeperf.exe", configured: null, places });
}

/** The newest row of the long child, or the next one, or what is the matter. */
async function listen(
  loop: CounterLoop,
  program: Parameters<CounterLoop["ensure"]>[0],
): Promise<Look<Row>> {
  // The sensor before this one may have left a child that no signal ends; two are not stacked.
  if (!(await isFreeOfAbandoned(program.file))) return missing("timeout");
  loop.ensure(program);
  const fresh = (): Row | null => {
    const row = loop.latest();
    return row !== null && performance.now() - row.arrived_ms <= STALE_MS ? row : null;
  };
  if (fresh() === null && loop.problem() === null) await loop.change();
  const row = fresh();
  return row === null ? missing(loop.problem() ?? "timeout") : seen(row);
}

/** The last row of one short run. */
function rowOf({ stdout, problem }: ProgramOutcome, source_at: number): Look<Row> {
  if (problem !== null) return missing(problem);
  const lines = programLinesOf(stdout);
  const header = lines.map(parseCounterHeader).find((one) => one !== null) ?? null;
  if (header === null) return missing("unsupported-field");
  const uses = lines.map((line) => parseCounterRow(line, header)).findLast((one) => one !== null);
  return uses === undefined || uses === null ? missing("unparsable") : seen({ uses, source_at });
}

function lookAt(
  uses: readonly AdapterUse[],
  { gpu, luid }: WindowsSensorOptions,
): Look<VramReading> {
  const only = uses.length === 1 ? uses[0] : undefined;
  const use = luid === null ? only : uses.find((one) => one.luid === luid);
  if (use === undefined) return missing(luid === null ? "unsupported-field" : "no-devices");
  const total_mib = gpu.vram_total_mib;
  if (use.dedicated_bytes === null || total_mib === null) return missing("memory-not-reported");
  const used_mib = Math.floor(use.dedicated_bytes / BYTES_PER_MIB);
  return used_mib > total_mib ? missing("impossible") : seen({ used_mib, total_mib });
}
