/** What a fold over the log must be told again after a gap, where the checkpoint there is not its own. */
import type { Input } from "../domain/input.ts";
import { isSameData } from "../domain/same-data.ts";
import { heldRungOf } from "../domain/state.ts";
import type { RuntimeState } from "../machines/runtime-state.ts";

/** The first state that the log does not tell, and how many inputs it has missed since. */
export interface Gap {
  readonly before: RuntimeState;
  /** `null`: nobody can count them, because what held them is damaged. */
  readonly lost: number | null;
  readonly reason: string;
}

/** The gap with one more input in it, the first after `before` where there was none. */
export function lostOneMore(gap: Gap | null, before: RuntimeState): Gap {
  if (gap === null) return { before, lost: 1, reason: "the log could not be written" };
  return { ...gap, lost: gap.lost === null ? null : gap.lost + 1 };
}

/**
 * Configuration, host and hold as inputs, each only if it changed during the gap: a later version
 * cannot use the checkpoint, and what a person asked for must not be lost to it. Sensors speak again
 * by themselves. To the state that they are taken from these inputs are no news.
 */
export function inputsOverGap(before: RuntimeState, now: RuntimeState): readonly Input[] {
  const { at, host, configuration } = now;
  const inputs: Input[] = [];
  if (!isSameData(before.configuration, configuration))
    inputs.push({ type: "config.changed", at, config: configuration });
  if (host !== null && !isSameData(before.host, host)) {
    // The editor may have come or gone since the host was detected.
    const davinci = { ...host.davinci, running: now.sensing.isEditorRunning };
    inputs.push({ type: "host.detected", at, host: { ...host, davinci } });
  }
  const { hold } = now.chart.state;
  if (hold === before.chart.state.hold) return inputs;
  const reason = "carried over a gap in the log";
  const rung = heldRungOf(hold);
  if (rung === null) return [...inputs, { type: "restore.requested", at, reason }];
  return [...inputs, { type: "degrade.requested", at, rung, reason }];
}
