/** The word that work goes to a cloud: the newest announcement in the log, for a day. */
import { announcementText } from "../../src/policy/words-effects.ts";
import { hashOf } from "./address.ts";
import { clockTime } from "./format.ts";
import { usePresent } from "./present.ts";
import { type Both, useSay, useSettings } from "./settings.ts";

const WORDS = {
  stop: {
    zh: "这是你用 cloud.allowed 允许的。",
    en: "You allowed it with cloud.allowed.",
  },
  moment: { zh: "查看那一刻", en: "See that moment" },
} as const satisfies Record<string, Both>;

/** So long it is shown, in ms. */
const SHOWN_MS = 86_400_000;

/** One line; nothing where no cloud was used for a day. */
export function CloudUse() {
  const say = useSay();
  const { language } = useSettings();
  const { announced } = usePresent();
  if (announced === null || Date.now() - announced.at > SHOWN_MS) return null;
  return (
    <p class="notice wide cloud-use" role="status">
      {clockTime(announced.at, language, Date.now())} · {announcementText(announced, language)}
      {say({ zh: "。", en: ". " })}
      {say(WORDS.stop)}{" "}
      <a href={hashOf("replay", { at: String(announced.seq) })}>{say(WORDS.moment)}</a>
    </p>
  );
}
