/**
 * What an input tells of the host and the configuration, before anything is judged: the state's own
 * knowledge, the events that go to the chart besides the facts, and what is forgotten with another card.
 */
import { isCloudAllowedFor } from "../domain/cloud-consent.ts";
import type { Fact } from "../domain/fact.ts";
import { type Feasibility, feasibilityOf } from "../domain/feasibility.ts";
import type { Input } from "../domain/input.ts";
import { NO_PEAKS } from "../domain/peak.ts";
import { nextRungDown } from "../domain/rung.ts";
import { resumed, type Sensed } from "../domain/sensing.ts";
import { largestUsableGpu, tierOf } from "../domain/tier.ts";
import type { ChartEvent } from "./runtime-machine.ts";
import { placeOf, type RuntimeState } from "./runtime-state.ts";

/** The state with what the input tells; nothing is judged yet. */
export function withKnowledge(before: RuntimeState, input: Input): RuntimeState {
  const state = { ...before, at: input.at };
  switch (input.type) {
    case "config.changed":
      return { ...state, configuration: input.config };
    case "host.detected": {
      const card = largestUsableGpu(input.host);
      const areModelsKnown = input.host.ollama.running !== null || state.areModelsKnown;
      return {
        ...state,
        host: input.host,
        areModelsKnown,
        hasVram: card !== null && !card.unified,
      };
    }
    case "models.changed": {
      // A server that did not answer took no model away.
      if (input.running === null) return state;
      if (state.host === null) return { ...state, areModelsKnown: true };
      const ollama = { ...state.host.ollama, running: input.running, models: input.models };
      return { ...state, host: { ...state.host, ollama }, areModelsKnown: true };
    }
    case "conditions.changed":
      // They come with the host, too; before it there is nothing that they are of.
      return state.host === null
        ? state
        : { ...state, host: { ...state.host, conditions: input.conditions } };
    default:
      return state;
  }
}

/** The events that go to the chart besides the facts: the host's, and a person's. */
export function chartEventsOf(
  before: RuntimeState,
  known: RuntimeState,
  input: Input,
): ChartEvent[] {
  if (input.type === "degrade.requested") {
    const place = placeOf(before);
    const rung = input.rung ?? (place === null ? "cpu" : nextRungDown(place.tier, place.rung));
    return rung === null || rung === "nominal" ? [] : [{ type: "degrade.requested", rung }];
  }
  if (input.type === "restore.requested") return [{ type: "restore.requested" }];
  if (input.type !== "host.detected" && input.type !== "config.changed") return [];
  if (known.host === null) return [];
  const tier = tierOf(
    known.host,
    known.configuration.tier,
    isCloudAllowedFor(known.configuration.cloud, "vision"),
  );
  const can = feasibilityOf(known.host, tier, known.configuration);
  return [{ type: "host.detected", tier, can, hasVram: known.hasVram }];
}

/** What the host can carry from this input on, before the chart has heard of it. */
export function feasibilityIn(events: readonly ChartEvent[]): { readonly can?: Feasibility } {
  const [event] = events;
  return event?.type === "host.detected" ? { can: event.can } : {};
}

/** Another card is another meter: what was known about the old one is forgotten. */
export function withRenewal(before: RuntimeState, known: RuntimeState, sensed: Sensed): Sensed {
  if (before.host === known.host || known.host === null) return sensed;
  const old = before.host === null ? null : largestUsableGpu(before.host);
  const card = largestUsableGpu(known.host);
  if (
    old?.uuid === card?.uuid &&
    old?.vram_total_mib === card?.vram_total_mib &&
    before.host !== null
  )
    return sensed;
  const sensing = { ...resumed(sensed.sensing, known.at), vramPeaks: NO_PEAKS, vramTotalMib: null };
  const facts: readonly Fact[] = [{ type: "host.resumed", evidence: null }, ...sensed.facts];
  return { ...sensed, sensing, facts };
}
