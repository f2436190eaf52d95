/** A log that a test writes by hand, served over real HTTP in the place of the runtime's own. */
import type { ServerOptions } from "../../src/http/server.ts";
import { isPruned, pageOf } from "../../src/runtime-questions.ts";
import { type Service, startService } from "../http-helper.ts";
import type { WrittenLog } from "./written-log.ts";

/** Serves it; everything but the log is that of a runtime on an empty host. */
export function serveLog(
  { log, actor }: Pick<WrittenLog, "log" | "actor">,
  options: ServerOptions = {},
): Promise<Service> {
  return startService(options, (runtime) => ({
    ...runtime,
    hostId: log.hostId,
    seq: () => actor.seq(),
    events: (query) => pageOf(log, query),
    event: (seq) => log.entry(seq),
    isPruned: (query) => isPruned(log, query),
    subscribe: (listener) => actor.subscribe(listener),
  }));
}
