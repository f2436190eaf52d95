/**
 * Power, heat, stalls and stolen time again and again, on a slow beat: about a dozen small files. Three
 * that every kernel makes at once are kept open, those of chips go through a thread each time. What was
 * said last is kept, because each word has an entry and a lower exit.
 */
import type { Conditions } from "../domain/conditions.ts";
import type { HostView } from "./host-io.ts";
import { rootedPath } from "./probe.ts";
import { parseProcStat } from "./proc-stat.ts";
import { type LastLook, NO_LOOK, readConditions } from "./read-conditions.ts";
import { keepFiles, readText } from "./read-file.ts";
import { type Sensor, seen, sensorOf } from "./sensor.ts";
import { rememberTrips } from "./thermal-trips.ts";

/** Charge and temperature may come from slow chips. */
const LIMIT_MS = 4000;

/** Reads the view's conditions. */
export function createConditionsSensor(view: HostView, now?: () => number): Sensor<Conditions> {
  const { readText: readQuick, close } = keepFiles();
  const tripsOf = rememberTrips();
  let last: LastLook = NO_LOOK;
  return sensorOf({
    name: "conditions",
    limit_ms: LIMIT_MS,
    now,
    async look(signal) {
      const stat = await readQuick(rootedPath(view.root, "/proc/stat"));
      const times = parseProcStat(stat ?? "");
      const question = { view, readText, readQuick, tripsOf, times, signal };
      const conditions = await readConditions(question, last);
      last = { conditions, times };
      return seen(conditions);
    },
    close,
  });
}
