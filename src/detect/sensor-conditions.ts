/**
 * Power, heat, stalls and stolen time again and again, on a slow beat: about a dozen small files.
 * What was said last is kept, because each word has an entry and a lower exit.
 */
import type { Conditions } from "../domain/conditions.ts";
import type { HostView } from "./host-io.ts";
import { rootedPath } from "./probe.ts";
import { parseProcStat } from "./proc-stat.ts";
import { type LastLook, NO_LOOK, readConditions } from "./read-conditions.ts";
import { readText } from "./read-file.ts";
import { type Sensor, seen, sensorOf } from "./sensor.ts";

/** Charge and temperature may come from slow chips. */
const LIMIT_MS = 4000;

/** Reads the view's conditions. */
export function createConditionsSensor(view: HostView, now?: () => number): Sensor<Conditions> {
  let last: LastLook = NO_LOOK;
  return sensorOf({
    name: "conditions",
    limit_ms: LIMIT_MS,
    now,
    async look(signal) {
      // Opened each time: such a descriptor would be kept for half a minute for one read.
      const stat = await readText(rootedPath(view.root, "/proc/stat"));
      const times = parseProcStat(stat ?? "");
      const conditions = await readConditions({ view, readText, times, signal }, last);
      last = { conditions, times };
      return seen(conditions);
    },
  });
}
