/** Words of `verify`: what each finding means, what was looked at, and how it ended. */
import type { Language } from "../domain/configuration.ts";
import { type Phrases, phrase } from "../policy/wording.ts";
import type { Finding, FindingCode, VerifyView } from "../replay/verify.ts";

/** What each finding means. */
const FINDING_WORDS: Phrases<FindingCode> = {
  ENTRY_ALTERED: phrase("记录写入后被改动", "the entry was changed after it was written"),
  CHAIN_BROKEN: phrase(
    "与前一条记录不相连：有记录被删除、插入或改动",
    "it does not follow the entry before: one was removed, added or changed",
  ),
  GAP: phrase("序号不连续：缺少记录", "numbers are missing: lines were removed"),
  READINGS_ALTERED: phrase(
    "这条记录之前的读数被改动、删除或插入",
    "readings before this entry were changed, removed or added",
  ),
  BLOCK_ALTERED: phrase("封存的读数块被改动", "the sealed block of readings was changed"),
  BLOCK_MISSING: phrase("封存的读数块缺失", "the sealed block of readings is missing"),
  UNKNOWN_TYPE: phrase("这个版本不认识的类型", "a type that this version does not know"),
  UNKNOWN_VERSION: phrase(
    "这个版本不认识的数据版本",
    "a version of the data that this version does not know",
  ),
  DATA_UNREADABLE: phrase("数据不是 JSON", "the data is no JSON"),
  HEAD_DIFFERS: phrase(
    "与另外保存的锚点不符：结尾被截断，或整条链被重写",
    "it is not what the anchor says: the end was cut off, or the whole chain was written anew",
  ),
  START_DIFFERS: phrase(
    "没有清理记录可以证明日志从这里开始、之前的内容已清理",
    "no record of a removal proves that what is missing before here was pruned",
  ),
  FILE_DAMAGED: phrase("文件从这里起无法读取", "the file cannot be read from here on"),
  MACHINE_DIFFERS: phrase(
    "由另一个版本的状态机写成，其决定无法重算",
    "another version of the machine wrote it; its decisions cannot be computed again",
  ),
  INPUT_REFUSED: phrase("状态机拒绝这个输入", "the machine refuses this input"),
  OUTPUT_DIFFERS: phrase(
    "记录的决定与重算的结果不同",
    "the recorded decision is not what follows from the inputs",
  ),
  OUTPUT_MISSING: phrase("缺少应有的决定", "a decision that follows from the inputs is missing"),
  OUTPUT_EXTRA: phrase("多出的决定，无法由输入推出", "a decision that follows from no input"),
  CHECKPOINT_DIFFERS: phrase(
    "检查点与重算的状态不同",
    "the checkpoint is not the state that follows from the inputs",
  ),
};

/** Labels and fixed sentences. */
const VERIFY_WORDS: Phrases<
  | "RUNNING"
  | "CHAIN"
  | "RECOMPUTED"
  | "ANCHOR"
  | "NO_ANCHOR"
  | "ANCHOR_TOO_OLD"
  | "ANCHOR_NOT_WRITTEN"
  | "HEAD"
  | "EXPECTED"
  | "GOT"
  | "TRUNCATED"
  | "EMPTY"
> = {
  RUNNING: phrase("正在验证", "Verifying"),
  CHAIN: phrase("哈希链", "Chain"),
  RECOMPUTED: phrase("重算", "Recomputed"),
  ANCHOR: phrase("锚点", "Anchor"),
  NO_ANCHOR: phrase(
    "没有另外保存的：只与日志旁边的 log.head 比较；若连它一起被改写，则无法发现",
    "none kept elsewhere: compared with log.head beside the log; who rewrites both is not seen",
  ),
  ANCHOR_TOO_OLD: phrase(
    "早于日志保留的部分，无法比较",
    "older than what is kept of the log, so there is nothing to compare",
  ),
  ANCHOR_NOT_WRITTEN: phrase(
    "没有写锚点：只为完好且有记录的日志写",
    "No anchor was written: that is done only for a log that holds and has entries.",
  ),
  HEAD: phrase("链尾 (请另外保存)", "Head (keep it elsewhere)"),
  EXPECTED: phrase("应为", "expected"),
  GOT: phrase("实为", "got"),
  TRUNCATED: phrase("… 还有更多，只显示前 100 处", "… and more; only the first 100 are shown"),
  EMPTY: phrase(
    "✅ 日志为空，没有可验证的内容",
    "✅ The log is empty; there is nothing to verify.",
  ),
};

