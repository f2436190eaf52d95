/**
 * The webhook: each step is posted to an address, in order, until the receiver has it.
 *
 * Like a postman who comes again, later each time, and hands over the oldest letter first. At least once:
 * where an answer was lost the same event is posted again, and its id tells. A refusal that time does not
 * heal (a 4xx, a redirect) ends the event, not the hook; a 410 ends the hook until the next start.
 * Rejected: giving up after so many attempts, which would lose a night's steps one by one while there
 * is room for all of them; an event is given up when it is a day old.
 */
import { setTimeout as pause } from "node:timers/promises";
import { createOutage, type Hook, type HookListener, plainTrouble } from "./hook.ts";
import type { HookEvent } from "./hook-event.ts";
import { createHookQueue, type HookTurn } from "./hook-queue.ts";
import { isPassing, type Posted, type PostTarget, postOnce } from "./webhook-post.ts";

/** How patient the postman is, in ms. */
export interface Patience {
  /** The first pause; each next one is twice as long. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** An event is given up when it has waited so long. */
  readonly keptMs: number;
}

const PATIENCE: Patience = { firstMs: 1000, longestMs: 300_000, keptMs: 86_400_000 };

/** Failed attempts in a row before it is an outage; a receiver that restarts is none. */
const OUTAGE_ATTEMPTS = 3;

/** A webhook; `patience` is for tests. */
export function createWebhook(
  target: PostTarget,
  listener: HookListener,
  patience: Patience = PATIENCE,
): Hook {
  const outage = createOutage(listener);
  let isGone = false;
  let failures = 0;
  let freeAt = 0;
  const waitOwnTime = async (hurry: AbortSignal): Promise<void> => {
    const ms = freeAt - performance.now();
    if (ms > 0) await pause(ms, undefined, { signal: hurry, ref: false }).catch(() => {});
  };
  const tellTrouble = (event: HookEvent, posted: Posted, attempts: number): void => {
    const { reason, status, said } = posted;
    if (reason !== null) outage.trouble({ seq: event.seq, reason, attempts, status, said });
  };
  const giveUp = (event: HookEvent, posted: Posted, attempts: number): void => {
    outage.lose();
    tellTrouble(event, posted, attempts);
  };
  const work = async ({ event, since, hurry, end }: HookTurn): Promise<void> => {
    for (let attempts = 1; ; attempts += 1) {
      await waitOwnTime(hurry);
      if (isGone) return outage.lose();
      // What is under way when the stop comes may be tried once more.
      const isLast = hurry.aborted;
      const posted = await postOnce(event, target, end);
      if (posted.reason === null) {
        failures = 0;
        return outage.relief(event, attempts);
      }
      isGone = posted.reason === "gone";
      if (!isPassing(posted)) {
        failures = 0;
        return giveUp(event, posted, attempts);
      }
      const backoffMs = Math.min(patience.firstMs * 2 ** failures, patience.longestMs);
      failures += 1;
      freeAt = performance.now() + Math.max(backoffMs, posted.retryAfterMs);
      if (isLast || freeAt > since + patience.keptMs) return giveUp(event, posted, attempts);
      if (attempts >= OUTAGE_ATTEMPTS) tellTrouble(event, posted, attempts);
    }
  };
  const queue = createHookQueue({
    work,
    onDropped(event, why) {
      outage.lose();
      outage.trouble(plainTrouble(event, why));
    },
  });
  return {
    send(event) {
      if (isGone) outage.lose();
      else queue.put(event);
    },
    stop: () => queue.stop(),
  };
}
