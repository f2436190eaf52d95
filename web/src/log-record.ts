/**
 * The reason record of a step as lines for people: what was measured against what, for how long, what
 * would have to fit, and why nothing better was taken. Only what the record holds is said.
 */
import type { Language } from "../../src/domain/configuration.ts";
import type { Level, Reason, RefusalCode } from "../../src/domain/reason.ts";
import { RUNGS, type Rung, tierAndRungOf } from "../../src/domain/rung.ts";
import { comparedTexts, RAN_OUT } from "../../src/policy/sentence.ts";
import { capital, durationText, gigabyteText, listText } from "../../src/policy/wording.ts";
import { NOTE_WORDS } from "../../src/policy/words-notes.ts";
import { REFUSAL_WORDS } from "../../src/policy/words-reasons.ts";
import { REGION_NAMES, RUNG_WORDS } from "../../src/policy/words-states.ts";
import type { Both } from "./settings.ts";

/** One line: what it is about, what is said, and the name that programs know it by. */
export interface RecordLine {
  readonly name: Both;
  readonly text: string;
  readonly code: string | null;
}

/** A better rung and why it was not taken. */
export interface RefusedLine {
  readonly rung: Rung;
  readonly name: string;
  readonly why: string;
  readonly code: RefusalCode;
}

const NAMES = {
  measured: { zh: "测量值", en: "Measured" },
  signal: { zh: "信号", en: "Signal" },
  level: { zh: "程度", en: "Kind" },
  lasted: { zh: "已持续", en: "Lasted" },
  silent: { zh: "无读数", en: "Silent for" },
  tasks: { zh: "任务", en: "Tasks" },
  demanded: { zh: "要求来自", en: "Demanded by" },
  dwell: { zh: "停留时间", en: "Dwell" },
  fit: { zh: "恢复检查", en: "Return test" },
  age: { zh: "读数年龄", en: "Age of the reading" },
  certainty: { zh: "来源", en: "Source" },
  occasion: { zh: "起因", en: "Occasion" },
} as const satisfies Record<string, Both>;

const LEVELS: Readonly<Record<Level, Both>> = {
  soft: { zh: "软性：到时间才算", en: "soft: counts after its grace period" },
  hard: { zh: "硬性：一次就算", en: "hard: one sample is enough" },
  exit: { zh: "解除", en: "release" },
};

const SIGNALS: Readonly<Record<string, Both>> = {
  "vram.used": { zh: "显存已用", en: "GPU memory used" },
  "memory.available": { zh: "可用内存", en: "memory available" },
  "tasks.failure_rate": { zh: "任务失败率", en: "tasks that fail" },
  "task.out_of_memory": { zh: "任务报告内存不足", en: "a task ran out of memory" },
  "unload.freed": { zh: "卸载模型腾出的显存", en: "GPU memory that an unload freed" },
  "memory.oom_kills": { zh: "内核结束的进程", en: "processes ended by the kernel" },
  "cloud.tasks": { zh: "云端任务", en: "cloud tasks" },
  "cloud.reachable": { zh: "云端连接", en: "reach of the cloud" },
  "editor.running": { zh: "剪辑软件", en: "the editor" },
  hold: { zh: "手动降级", en: "the hold by hand" },
};

const WORDS = {
  against: { zh: "界限", en: "against" },
  of: { zh: "需要", en: "of" },
  required: { zh: "", en: " required" },
  estimated: { zh: "推算，不是直接测得", en: "derived, not measured itself" },
  measured: { zh: "直接测得", en: "measured" },
  others: { zh: "其他程序最高", en: "others' peak" },
  need: { zh: "需要", en: "need" },
  limit: { zh: "上限", en: "limit" },
  backoff: { zh: "退避", en: "back-off" },
  failed: { zh: "失败", en: "failed" },
  counted: { zh: "计入", en: "of" },
  asked: { zh: "要求", en: "asked for" },
  said: { zh: "理由", en: "reason given" },
} as const satisfies Record<string, Both>;

/** Inputs that bring a step about without being a reading. */
const OCCASIONS: Readonly<Record<string, Both>> = {
  "runtime.started": { zh: "运行时启动", en: "the runtime started" },
  "config.changed": { zh: "设置改动", en: "the settings changed" },
  "host.detected": { zh: "硬件检测", en: "the host was detected" },
  reading: { zh: "读数", en: "a reading" },
  "task.finished": { zh: "任务结束", en: "a task ended" },
  "cloud.probed": { zh: "云端检查", en: "the cloud was probed" },
  "models.changed": { zh: "模型变化", en: "the models changed" },
  "editor.changed": { zh: "剪辑软件启动或退出", en: "the editor started or ended" },
  "conditions.changed": { zh: "供电、温度等状况变化", en: "power, heat or the like changed" },
  "memory.oom_killed": { zh: "内核结束进程", en: "the kernel ended processes" },
  "effect.finished": { zh: "卸载模型之后", en: "an unload ended" },
  "effect.failed": { zh: "卸载模型失败", en: "an unload failed" },
  "degrade.requested": { zh: "手动降级请求", en: "a request to step down" },
  "restore.requested": { zh: "取消手动保持的请求", en: "a request to clear the hold" },
  "clock.resumed": { zh: "从休眠恢复", en: "the computer resumed" },
};

