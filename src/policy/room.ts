/** How much room there is for the better rungs now: the return test, told meter by meter. */
import type { Language } from "../domain/configuration.ts";
import type { Room } from "../domain/return-test.ts";
import type { Tier } from "../domain/tier.ts";
import { durationText, gigabyteText, namesText } from "./wording.ts";
import { RUNG_WORDS } from "./words-states.ts";

/** One sentence for each meter; the rungs in the order given. */
export function roomTexts(
  rooms: readonly Room[],
  { tier, language }: { readonly tier: Tier; readonly language: Language },
): readonly string[] {
  return [...Map.groupBy(rooms, ({ meter }) => meter).values()].map((same) => {
    const [first] = same as [Room, ...Room[]];
    const { test, lookback_ms } = first;
    const needs = same.map((room) => needText(room, { tier, language }));
    return HEADS[language]({
      meter: METERS[first.meter][language],
      who: PEAKS[first.meter][language],
      time: durationText(lookback_ms, language),
      others: othersText(first, language),
      limit: gigabyteText(test.limit_mib, language),
      needs: needs.join(language === "zh" ? "；" : "; "),
    });
  });
}

const METERS = {
  vram: { zh: "GPU 显存", en: "GPU memory" },
  memory: { zh: "内存", en: "memory" },
} as const;
/** Of memory nobody can say what is ours: the peak is that of all programs. */
const PEAKS = {
  vram: { zh: "其他程序", en: "others' peak" },
  memory: { zh: "所有程序", en: "the peak in use" },
} as const;
const ABOUT = { zh: "约 ", en: "about " } as const;
const EXACTLY = { zh: " ", en: "" } as const;

type Head = Readonly<Record<"meter" | "who" | "time" | "others" | "limit" | "needs", string>>;
const HEADS: Readonly<Record<Language, (figures: Head) => string>> = {
  zh: ({ meter, who, time, others, limit, needs }) =>
    `${meter}的余量: ${who}近 ${time}最高占用${others}，上限 ${limit}。${needs}。`,
  en: ({ meter, who, time, others, limit, needs }) =>
    `Room in ${meter}: ${who} in the last ${time} is ${others}, the limit ${limit}. ${needs}.`,
};

/** The peak, and what is used now where that reads differently. */
function othersText({ test, others_now_mib, estimated }: Room, language: Language): string {
  const [peak, now] = [test.others_peak_mib, others_now_mib].map((mib) =>
    gigabyteText(mib, language),
  );
  const present = language === "zh" ? ` (现在 ${now})` : ` (now ${now})`;
  return `${(estimated ? ABOUT : EXACTLY)[language]}${peak}${peak === now ? "" : present}`;
}

function needText(
  room: Room,
  { tier, language }: { readonly tier: Tier; readonly language: Language },
): string {
  const { footprint_mib, limit_mib } = room.test;
  const name = namesText([RUNG_WORDS[room.rung][language](tier)], language);
  const need = gigabyteText(footprint_mib, language);
  if (room.fits_in_ms === 0)
    return language === "zh" ? `${name}需要 ${need}，放得下` : `${name} needs ${need} and fits`;
  if (room.fits_in_ms !== null) {
    const time = durationText(Math.ceil(room.fits_in_ms / 1000) * 1000, language);
    return language === "zh"
      ? `${name}需要 ${need}，占用不再升高的话 ${time}后放得下`
      : `${name} needs ${need} and fits in ${time} if use stays as it is`;
  }
  const short = amountText(room.others_now_mib + footprint_mib - limit_mib, language);
  return language === "zh"
    ? `${name}需要 ${need}，还要腾出 ${short}`
    : `${name} needs ${need}, so ${short} must be freed`;
}

/** What is missing is never rounded down: who frees it must not be told to free nothing. */
function amountText(mib: number, language: Language): string {
  const tenths = Math.ceil((mib * 10) / 1024);
  return mib < 1024 ? `${Math.ceil(mib)} MiB` : gigabyteText((tenths * 1024) / 10, language);
}
