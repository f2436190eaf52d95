/**
 * What a serving runtime has to say after its banner: steps down, steps up, alerts, that work goes to a
 * cloud, and its notices. The cloud is told as soon as the log has it, which is before anything is sent;
 * its notice, a moment later, is for who has no log.
 */
import { announcementIn } from "../domain/announcement.ts";
import type { AlertOutput } from "../domain/output.ts";
import { isStepUp } from "../domain/rung.ts";
import type { Entry } from "../log/entry.ts";
import { alertText, stepLines } from "../policy/sentence.ts";
import { announcementText } from "../policy/words-effects.ts";
import type { Change, Notice, Runtime } from "../runtime-types.ts";
import type { Context } from "./context.ts";

/** The news of one runtime; what happens before `begin` is told then. */
export interface News {
  begin(): void;
  end(): void;
}

/** Time between two looks at the runtime's notices, in ms. */
const NOTICES_MS = 1000;

/** The most steps kept for after the banner. */
const KEPT_MAX = 100;

/** Listens from now on and tells from `begin` on. */
export function tellNews(runtime: Runtime, context: Context): News {
  const kept: Change[] = [];
  let hasBegun = false;
  let told: Notice | null = null;
  let announced = 0;
  const onChange = (change: Change): void => {
    // The banner has said where this host starts.
    if (change.from === "detecting") return;
    if (hasBegun) tellChange(change, context);
    else if (kept.length < KEPT_MAX) kept.push(change);
  };
  const tellNotices = (): void => {
    // The oldest notices go as new ones come, so the place in the list says nothing.
    const { notices } = runtime;
    const after = told === null ? 0 : notices.lastIndexOf(told) + 1;
    for (const notice of notices.slice(after)) {
      told = notice;
      if (notice.code === "PROFILE_SAVED") continue;
      if (notice.code === "CLOUD_IN_USE" && announced > 0) {
        announced -= 1;
        continue;
      }
      const { code, message } = notice;
      if (context.isJson) context.output.json({ event: "notice", code, message });
      else context.output.line(context.output.tone("warning", `⚠️  ${message}`));
    }
  };
  const ends = [
    runtime.onDegraded(onChange),
    runtime.onRecovered(onChange),
    runtime.subscribe((entries) => {
      tellAlerts(entries, context);
      announced += tellCloud(entries, context);
    }),
  ];
  let timer: NodeJS.Timeout | null = null;
  return {
    begin() {
      hasBegun = true;
      for (const change of kept.splice(0)) tellChange(change, context);
      tellNotices();
      timer = setInterval(tellNotices, NOTICES_MS);
    },
    end() {
      for (const end of ends) end();
      if (timer !== null) clearInterval(timer);
    },
  };
}

function tellAlerts(entries: readonly Entry[], { isJson, language, output }: Context): void {
  for (const { type, seq, at, data } of entries) {
    if (type !== "alert") continue;
    const sentence = alertText(data as AlertOutput, language);
    if (isJson) output.json({ event: "alert", seq, at, ...(data as AlertOutput), sentence });
    else output.line(output.tone("warning", `⚠️  ${sentence}`));
  }
}

/** Answers how many announcements there were. */
function tellCloud(entries: readonly Entry[], { isJson, language, output }: Context): number {
  let count = 0;
  for (const { type, seq, at, data } of entries) {
    const announcement = type === "effect.finished" ? announcementIn(data) : null;
    if (announcement === null) continue;
    count += 1;
    const sentence = announcementText(announcement, language);
    if (isJson) output.json({ event: "cloud", seq, at, ...announcement, sentence });
    else output.line(output.tone("warning", `☁️  ${sentence}`));
  }
  return count;
}

function tellChange(change: Change, { isJson, language, output }: Context): void {
  const isUp = isStepUp(change.from, change.to);
  if (isJson) {
    output.json({ event: isUp ? "recovered" : "degraded", ...change });
    return;
  }
  const [heading = "", ...rest] = stepLines(change.reason, change.policy, language).split("\n");
  output.line();
  output.line(output.tone(isUp ? "good" : "warning", heading));
  for (const line of rest) output.line(line);
  output.line(`    ${change.sentence}`);
}
