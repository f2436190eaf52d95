/**
 * The gate between what is seen of the cloud and what the runtime is told.
 *
 * A provider whose quota is used up, or that refuses the key, can be reached and is of no use; the sensor,
 * which only opens a connection, would call it back the next moment. So while the gate is closed the
 * runtime hears "not reachable", and when it opens again what was seen last. All of it goes through
 * `cloud.probed`, so the log knows, and a replay comes to the same decisions.
 */
import type { WorkClock } from "./runtime-work-parts.ts";

/** Whom the gate tells. */
export interface CloudGateParts {
  readonly clock: WorkClock;
  readonly tell: (reachable: boolean) => void;
}

export interface CloudGate {
  /** The sensor saw it; told on unless the gate is closed. */
  seen(reachable: boolean): void;
  /** Closes it for `ms` from now; a longer time that is running already stays. */
  close(ms: number): void;
  /** Leaves no timer behind. */
  end(): void;
}

/** An open gate. */
export function createCloudGate({ clock, tell }: CloudGateParts): CloudGate {
  let last: boolean | null = null;
  let until = 0;
  let cancel: (() => void) | null = null;
  const open = (): void => {
    cancel = null;
    if (last !== null) tell(last);
  };
  return {
    seen(reachable) {
      last = reachable;
      if (cancel === null) tell(reachable);
    },
    close(ms) {
      const wasOpen = cancel === null;
      if (!wasOpen && clock.now() + ms <= until) return;
      cancel?.();
      until = clock.now() + ms;
      cancel = clock.after(ms, open);
      if (wasOpen) tell(false);
    },
    end() {
      cancel?.();
      cancel = null;
    },
  };
}
