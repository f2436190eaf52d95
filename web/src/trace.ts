/**
 * The curves of the last while, as columns: one place per reading, the oldest fall off.
 *
 * Filled from `history` when the page opens and from live readings afterwards, so that a page that was
 * just opened shows the same as one that has stood open.
 */
import type { ReadingInput } from "../../src/domain/input.ts";
import type { HistoryView } from "../../src/replay/history.ts";

/** Most points: an hour at one reading a second. */
export const POINTS_MAX = 3600;

/** The columns; `null` where nothing was measured. Percent are 0..100, memory is MiB. */
export interface Trace {
  readonly at: readonly number[];
  readonly vram: readonly (number | null)[];
  readonly memory: readonly (number | null)[];
  readonly cpu: readonly (number | null)[];
  readonly failures: readonly (number | null)[];
}

export const EMPTY_TRACE: Trace = { at: [], vram: [], memory: [], cpu: [], failures: [] };

/** The worst of each bucket: most GPU memory used, least memory available, highest load. */
export function traceOfHistory(history: HistoryView): Trace {
  const all = history.at
    .map((at, index) => ({ at, index }))
    .filter(({ at }) => at <= history.until);
  // A log that began a minute ago is shown from its beginning, not as nine empty minutes.
  const first = all.findIndex(({ index }) => isMeasured(history, index));
  const places = first < 0 ? [] : all.slice(first);
  const pick = (values: readonly (number | null)[]) =>
    places.map(({ index }) => values[index] ?? null);
  return {
    at: places.map(({ at }) => at),
    vram: pick(history.vram_used_percent.max),
    memory: pick(history.memory_available_mib.min),
    cpu: pick(history.cpu_used_percent.max),
    failures: pick(
      history.tasks.finished.map((finished, index) => shareOf(history, finished, index)),
    ),
  };
}

/** One more reading; `failures` is the rate that the runtime counts at that moment. */
export function withReading(trace: Trace, reading: ReadingInput, failures: number | null): Trace {
  const last = trace.at.at(-1);
  if (last !== undefined && reading.at <= last) return trace;
  const { vram, memory, cpu } = reading;
  const share =
    vram?.used_mib == null || vram.total_mib == null || vram.total_mib === 0
      ? null
      : (vram.used_mib / vram.total_mib) * 100;
  return {
    at: pushed(trace.at, reading.at),
    vram: pushed(trace.vram, share),
    memory: pushed(trace.memory, memory?.available_mib ?? null),
    cpu: pushed(trace.cpu, cpu?.used_percent ?? null),
    failures: pushed(trace.failures, failures),
  };
}

function isMeasured(history: HistoryView, index: number): boolean {
  const { vram_used_percent, memory_available_mib, cpu_used_percent } = history;
  return [vram_used_percent, memory_available_mib, cpu_used_percent].some(
    ({ max }) => (max[index] ?? null) !== null,
  );
}

function shareOf({ tasks }: HistoryView, finished: number, index: number): number | null {
  return finished === 0 ? null : ((tasks.failed[index] ?? 0) / finished) * 100;
}

function pushed<Value>(values: readonly Value[], value: Value): readonly Value[] {
  const start = values.length >= POINTS_MAX ? values.length - POINTS_MAX + 1 : 0;
  return [...values.slice(start), value];
}
