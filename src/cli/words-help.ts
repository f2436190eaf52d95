/** The help texts, in both languages: one entry per command and option, and examples. */
import type { Language } from "../domain/configuration.ts";
import { type Phrases, phrase } from "../policy/wording.ts";
import { EXAMPLES } from "./help-examples.ts";
import { CHART_HELP } from "./words-chart.ts";
import { DOCTOR_HELP } from "./words-doctor.ts";
import { FIT_HELP } from "./words-fit.ts";

/** Everything that `--help` explains. */
export const HELP_CODES = [
  "PROGRAM",
  "SERVE",
  "DETECT",
  "DOCTOR",
  "EXPLAIN",
  "MONITOR",
  "FIT",
  "LOG",
  "REPLAY",
  "VERIFY",
  "EXPORT",
  "IMPORT",
  "CHART",
  "WHAT_IF",
  "SIMULATE",
  "HELP",
  "HELP_COMMAND",
  "VERSION",
  "LANG",
  "JSON",
  "CONFIG",
  "DATA_DIR",
  "HOST",
  "PORT",
  "SET",
  "SAVE",
  "FROM_REPORT",
  "REPORT",
  "COUNT",
  "FOLLOW",
  "TYPE",
  "LIMIT",
  "AFTER",
  "ANCHOR",
  "WRITE_ANCHOR",
  "EXPORT_FORMAT",
  "OUT",
  "EXPORT_AFTER",
  "WITH_NAMES",
  "FILE",
  "FROM",
  "TO",
  "SPEED",
  "STEP",
  "TIER",
  "RUNG",
  "REASON",
  "FORMAT",
  "VIEW",
  "THEME",
  "CHART_AT",
  "OPEN",
  "FIT_MODEL",
  "FIT_CONTEXT",
  "FIT_IMAGES",
  "WHAT_IF_SET",
  "WHAT_IF_HOST",
  "SIMULATE_FILE",
  "SIMULATE_SUMMARY",
  "SIMULATE_LOG",
  "EXAMPLES",
  "USAGE",
  "OPTIONS",
  "GLOBAL_OPTIONS",
  "COMMANDS",
  "ARGUMENTS",
] as const;
export type HelpCode = (typeof HELP_CODES)[number];

