/**
 * What speaks against each better rung now: the chart's own questions, asked of the present state.
 *
 * The reason of the last step answers for its own moment only. Rejected: keeping a list of refusals in
 * the state, which would have to be renewed by every input that changes any of them.
 */
import { dwellOf } from "../domain/permission.ts";
import { type Rung, rungsOf } from "../domain/rung.ts";
import type { HoldState } from "../domain/state.ts";
import { refusalOf } from "../machines/reasoning.ts";
import { placeOf, type RuntimeState } from "../machines/runtime-state.ts";
import type { Outlook } from "../policy/outlook.ts";

/** Where this state stands; `null` while detecting. */
export function outlookOf(state: RuntimeState): Outlook | null {
  const place = placeOf(state);
  if (place === null) return null;
  const { tier, rung } = place;
  const { at, chart, sensing, configuration, lastTransition } = state;
  const facts = { state: chart.state, can: chart.context.can };
  const rungs = rungsOf(tier);
  const better = rungs.slice(0, rungs.indexOf(rung));
  return {
    tier,
    held: heldRungOf(chart.state.hold),
    refused: better.map((each) => ({
      rung: each,
      code: refusalOf(tier, each, facts) ?? "NOT_PERMITTED_YET",
    })),
    dwell: dwellOf(sensing.ladder, at, configuration),
    since_ms: lastTransition === null ? null : at - lastTransition.at,
  };
}

function heldRungOf(hold: HoldState): Rung | null {
  return hold === "free" ? null : (hold.slice("held.".length) as Rung);
}
