/** A client that went away: long runs for it end. */
import type { FastifyReply } from "fastify";

/** Aborted when nobody waits for this answer any more, also once it is sent. */
export function untilGone({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  if (raw.destroyed) gone.abort();
  else raw.once("close", () => gone.abort());
  return gone.signal;
}
