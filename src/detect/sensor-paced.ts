/**
 * A sensor that looks no oftener than its pace, however often it is asked.
 *
 * The beat quickens near a threshold; that is right for a file and too much for a program that takes a
 * second of processor time. Between two looks the last sample is given again with its own time, which
 * sensing knows as "no news, but no fault either" (up to 1.5 beats). A failure is kept for its pace, too.
 */
import type { Sample, Sensor } from "./sensor.ts";

/** Just under the ordinary beat of GPU readings (2 s), so that no ordinary beat is missed. */
export const PROGRAM_PACE_MS = 1900;

/** The same sensor at its pace; `monotonic` is a clock in ms. */
export function paced<T>(
  sensor: Sensor<T>,
  pace_ms: number,
  monotonic: () => number = () => performance.now(),
): Sensor<T> {
  // Without a look on the spot, which would not keep the pace.
  const { readNow: _, ...waiting } = sensor;
  let last: { readonly sample: Sample<T>; readonly at: number } | null = null;
  return {
    ...waiting,
    async read(signal) {
      const at = monotonic();
      if (last !== null && at - last.at < pace_ms) return last.sample;
      const sample = await sensor.read(signal);
      last = { sample, at };
      return sample;
    },
  };
}
