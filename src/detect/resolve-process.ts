/**
 * Is DaVinci Resolve running? `null` means that the list of processes could not be read.
 * The looking itself is `process-scan.ts`; what a process of Resolve looks like is in `davinci-paths.ts`.
 */
import { DAVINCI_PROCESS } from "./davinci-paths.ts";
import type { HostView } from "./host-io.ts";
import { createProcessScan } from "./process-scan.ts";
import type { ProgramRunner } from "./run-program.ts";

/** How to look. */
export interface ProcessSearch {
  readonly view: HostView;
  readonly runner: ProgramRunner;
  readonly signal?: AbortSignal | undefined;
}

/** What a scan of processes looks for. */
export const DAVINCI_PROGRAM = {
  id: "davinci",
  process: DAVINCI_PROCESS,
  comm: "resolve",
} as const;

/** A search that remembers which processes are not the editor. */
export function createResolveSearch({ view, runner, signal }: ProcessSearch) {
  const { scan, scanNow } = createProcessScan({ view, runner, wanted: [DAVINCI_PROGRAM] });
  return {
    async isRunning(inner = signal): Promise<boolean | null> {
      const running = await scan(inner);
      return running === null ? null : running.has(DAVINCI_PROGRAM.id);
    },
    /** The same on the spot; `undefined` = it has to be waited for. */
    isRunningNow(): boolean | null | undefined {
      const running = scanNow();
      return running === null ? null : running?.has(DAVINCI_PROGRAM.id);
    },
  };
}
