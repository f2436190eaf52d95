/**
 * How busy the processors are: the share of time since the last look.
 *
 * Where a quota allows fewer processors than there are, what counts is the larger of two shares: the
 * host's, and our control group's share of its quota; a container that uses all it may is full on an
 * idle host. The first look has nothing to compare with and says so. After a look that cannot be compared (a
 * processor came or went, time went backwards) the next one starts afresh. /proc/stat where it can be
 * read, because Node leaves out waiting, softirq and steal; Node's figures elsewhere.
 */
import { cpus } from "node:os";
import type { CpuReading } from "../domain/input.ts";
import type { HostView } from "./host-io.ts";
import { REAL_ROOT, rootedPath } from "./probe.ts";
import { type CpuTimes, cpuUsedPercent, parseProcStat } from "./proc-stat.ts";
import { createQuotaUse } from "./quota-use.ts";
import { keepFiles } from "./read-file.ts";
import { looksThrough } from "./read-steps.ts";
import { missing, type Sensor, seen, sensorOf } from "./sensor.ts";

const LIMIT_MS = 1000;

/** Reads the view's processors; each sensor has its own baseline. `mono` is a monotonic clock in ms. */
export function createCpuSensor(
  view: HostView,
  now?: () => number,
  mono: () => number = () => performance.now(),
): Sensor<CpuReading> {
  const quotaUse = createQuotaUse({ view, mono });
  const paths = [rootedPath(view.root, "/proc/stat")];
  let before: CpuTimes | null = null;
  return sensorOf({
    name: "cpu",
    limit_ms: LIMIT_MS,
    now,
    ...looksThrough(keepFiles(), function* look() {
      const [text] = view.platform === "linux" ? yield paths : [];
      const after = parseProcStat(text ?? "") ?? (view.root === REAL_ROOT ? timesOfNode() : null);
      const quotaPercent = view.platform === "linux" ? yield* quotaUse() : null;
      const last = before;
      before = after;
      if (after === null) return missing("unreadable");
      const used_percent = last === null ? null : cpuUsedPercent(last, after);
      if (used_percent === null) return missing("not-checked");
      return seen({ used_percent: Math.max(used_percent, quotaPercent ?? 0) });
    }),
  });
}

/** `null` where Node cannot tell either (an empty list, as on phones). */
function timesOfNode(): CpuTimes | null {
  const processors = cpus();
  if (processors.length === 0) return null;
  let idle = 0;
  let total = 0;
  for (const { times } of processors) {
    idle += times.idle;
    total += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return { idle, iowait: 0, steal: 0, total, processors: processors.length, source: "node" };
}