/** The texts; the first line of a command's is what the list of commands shows. */
const HELP_WORDS: Phrases<HelpCode> = {
  PROGRAM: phrase(
    "检测这台电脑能做什么，决定 AI 任务在哪里运行，在资源耗尽之前自动降级，并说明原因。\n不带命令时启动服务。",
    "Knows the host it runs on, decides where AI work runs, steps down before memory is exhausted, and says why.\nWithout a command it serves.",
  ),
  SERVE: phrase(
    "检测、监控并提供 HTTP 接口 (默认命令)",
    "detect, watch and answer over HTTP (the default)",
  ),
  DETECT: phrase(
    "检测一次并显示结果；只有加 --save 才写文件",
    "detect once and show the result; writes only with --save",
  ),
  EXPLAIN: phrase(
    "说明为什么这样运行、目前的限制、怎样更好",
    "say why it runs as it does, its limits, and what would improve it",
  ),
  MONITOR: phrase("每个节拍显示一次指标", "show the metrics of each beat"),
  LOG: phrase("显示事件日志，最新的在最后", "show the log of events, newest last"),
  REPLAY: phrase(
    "回放日志；只加 --to 时显示那一时刻的状态",
    "play the log; with --to alone, the state at that moment",
  ),
  VERIFY: phrase(
    "验证日志：哈希链、每个决定、每个检查点；有差异时退出码为 2",
    "verify the log: its chain, every decision, every checkpoint; exit code 2 = differences",
  ),
  EXPORT: phrase(
    "导出日志，可单独验证；默认不含主机名、用户名和主目录",
    "export the log so that it can be verified alone; without names of host, user and home",
  ),
  IMPORT: phrase(
    "把导出的日志导入空的数据文件夹，并验证",
    "import an exported log into an empty data folder, and verify it",
  ),
  CHART: phrase("输出状态图", "print the statechart"),
  WHAT_IF: phrase(
    "如果阈值、策略或硬件不同，同样的历史会怎样",
    "the same history with other settings or on another host",
  ),
  SIMULATE: phrase(
    "用给定的输入试验决策：逐行读 NDJSON，逐行回答",
    "try decisions on given inputs: a line of NDJSON in, a line out",
  ),
  HELP: phrase("显示帮助", "show this help"),
  HELP_COMMAND: phrase("显示某个命令的帮助", "show the help of a command"),
  VERSION: phrase("显示版本", "show the version"),
  LANG: phrase("语言: zh 或 en (默认按系统语言)", "language: zh or en (default: the locale)"),
  JSON: phrase("输出 JSON，供程序读取", "print JSON, for programs"),
  CONFIG: phrase(
    "配置文件 (默认: 数据文件夹里的 runtime-profile.json)",
    "configuration file (default: runtime-profile.json in the data folder)",
  ),
  DATA_DIR: phrase("数据文件夹: 日志和配置文件", "data folder: the log and the profile"),
  HOST: phrase("监听地址 (默认 127.0.0.1)", "address to listen on (default 127.0.0.1)"),
  PORT: phrase("监听端口 (默认 8000，0 为任意空闲端口)", "port (default 8000, 0 = any free one)"),
  SET: phrase(
    "改一项设置，可重复；thresholds. 可省略",
    "change one setting, repeatable; thresholds. may be left out",
  ),
  SAVE: phrase(
    "把结果存为数据文件夹里的 runtime_profile.json",
    "save it as runtime_profile.json in the data folder",
  ),
  COUNT: phrase("显示多少次后结束", "end after so many beats"),
  FOLLOW: phrase("继续显示新的事件，直到 Ctrl-C", "go on with new events until Ctrl-C"),
  TYPE: phrase(
    "只显示这些类型，可用逗号分隔或重复",
    "only these types, separated by commas or repeated",
  ),
  LIMIT: phrase(
    "最多多少条，1 到 1000 (表格默认 30，--json 默认全部)",
    "at most so many, 1 to 1000 (default: 30 in the table, all with --json)",
  ),
  ANCHOR: phrase(
    "与这个另外保存的锚点比较 (默认: 日志旁边的那个)",
    "compare with this anchor, kept elsewhere (default: the one beside the log)",
  ),
  WRITE_ANCHOR: phrase(
    "日志完好时把链尾写入这个文件；已有的锚点先比较",
    "write the head there if the log holds; an anchor that is there is compared first",
  ),
  EXPORT_FORMAT: phrase(
    "ndjson (默认) 或 cloudevents (CloudEvents 1.0)",
    "ndjson (default) or cloudevents (CloudEvents 1.0)",
  ),
  OUT: phrase("写入文件，而不是标准输出", "write to a file instead of standard output"),
  EXPORT_AFTER: phrase(
    "只导出序号大于它的部分；这样的文件不能导入",
    "only entries with a greater number; such a part cannot be imported",
  ),
  WITH_NAMES: phrase(
    "保留主机名、用户名和主目录，哈希不变",
    "leave names of host, user and home in, and every hash as it is",
  ),
  FILE: phrase("导出的文件，任一格式", "an exported file, of either form"),
  AFTER: phrase("只显示序号大于它的事件", "only entries with a greater number"),
  FROM: phrase(
    "从这一时刻开始：编号、ISO 时间，或日志末尾之前多久 (-10m)",
    "begin at this moment: a seq, an ISO time, or how long before the log's end (-10m)",
  ),
  TO: phrase("到这一时刻为止；写法与 --from 相同", "end at this moment; written as --from"),
  SPEED: phrase("比实际快多少倍 (默认 60)", "times as fast as it happened (60)"),
  STEP: phrase("每一步都等按键", "wait for a key at every step"),
  TIER: phrase("只看这个级别的变化", "only steps of this tier"),
  RUNG: phrase("只看离开或到达这一档的变化", "only steps from or to this rung"),
  REASON: phrase("只看这个原因的变化", "only steps for this reason"),
  ...CHART_HELP,
  ...FIT_HELP,
  ...DOCTOR_HELP,
  WHAT_IF_SET: phrase(
    "假设一项设置是这样，可重复；thresholds. 可省略",
    "suppose one setting were so, repeatable; thresholds. may be left out",
  ),
  WHAT_IF_HOST: phrase(
    "假设是另一台电脑: detect --json 输出的文件",
    "suppose another host: a file that detect --json printed",
  ),
  SIMULATE_FILE: phrase(
    "NDJSON 文件 (默认或 -: 标准输入)；格式见 docs/simulate.schema.json",
    "file of NDJSON (default, or -: standard input); docs/simulate.schema.json has its form",
  ),
  SIMULATE_SUMMARY: phrase(
    "只显示总结，而不是每行一个回答",
    "show what it came to, instead of an answer for each line",
  ),
  SIMULATE_LOG: phrase(
    "另写一份日志；之后可用 --data-dir <文件> 查看、回放、验证",
    "write a log as well; log, replay, verify read it with --data-dir <file>",
  ),
  EXAMPLES: phrase("示例:", "Examples:"),
  USAGE: phrase("用法:", "Usage:"),
  OPTIONS: phrase("选项:", "Options:"),
  GLOBAL_OPTIONS: phrase("通用选项:", "Global options:"),
  COMMANDS: phrase("命令:", "Commands:"),
  ARGUMENTS: phrase("参数:", "Arguments:"),
};

/** A help text by its code. */
export function helpText(code: HelpCode, language: Language): string {
  return HELP_WORDS[code][language]();
}

/** The examples as they stand under a help text. */
export function examplesText(code: keyof typeof EXAMPLES, language: Language): string {
  const lines = EXAMPLES[code].map((line) => `  $ ${line}`);
  return ["", helpText("EXAMPLES", language), ...lines].join("\n");
}
