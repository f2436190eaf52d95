/** The work under way, as it is shown; times in ms since 1970. */
import { reservedMib } from "./domain/admission.ts";
import type { Running } from "./runtime-work-job.ts";
import type { WorkClock } from "./runtime-work-parts.ts";
import type { WorkQueue } from "./runtime-work-queue.ts";
import type { JobView, WorkView } from "./runtime-work-types.ts";

/** What is shown. */
export interface Shown {
  readonly clock: WorkClock;
  readonly queue: WorkQueue;
  readonly jobs: Iterable<Running>;
  readonly limit: number;
  readonly counts: WorkView["counts"];
  /** Of the engine's clock. */
  readonly cloudClosedUntil: number | null;
}

/** The view of this moment. */
export function workViewOf({
  clock,
  queue,
  jobs,
  limit,
  counts,
  cloudClosedUntil,
}: Shown): WorkView {
  const now = clock.now();
  const waiting = queue.waiting();
  const oldest = Math.min(now, ...waiting.map(({ since }) => since));
  const isClosed = cloudClosedUntil !== null && cloudClosedUntil > now;
  const views = [...jobs].map((job) => jobViewOf(job, clock));
  return {
    running: views.filter(({ target }) => target !== null),
    waiting: views.filter(({ target }) => target === null),
    queue: { length: waiting.length, limit, longest_wait_ms: Math.round(now - oldest) },
    reserved: reservedMib(queue.running()),
    counts: { ...counts },
    cloud_closed_until: isClosed ? clock.timeOf(cloudClosedUntil) : null,
  };
}

function jobViewOf(
  { id, job, target, since, targetSince }: Running,
  { timeOf }: WorkClock,
): JobView {
  const { role } = job;
  if (target === null) return { id, role, target: null, since: timeOf(since) };
  const { rung, provider, model, device } = target;
  return { id, role, target: { rung, provider, model, device }, since: timeOf(targetSince) };
}
