/** Words of the log's table: what an entry says, where the log itself has codes. */
import type { Language } from "../domain/configuration.ts";
import type { Failure } from "../domain/input.ts";
import type { FactOutput } from "../domain/output.ts";
import { MISSING_CODES } from "../policy/policy.ts";
import { RECOMMENDATION_CODES } from "../policy/recommendation.ts";
import { listText, type Phrases, phrase } from "../policy/wording.ts";
import { WORDS } from "../policy/words.ts";
import { interfaceText } from "../policy/words-interface.ts";
import { RECOMMENDATION_TITLES } from "../policy/words-recommendations.ts";

/** Why a task failed. */
const FAILURE_WORDS: Phrases<Failure> = {
  oom: phrase("内存或显存不足", "out of memory"),
  timeout: phrase("超时", "timed out"),
  refused: phrase("拒绝连接", "connection refused"),
  server_error: phrase("服务出错", "server error"),
  loading: phrase("模型正在加载", "model still loading"),
  not_pulled: phrase("模型没有下载", "model not installed"),
  context: phrase("内容超出上下文长度", "longer than the context"),
  quota: phrase("额度用完", "quota used up"),
  auth: phrase("身份验证失败", "not authorized"),
  bad_request: phrase("请求无效", "bad request"),
};

/** Remarks of single entries. */
const LOG_WORDS: Phrases<"SUCCEEDED" | "FAILED" | "FIRST_CONFIGURATION" | "CHANGED" | "NO_ADVICE"> =
  {
    SUCCEEDED: phrase("成功", "succeeded"),
    FAILED: phrase("失败", "failed"),
    FIRST_CONFIGURATION: phrase("第一份配置", "first configuration"),
    CHANGED: phrase("改动", "changed"),
    NO_ADVICE: phrase("没有建议", "no advice"),
  };

/** A fixed remark by its code. */
export function logText(code: keyof typeof LOG_WORDS, language: Language): string {
  return LOG_WORDS[code][language]();
}

/** How a task ended, with the cause where one was told. */
export function outcomeText(
  { ok, failure }: { readonly ok: boolean; readonly failure?: Failure | null },
  language: Language,
): string {
  if (ok) return logText("SUCCEEDED", language);
  const failed = logText("FAILED", language);
  return failure == null ? failed : `${failed}: ${FAILURE_WORDS[failure][language]()}`;
}

/** A region's two states, in words; a state that this version does not know stays as it is. */
export function factText({ region, from, to }: FactOutput, language: Language): string {
  const words: Readonly<Record<string, Readonly<Record<Language, () => string>>>> = WORDS[region];
  const said = (state: string) =>
    Object.hasOwn(words, state) ? (words[state]?.[language]() ?? state) : state;
  return `${WORDS.region[region][language]()}: ${said(from)} → ${said(to)}`;
}

/** Short names of recommendations, in their order. */
export function adviceText(codes: readonly string[], language: Language): string {
  if (codes.length === 0) return logText("NO_ADVICE", language);
  const titles = codes.map((code) => {
    const known = RECOMMENDATION_CODES.find((one) => one === code);
    return known === undefined ? code : RECOMMENDATION_TITLES[known][language]();
  });
  return listText(titles, language);
}

/** A role's stored line (`local / moondream / cpu (not ready: …)`) as the explanation says it. */
export function roleText(line: string, language: Language): string {
  const [, place = line, codes] = /^(.*?)(?: \(not ready: (.*)\))?$/.exec(line) ?? [];
  const [provider, ...rest] = place.split(" / ");
  const device = rest.at(-1);
  const model = rest.length > 1 ? rest.slice(0, -1).join(" / ") : null;
  const words = [provider, model].filter((word) => word != null).join(" / ");
  const text = provider === "none" ? interfaceText("NO_WORK", language) : words;
  const where = device === "cpu" ? " (CPU)" : "";
  if (codes === undefined || provider === "none") return `${text}${where}`;
  const missing = codes.split(", ").map((code) => {
    const known = MISSING_CODES.find((one) => one === code);
    return known === undefined ? code : WORDS.missing[known][language](model);
  });
  return `${text}${where} (${interfaceText("NOT_READY", language)}: ${listText(missing, language)})`;
}
