/** What the runtime did, in words: models unloaded, a cloud announced. Other effects keep their name. */
import { type Announcement, announcementIn } from "../domain/announcement.ts";
import type { Language } from "../domain/configuration.ts";
import { NOT_OURS, UNLOAD_EFFECT } from "../domain/freed-nothing.ts";
import type { EffectReported } from "../domain/input.ts";
import { amount, at, listOf, text } from "../domain/tolerant-json.ts";
import { durationText, gigabyteText, listText, type Phrases, phrase } from "./wording.ts";
import { TASK_WORDS } from "./words-tasks.ts";

/** Why an unload did not go as wished. */
const UNLOAD_WORDS: Phrases<
  | "unreachable"
  | "refused"
  | "still_loaded"
  | "memory_not_back"
  | "not_measured"
  | "wanted_again"
  | "not_ours"
  | "unknown"
> = {
  unreachable: phrase("服务没有应答", "the server did not answer"),
  refused: phrase("服务拒绝了", "the server refused"),
  still_loaded: phrase("服务仍然加载着它", "the server still has it loaded"),
  memory_not_back: phrase("显存没有全部回来", "not all of the memory came back"),
  not_measured: phrase("没有读数", "there was no reading"),
  wanted_again: phrase("又要用到它", "it was wanted again"),
  not_ours: phrase("在我们使用之前就已加载", "loaded before our work, and left alone"),
  unknown: phrase("原因未知", "for an unknown reason"),
};

/** One line about a reported effect. */
export function effectText(input: EffectReported, language: Language): string {
  const announcement = announcementIn(input);
  if (announcement !== null) return announcementText(announcement, language);
  return input.effect === UNLOAD_EFFECT ? unloadText(input, language) : input.effect;
}

/** `Work for vision goes to a cloud: gpt-4o at api.example.com`, without a full stop. */
export function announcementText({ role, model, host }: Announcement, language: Language): string {
  const work = TASK_WORDS[role][language]();
  if (language === "zh") return `${work}任务交给云端: ${host} 上的 ${model}`;
  return `Work for ${work} goes to a cloud: ${model} at ${host}`;
}

function unloadText({ type, detail }: EffectReported, language: Language): string {
  const isZh = language === "zh";
  const models = listText(listOf(at(detail, "models"), text), language);
  const code = text(at(detail, "reason"));
  const why = code === null ? null : whyText(code, language);
  if (type === "effect.failed") {
    const cause = why ?? UNLOAD_WORDS.unknown[language]();
    return isZh ? `没能卸载 ${models}: ${cause}` : `${models} could not be unloaded: ${cause}`;
  }
  const left = listText(listOf(at(detail, "left"), text), language);
  if (code === NOT_OURS) return isZh ? `${left} 没有卸载: ${why}` : `${left} stays: ${why}`;
  const freedMib = amount(at(detail, "freed_mib"));
  const freed = freedMib === null ? null : gigabyteText(freedMib, language);
  const waitedMs = amount(at(detail, "waited_ms"));
  const time = waitedMs === null ? null : durationText(waitedMs, language);
  const parts = isZh
    ? [
        `已卸载 ${models}`,
        freed && `腾出 ${freed}`,
        time && `用时 ${time}`,
        why,
        left && `${left} 留着`,
      ]
    : [
        `${models} unloaded`,
        freed && `${freed} came back`,
        time && `in ${time}`,
        why,
        left && `${left} stays`,
      ];
  return parts.filter((part) => part !== null && part !== "").join(isZh ? "，" : ", ");
}

function whyText(code: string, language: Language): string {
  const words: Readonly<Record<string, Readonly<Record<Language, () => string>>>> = UNLOAD_WORDS;
  return Object.hasOwn(words, code) ? (words[code]?.[language]() ?? code) : code;
}
