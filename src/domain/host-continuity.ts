/**
 * What a new detection may take away. A driver that did not answer in time says nothing about the card:
 * a card that was there stays until a probe says that it is gone, so that one hang does not change the
 * tier. The sensor's silence is judged by its own stale limit.
 */
import type { Host } from "./host.ts";

/** The new host, with the cards of the previous one where their probe timed out. */
export function withKnownCards(previous: Host | null, host: Host): Host {
  if (previous === null) return host;
  const hasTimedOut = host.notes.some(
    ({ probe, code }) => probe === "nvidia" && code === "timeout",
  );
  const hasCards = host.gpus.some(({ vendor }) => vendor === "nvidia");
  if (!hasTimedOut || hasCards) return host;
  const known = previous.gpus.filter(({ vendor }) => vendor === "nvidia");
  return known.length === 0 ? host : { ...host, gpus: [...host.gpus, ...known] };
}