/** The lines of a record, without those that would say nothing. */
export function recordLines(reason: Reason, language: Language): readonly RecordLine[] {
  const lines: (RecordLine | null)[] = [
    measuredLine(reason, language),
    levelLine(reason, language),
    lastedLine(reason, language),
    tasksLine(reason, language),
    demandedLine(reason, language),
    dwellLine(reason, language),
    fitLine(reason, language),
    ageLine(reason, language),
    reason.value === null
      ? null
      : line("certainty", WORDS[reason.estimated ? "estimated" : "measured"][language]),
    occasionLine(reason, language),
  ];
  return lines.filter((each) => each !== null);
}

/** The better rungs, best first, and what spoke against each. */
export function refusedLines(reason: Reason, language: Language): readonly RefusedLine[] {
  const tier = tierAndRungOf(reason.to)?.tier ?? null;
  return RUNGS.flatMap((rung) => {
    const code = reason.refused[rung];
    if (code === undefined) return [];
    const why = REFUSAL_WORDS[code]?.[language]() ?? code;
    return [{ rung, name: RUNG_WORDS[rung][language](tier), why, code }];
  });
}

function line(name: keyof typeof NAMES, text: string, code: string | null = null): RecordLine {
  return { name: NAMES[name], text, code };
}

function measuredLine(reason: Reason, language: Language): RecordLine | null {
  const signal = SIGNALS[reason.signal]?.[language];
  if (signal === undefined) return null;
  const { value, threshold } = comparedTexts(reason, language);
  if (value === null) return line("signal", capital(signal), reason.signal);
  const limit = threshold === null ? "" : ` · ${WORDS.against[language]} ${threshold}`;
  return line("measured", `${capital(signal)} ${value}${limit}`, reason.signal);
}

/** Of a person, an editor or a cloud there is no more and less. */
function levelLine(reason: Reason, language: Language): RecordLine | null {
  const { value, required_ms, signal, level } = reason;
  const isGraded = value !== null || required_ms > 0 || signal === RAN_OUT;
  return isGraded ? line("level", LEVELS[level][language], level) : null;
}

function lastedLine(evidence: Reason, language: Language): RecordLine | null {
  const { sustained_ms, required_ms, code } = evidence;
  // A way up has served a dwell, which has a line of its own.
  if (code === "RECOVERED" || (sustained_ms === 0 && required_ms === 0)) return null;
  const isSilence = code === "VRAM_LOST" || code === "MEMORY_LOST";
  return line(isSilence ? "silent" : "lasted", ofText(sustained_ms, required_ms, language));
}

function ofText(served: number, required: number, language: Language): string {
  const first = durationText(served, language);
  const { of, required: end } = WORDS;
  if (required === 0) return first;
  return `${first}${language === "zh" ? "，" : " "}${of[language]} ${durationText(required, language)}${end[language]}`;
}

function tasksLine({ tasks }: Reason, language: Language): RecordLine | null {
  if (tasks === undefined) return null;
  const { task, model, failed, counted } = tasks;
  const count =
    language === "zh"
      ? `${WORDS.counted.zh} ${counted} 个，${WORDS.failed.zh} ${failed} 个`
      : `${failed} ${WORDS.counted.en} ${counted} ${WORDS.failed.en}`;
  return line("tasks", [count, task, model].filter((each) => each !== null).join(" · "));
}

function demandedLine({ demanded_by }: Reason, language: Language): RecordLine | null {
  if (demanded_by.length === 0) return null;
  const names = demanded_by.map((region) => REGION_NAMES[region]?.[language]() ?? region);
  return line("demanded", listText(names, language), demanded_by.join(" "));
}

function dwellLine(reason: Reason, language: Language): RecordLine | null {
  const { served_ms, required_ms, factor } = reason.dwell;
  if (reason.code !== "RECOVERED") return null;
  const times = factor > 1 ? ` · ${WORDS.backoff[language]} × ${factor}` : "";
  return line("dwell", ofText(served_ms, required_ms, language) + times);
}

function fitLine({ return_test }: Reason, language: Language): RecordLine | null {
  if (return_test === null) return null;
  const { others_peak_mib, footprint_mib, limit_mib } = return_test;
  const sum = others_peak_mib + footprint_mib;
  const size = (mib: number) => gigabyteText(mib, language);
  const said = (word: keyof typeof WORDS, mib: number) => `${WORDS[word][language]} ${size(mib)}`;
  return line(
    "fit",
    `${said("others", others_peak_mib)} + ${said("need", footprint_mib)} = ${size(sum)} ${sum <= limit_mib ? "≤" : ">"} ${said("limit", limit_mib)}`,
  );
}

function ageLine({ reading_age_ms }: Reason, language: Language): RecordLine | null {
  return reading_age_ms === null ? null : line("age", durationText(reading_age_ms, language));
}

function occasionLine({ occasion }: Reason, language: Language): RecordLine | null {
  const input = occasion?.input ?? "reading";
  const parts: string[] = [OCCASIONS[input]?.[language] ?? input];
  if (occasion?.held !== undefined)
    parts.push(`${WORDS.asked[language]} ${RUNG_WORDS[occasion.held][language](null)}`);
  if (occasion?.said !== undefined) parts.push(`${WORDS.said[language]}: ${occasion.said}`);
  if (occasion?.missing !== undefined) parts.push(NOTE_WORDS[occasion.missing][language]());
  return line("occasion", parts.join(" · "), input);
}