/** A fixed phrase by its code. */
export function verifyText(code: keyof typeof VERIFY_WORDS, language: Language): string {
  return VERIFY_WORDS[code][language]();
}

/** What a finding means, in one sentence. */
export function findingText(code: FindingCode, language: Language): string {
  return FINDING_WORDS[code][language]();
}

/** One finding as columns: number, code, meaning with both values. */
export function findingRow(finding: Finding, language: Language): readonly string[] {
  const { seq, code, expected, got } = finding;
  const values = [
    `${verifyText("EXPECTED", language)} ${valueText(expected, language)}`,
    `${verifyText("GOT", language)} ${valueText(got, language)}`,
  ].join(language === "zh" ? "，" : ", ");
  return [String(seq), code, `${findingText(code, language)} (${values})`];
}

function counted(count: number, word: string): string {
  if (count === 1) return `1 ${word}`;
  return `${count} ${word.endsWith("y") ? `${word.slice(0, -1)}ies` : `${word}s`}`;
}

function valueText(value: string | number | null, language: Language): string {
  return value === null ? (language === "zh" ? "无" : "nothing") : String(value);
}

/** How many lines were looked at, and which. */
export function chainText(view: VerifyView, language: Language): string {
  const { entries, readings, first_seq, last_seq } = view;
  return language === "zh"
    ? `${entries} 条记录和 ${readings} 个读数，序号 ${first_seq} 到 ${last_seq}`
    : `${counted(entries, "entry")} and ${counted(readings, "reading")}, seq ${first_seq} to ${last_seq}`;
}

/** How much was computed anew and compared. */
export function recomputedText(view: VerifyView, language: Language): string {
  const { outputs_compared: outputs, checkpoints_compared: checkpoints } = view;
  return language === "zh"
    ? `${outputs} 个决定和 ${checkpoints} 个检查点`
    : `${counted(outputs, "decision")} and ${counted(checkpoints, "checkpoint")}`;
}

/** What could not be looked at, one sentence each. */
export function limitTexts(view: VerifyView, language: Language): readonly string[] {
  const { pruned_readings: pruned, unsealed_readings: unsealed } = view;
  const isChinese = language === "zh";
  const texts: string[] = [];
  if (pruned > 0) {
    texts.push(
      isChinese
        ? `${pruned} 个读数已按保留期限清理，由它们得出的决定没有重算`
        : `Removed by retention: ${counted(pruned, "reading")}; what followed from them was not recomputed.`,
    );
  }
  if (unsealed > 0) {
    texts.push(
      isChinese
        ? `最后 ${unsealed} 个读数还没有哈希覆盖`
        : `At the end, in no hash yet: ${counted(unsealed, "reading")}.`,
    );
  }
  return texts;
}

/** The last line, which says it all. */
export function verdictText({ ok, findings, truncated }: VerifyView, language: Language): string {
  if (ok) {
    return language === "zh"
      ? "✅ 日志完好：没有改动，每个决定都能重算得出"
      : "✅ The log holds: nothing was changed, and every decision follows from its inputs.";
  }
  const { length } = findings;
  if (language === "zh") return `❌ 发现${truncated ? "超过" : ""} ${length} 处差异`;
  return `❌ Found ${truncated ? "more than " : ""}${counted(length, "difference")}.`;
}
