/**
 * Whether something small may be read on the spot: trust that is earned, lost and earned again.
 *
 * One quick read through a thread earns it. A read on the spot that takes long loses it, first for one read
 * and then for twice as many each time: on a busy host now and then another program runs in the middle of
 * a read, and that says nothing about the file; a file that is slow is soon left alone. Rejected: a minute
 * for each slow read, which on a busy host made nearly all of them wait (measured).
 */

/** Trust in one file or folder; all times in ms. */
export interface SpotTrust {
  /** True when the next read may be on the spot. */
  isEarned(): boolean;
  /** Takes in how long a read through a thread took, its waiting included. */
  waited(ms: number): void;
  /** Takes in how long a read on the spot took. */
  heldUp(ms: number): void;
}

/** A read through a thread in less than this shows that it is quick. */
const QUICK_MS = 1;
/** After slow reads on the spot at most so many go through a thread before the next trial. */
const READS_UNTIL_TRIAL_MAX = 60;
/** So many quick reads in a row, and the slow ones before them are forgotten. */
const QUICK_READS_TO_FORGET = 10;

/** Trust that is lost by a read on the spot of more than `maxMs`. */
export function createSpotTrust(maxMs: number): SpotTrust {
  let readsUntilTrial = 1;
  let pause = 0;
  let quickReads = 0;
  return {
    isEarned: () => readsUntilTrial === 0,
    waited(ms) {
      if (readsUntilTrial > 1) readsUntilTrial -= 1;
      // A long wait for a thread looks like a slow file; it is asked in the same way until it is not.
      else if (ms < QUICK_MS) readsUntilTrial = 0;
    },
    heldUp(ms) {
      if (ms > maxMs) {
        pause = Math.min(READS_UNTIL_TRIAL_MAX, 2 * pause + 1);
        readsUntilTrial = pause;
        quickReads = 0;
        return;
      }
      quickReads += 1;
      if (quickReads >= QUICK_READS_TO_FORGET) pause = 0;
    },
  };
}
