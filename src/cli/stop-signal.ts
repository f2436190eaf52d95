/**
 * Being asked to stop: Ctrl-C, SIGTERM, or a terminal that goes away.
 *
 * The first time is a request, which the command answers in its own time; the second time is an
 * order, and the process ends at once.
 */

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** A terminal that closes asks too; without one, as under nohup, a hang-up is not meant for us. */
const TERMINAL_SIGNALS = [...SIGNALS, "SIGHUP"] as const;
const FORCED_EXIT_CODE = 1;

/** A request to stop; `reason` is the name of the signal. */
export interface StopRequest {
  readonly signal: AbortSignal;
  /** Resolves with the name of the signal that asked. */
  readonly asked: Promise<string>;
  /** Ends listening. */
  release(): void;
}

/** Listens for requests to stop, from now on. */
export function listenForStop(): StopRequest {
  const controller = new AbortController();
  const { promise, resolve } = Promise.withResolvers<string>();
  const onSignal = (name: string): void => {
    if (controller.signal.aborted) process.exit(FORCED_EXIT_CODE);
    controller.abort();
    resolve(name);
  };
  const names = process.stdout.isTTY ? TERMINAL_SIGNALS : SIGNALS;
  for (const name of names) process.on(name, onSignal);
  return {
    signal: controller.signal,
    asked: promise,
    release() {
      for (const name of names) process.off(name, onSignal);
    },
  };
}
