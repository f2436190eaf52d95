/** The settings of work that is done through the runtime: the queue, the calls, the cloud's key. */
import { boolean, count, duration, NULLABLE, type Setting } from "./setting-kind.ts";

/** The rows of `work`. */
export const WORK_SETTINGS: readonly Setting[] = [
  {
    path: "work.cloud_key",
    kind: "token",
    min: 1,
    max: 4096,
    about: "Key for cloud.base_url; only this one is used, never one of the general environment.",
    is_nullable: true,
    is_secret: true,
  },
  count("work.queue_limit", "Most jobs that may wait for a place.", { min: 0, max: 10_000 }),
  duration("work.wait_ms", "Longest time that a job waits for a place, in ms."),
  duration(
    "work.first_token_ms",
    "Longest time until a model begins to answer, loading included, in ms.",
    { min: 1 },
  ),
  duration(
    "work.idle_ms",
    "Longest silence within a streamed answer, and longest time without reading on, in ms.",
    { min: 1 },
  ),
  duration("work.keep_alive_ms", "Time for which a local model stays loaded after a job, in ms."),
  count("work.local_at_once", "Jobs at a time for each local model; null takes the table's.", {
    min: 1,
    max: 1000,
    ...NULLABLE,
  }),
  count("work.cloud_at_once", "Jobs at a time in the cloud; null takes the table's.", {
    min: 1,
    max: 1000,
    ...NULLABLE,
  }),
  boolean("work.unload", "Unload our models from the GPU when work leaves it."),
  duration("work.unload_wait_ms", "Longest wait for their memory to come back, in ms.", {
    min: 100,
  }),
];
