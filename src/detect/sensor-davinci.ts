/**
 * Is DaVinci Resolve running now? `true`, `false`, or a missing sample when it cannot be told.
 * Ask every five seconds at most: on Windows and macOS each look starts a program.
 * Rejected: the scripting port, which is closed in some ways of starting the editor.
 */
import type { HostView } from "./host-io.ts";
import { createResolveSearch } from "./resolve-process.ts";
import { createProgramRunner } from "./run-program.ts";
import { type Look, missing, type Sensor, seen, sensorOf } from "./sensor.ts";

/** What a look at the editor gives. */
export interface DavinciReading {
  readonly running: boolean;
}

const LIMIT_MS = 3000;

/** Reads the view's processes. */
export function createDavinciSensor(view: HostView, now?: () => number): Sensor<DavinciReading> {
  const search = createResolveSearch({ view, runner: createProgramRunner() });
  return sensorOf({
    name: "davinci",
    limit_ms: LIMIT_MS,
    now,
    look: async (signal) => lookOf(await search.isRunning(signal)),
    lookNow() {
      const running = search.isRunningNow();
      return running === undefined ? null : lookOf(running);
    },
  });
}

function lookOf(running: boolean | null): Look<DavinciReading> {
  return running === null ? missing("unreadable") : seen({ running });
}
