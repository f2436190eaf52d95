/** What each event of the chart means: the facts' own descriptions, and the four other events. */
import type { ChartEventType } from "../machines/chart.ts";
import { FACT_DESCRIPTIONS } from "../machines/descriptions.ts";

/** One sentence per event; the list is closed. */
export const EVENT_DESCRIPTIONS: Readonly<Record<ChartEventType, string>> = {
  ...FACT_DESCRIPTIONS,
  "host.detected": "The host was looked at; the event says its tier and what it can carry.",
  "degrade.requested": "A person asked to step down to a rung.",
  "restore.requested": "A person cleared the hold.",
  "facts.settled":
    "All facts of one input were heard; only now may the profile move. The event says which rung sensing permits to climb to.",
};
