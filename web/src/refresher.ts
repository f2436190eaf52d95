/** Asks again when something has changed: soon, at once for a step, and never twice at a time. */
/** Shortest time between two questions for status and explanation, in ms; a step is asked about at once. */
const REFRESH_MS = 900;

/** At most one question at a time, and not more often than needed. */
export function createRefresher(question: () => Promise<void>) {
  let isAsking = false;
  let isWanted = false;
  let lastAt = 0;
  let waiting: number | undefined;
  const run = async (): Promise<void> => {
    clearTimeout(waiting);
    if (isAsking) {
      isWanted = true;
      return;
    }
    isAsking = true;
    lastAt = performance.now();
    // Whether the line is broken is the connection's to say; a question that fails is asked again.
    await question().catch(() => undefined);
    isAsking = false;
    if (isWanted) {
      isWanted = false;
      soon();
    }
  };
  const soon = (): void => {
    clearTimeout(waiting);
    const wait = Math.max(0, lastAt + REFRESH_MS - performance.now());
    waiting = setTimeout(() => void run(), wait);
  };
  return { now: () => void run(), soon };
}
