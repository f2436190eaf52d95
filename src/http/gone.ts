/** A client that went away: long runs for it end. */
import type { FastifyRequest } from "fastify";

/** Aborted when the connection of the request closes. */
export function untilGone({ raw }: FastifyRequest): AbortSignal {
  const gone = new AbortController();
  raw.socket.once("close", () => gone.abort());
  return gone.signal;
}
