/**
 * The command hook: a program of the user's is run for each step, one at a time, in order.
 *
 * It gets the event as JSON on its standard input and the main words as variables. At most once: a run that
 * failed may have done half of its work, so it is not repeated. Newest wins only where the queue is full;
 * a program that sends mails wants every step. Secrets of this program are not in its environment.
 */
import type { ChildProcess } from "node:child_process";
import { isAlive, runCommand } from "./command-child.ts";
import { createOutage, type Hook, type HookListener, plainTrouble } from "./hook.ts";
import { createHookQueue, type HookTurn } from "./hook-queue.ts";

/** What to run for each step, and for how long at most. */
export interface CommandTarget {
  /** Program and arguments; at least the program. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly deadlineMs: number;
}

/** Variables with secrets of this program, or an address that may hold one. */
const SECRET_VARIABLE = /^RUNTIME_PROFILE_.*(TOKEN|SECRET|KEY|WEBHOOK)$/;

/** A command hook; `kill` ends a child and its group, for tests. */
export function createCommandHook(
  { command, env, deadlineMs }: CommandTarget,
  listener: HookListener,
  kill?: (child: ChildProcess) => void,
): Hook {
  const outage = createOutage(listener);
  const inherited = Object.entries(env).filter(([name]) => !SECRET_VARIABLE.test(name));
  const plainEnv = Object.fromEntries(inherited);
  let survivor: ChildProcess | null = null;
  const work = async ({ event, end }: HookTurn): Promise<void> => {
    // One that SIGKILL does not end waits for a disk; another would wait beside it.
    if (survivor !== null && isAlive(survivor)) {
      outage.lose();
      return outage.trouble(plainTrouble(event, "stuck"));
    }
    const run = {
      command,
      env: { ...plainEnv, ...event.variables },
      input: `${event.body}\n`,
      deadlineMs,
      end,
    };
    const ended = await runCommand(run, kill);
    survivor = ended.survivor;
    if (ended.reason === null) return outage.relief(event, 1);
    const { reason, exitCode: status, said } = ended;
    outage.lose();
    outage.trouble({ seq: event.seq, reason, attempts: 1, status, said });
  };
  const queue = createHookQueue({
    work,
    onDropped(event, why) {
      outage.lose();
      outage.trouble(plainTrouble(event, why));
    },
  });
  return { send: (event) => queue.put(event), stop: () => queue.stop() };
}
