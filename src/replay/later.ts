/**
 * What a damaged log still says beyond the part that was saved, taken into the state.
 *
 * The lines in between are gone, so this is not to the bit what the runtime was; but a hold that a
 * person asked for, a configuration and the time stand in single lines, and each of those proves itself.
 */
import { inputOf } from "../log/codec.ts";
import type { Later } from "../log/set-aside.ts";
import type { RuntimeState } from "../machines/runtime-state.ts";
import { restoredFrom } from "./checkpoint.ts";
import { decide } from "./fold.ts";

/** The newest state that can be believed; `saved` is the one that the saved part tells. */
export function withLater(saved: RuntimeState, later: Later, machineHash: string): RuntimeState {
  const { checkpoint, inputs } = later;
  let state = (checkpoint === null ? null : restoredFrom(checkpoint, machineHash)) ?? saved;
  for (const entry of inputs) {
    if (entry.at < state.at) continue;
    try {
      state = decide(state, inputOf(entry)).state;
    } catch {
      // Without the lines before it an input may make no sense; the others still do.
    }
  }
  return state;
}
