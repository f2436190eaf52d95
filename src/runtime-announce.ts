/**
 * The announcement of the cloud: nothing goes there without a word on terminal, page and log.
 *
 * The idea: like the light above a camera. It goes on before the first byte, and once it is known, it is
 * not said again with each job: only when the cloud was left alone for an hour, or the runtime was started
 * anew, does the next use count as a first one. Told is who receives it, by the name of its host alone:
 * addresses may hold keys.
 */
import { ANNOUNCED_EFFECT, type Announcement } from "./domain/announcement.ts";
import type { Target, WorkRole } from "./domain/job.ts";
import { announcementText } from "./policy/words-effects.ts";
import type { RuntimeActor } from "./runtime-actor-types.ts";
import type { Notice } from "./runtime-types.ts";

/** So long without any use of the cloud, and the next one is announced again, ms. */
export const PERIOD_MS = 3_600_000;

/** Where Ollama sends the work of its cloud models (`remote_host` in `/api/tags`). */
const OLLAMA_CLOUD_HOST = "ollama.com";

/** What announcing works with. */
export interface AnnounceParts {
  readonly submit: RuntimeActor["submit"];
  readonly notify: (notice: Notice) => void;
  /** ms; goes on while the host sleeps. */
  readonly now: () => number;
}

/** Announces the first use of each period; to be told before anything is sent. */
export type Announce = (role: WorkRole, target: Target) => void;

/** An announcer that has announced nothing yet. */
export function createAnnouncer({ submit, notify, now }: AnnounceParts): Announce {
  // Pictures are not plans, and one provider is not another: each has its own period.
  const lastUses = new Map<string, number>();
  return (role, target) => {
    const at = now();
    const announcement = { role, model: target.model, host: hostOf(target) };
    const use = `${role} ${announcement.host}`;
    const lastUseAt = lastUses.get(use);
    lastUses.set(use, at);
    if (lastUseAt !== undefined && at - lastUseAt < PERIOD_MS) return;
    const detail: Readonly<Record<keyof Announcement, string>> = announcement;
    submit({ type: "effect.finished", effect: ANNOUNCED_EFFECT, detail }, "effect");
    notify({
      code: "CLOUD_IN_USE",
      message: `${announcementText(announcement, "en")}. You allowed it with cloud.allowed; take that back to keep work on this host.`,
    });
  };
}

function hostOf({ address, protocol }: Target): string {
  if (protocol === "ollama") return OLLAMA_CLOUD_HOST;
  return URL.parse(address)?.hostname || "unknown";
}
