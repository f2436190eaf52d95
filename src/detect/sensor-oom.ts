/** The kernel's kills for want of memory, again and again: a count that only grows. */
import type { HostView } from "./host-io.ts";
import { type OomKills, oomSteps } from "./oom-kills.ts";
import { keepFiles } from "./read-file.ts";
import { looksThrough } from "./read-steps.ts";
import { missing, type Sensor, seen, sensorOf } from "./sensor.ts";

const LIMIT_MS = 1000;

/** Reads the view's control groups. */
export function createOomSensor(view: HostView, now?: () => number): Sensor<OomKills> {
  return sensorOf({
    name: "oom",
    limit_ms: LIMIT_MS,
    now,
    ...looksThrough(keepFiles(), function* look() {
      const kills = yield* oomSteps(view);
      return kills === null ? missing("not-checked") : seen(kills);
    }),
  });
}
