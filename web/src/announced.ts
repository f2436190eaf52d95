/** The newest announcement that work goes to a cloud, as the log has it. */
import { type Announcement, announcementIn } from "../../src/domain/announcement.ts";
import type { Entry } from "../../src/log/entry.ts";
import { ask, type EventPage } from "./api.ts";

/** An announcement and the entry that it stands in. */
export interface Announced extends Announcement {
  readonly at: number;
  readonly seq: number;
}

/** So far back in what the runtime did is looked for it. */
const LOOKED_THROUGH = 200;

/** The announcement that an entry is; `null` for every other entry. */
export function announcedBy({ type, data, at, seq }: Entry): Announced | null {
  const announcement = type === "effect.finished" ? announcementIn(data) : null;
  return announcement === null ? null : { ...announcement, at, seq };
}

/** The newest one in the log; `null` = there is none, or nobody can tell. */
export async function newestAnnounced(): Promise<Announced | null> {
  const query = { type: "effect.finished", order: "desc", limit: LOOKED_THROUGH };
  const page = await ask<EventPage>("events", query).catch(() => null);
  for (const entry of page?.events ?? []) {
    const found = announcedBy(entry);
    if (found !== null) return found;
  }
  return null;
}
