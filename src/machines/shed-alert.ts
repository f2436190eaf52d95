/**
 * The one alert: new work has been refused for ten minutes, and a person should look.
 *
 * Overload that never clears would otherwise leave a process that is up and refuses everything
 * (envoy #46932). It is said once for each time of refusing, with what stands in the way of each rung.
 */
import { type AlertOutput, SHED_ALERT_MS } from "../domain/output.ts";
import { refusedRungs } from "./reasoning.ts";
import type { Decision, RuntimeState, Shed } from "./runtime-state.ts";

/** What is remembered after a step to `profile`. */
export function shedAfter(before: Shed | null, profile: string, at: number): Shed | null {
  if (!profile.endsWith(".shed")) return null;
  return before ?? { since: at, isAlerted: false };
}

/** The decision, with the alert where it is due. */
export function withAlert(decision: Decision): Decision {
  const { state, outputs } = decision;
  const { shed } = state;
  if (shed === null || shed.isAlerted || state.at - shed.since < SHED_ALERT_MS) return decision;
  return {
    state: { ...state, shed: { ...shed, isAlerted: true } },
    outputs: [...outputs, alertOf(state, shed.since)],
  };
}

function alertOf({ chart }: RuntimeState, since: number): AlertOutput {
  const refused = refusedRungs({ state: chart.state, can: chart.context.can });
  return { type: "alert", code: "SHED_TOO_LONG", since, refused };
}
