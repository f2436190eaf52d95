/**
 * Memory again and again: available and total MiB, seen through the control groups.
 *
 * On Linux a few reads of descriptors that stay open; no program is started. The first figure that
 * is missing makes the whole sample missing, because a share needs both.
 */
import type { MemoryReading } from "../domain/input.ts";
import type { HostView } from "./host-io.ts";
import { keepFiles } from "./read-file.ts";
import { createMemorySteps } from "./read-memory.ts";
import { looksThrough } from "./read-steps.ts";
import { missing, type Sensor, seen, sensorOf } from "./sensor.ts";

const LIMIT_MS = 1000;

/** Reads the view's memory; `now` is the wall clock. */
export function createMemorySensor(view: HostView, now?: () => number): Sensor<MemoryReading> {
  const steps = createMemorySteps(view);
  return sensorOf({
    name: "memory",
    limit_ms: LIMIT_MS,
    now,
    ...looksThrough(keepFiles(), function* look() {
      const { available_mib, total_mib } = yield* steps();
      if (available_mib === null || total_mib === null) return missing("unreadable");
      return seen({ available_mib, total_mib });
    }),
  });
}
