/** What the process says of itself at one moment; starts nothing that goes on. */
import { performance } from "node:perf_hooks";
import { setImmediate as turn } from "node:timers/promises";
import type { ProcessFigures } from "./metric.ts";

const MS_PER_SECOND = 1000;
const MICROSECONDS_PER_SECOND = 1_000_000;

/** Asks the system, and waits for one turn of the event loop to see how late it comes. */
export async function processFigures(): Promise<ProcessFigures> {
  const asked = performance.now();
  await turn();
  const lagSeconds = (performance.now() - asked) / MS_PER_SECOND;
  const { user, system } = process.cpuUsage();
  return {
    cpuSeconds: (user + system) / MICROSECONDS_PER_SECOND,
    residentBytes: process.memoryUsage.rss(),
    startedAtSeconds: performance.timeOrigin / MS_PER_SECOND,
    lagSeconds,
    busySeconds: performance.eventLoopUtilization().active / MS_PER_SECOND,
  };
}
