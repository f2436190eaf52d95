/** Words of the replay: headings, remarks, and what the keys do. */
import type { Language } from "../domain/configuration.ts";
import { type Phrases, phrase } from "../policy/wording.ts";
import type { InexactCode } from "../replay/inexact.ts";

type ReplayCode = "NOTHING" | "KEYS" | "END" | "STEPS" | "TIME_ON";

const REPLAY_WORDS: Phrases<ReplayCode> = {
  NOTHING: phrase("没有符合条件的变化。", "There is no step that matches."),
  KEYS: phrase(
    "空格 暂停/继续 · 回车 下一步 · +/- 速度 · q 退出",
    "space: pause and go on · enter: next step · +/-: speed · q: quit",
  ),
  END: phrase("回放结束", "The replay is over"),
  STEPS: phrase("次变化", "steps"),
  TIME_ON: phrase("各档停留时间", "Time on each rung"),
};

const INEXACT_WORDS: Phrases<InexactCode> = {
  READINGS_PRUNED: phrase(
    "这一时刻的原始读数已按保留期限删除：状态按记录的变化还原，数值可能较旧。",
    "The raw readings of this moment are no longer kept: the state follows the recorded steps, figures may be older.",
  ),
  MACHINE_DIFFERS: phrase(
    "这一段日志由另一个版本写成：这里用本版本的规则重新计算，可能与当时不同。",
    "Another version wrote this part of the log: it was folded by the rules of this one, and may differ from then.",
  ),
};

/** A fixed text of the replay. */
export function replayText(code: ReplayCode, language: Language): string {
  return REPLAY_WORDS[code][language]();
}

/** Why an answer about the past is not exact. */
export function inexactText(code: InexactCode, language: Language): string {
  return INEXACT_WORDS[code][language]();
}
