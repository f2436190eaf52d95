/** Words of `doctor` and of `detect --from` on the command line. */
import type { Recording } from "../detect/recording-io.ts";
import type { HostReport } from "../detect/report.ts";
import type { Language } from "../domain/configuration.ts";
import type { Verdict } from "../policy/doctor-code.ts";
import { phrase } from "../policy/wording.ts";

/** What `doctor` and `--from` are for. */
export const DOCTOR_HELP = {
  DOCTOR: phrase(
    "检查驱动、模型、内存、端口，说明哪里有问题、怎么解决",
    "check drivers, models, memory, port: what is in the way, and what to do",
  ),
  FROM_REPORT: phrase(
    "改为检测 doctor --report 的文件里的电脑；不写文件",
    "detect the host of a file that doctor --report wrote instead; writes nothing",
  ),
  REPORT: phrase(
    "另写一份匿名报告，可发给帮你解决问题的人",
    "write an anonymous report as well, to send to whoever helps",
  ),
} as const;

/** What stands before a finding; each two places wide. */
export const MARKS: Readonly<Record<Verdict, string>> = {
  ok: "✅",
  look: "🔎",
  broken: "❌",
  unknown: "❔",
};

/** A report that was written. */
interface Written {
  readonly path: string;
  readonly records: number;
  readonly log_entries: number;
  readonly recording: Recording;
}

/** Where the report is, what is in it and what is not. */
export function reportTexts(
  { path, records, log_entries, recording }: Written,
  language: Language,
): readonly string[] {
  const { answers_cut, answers_left_out, programs_left_out } = recording.losses;
  const lost = answers_cut + answers_left_out;
  if (language === "zh") {
    return [
      `📄 报告已写入 ${path}`,
      `   内容: 检测时的 ${records} 个问题与回答、上面的检查结果、`,
      log_entries === 0 ? "   不含密钥的设置" : `   不含密钥的设置、日志末尾 ${log_entries} 条`,
      "   不含: 主机名、用户名、主目录、序列号、网络地址、密钥、",
      "   程序的启动参数",
      ...(programs_left_out === 0 ? [] : [`   另有 ${programs_left_out} 个正在运行的程序没有记录`]),
      ...(lost === 0 ? [] : [`   有 ${lost} 个回答太长，被截短或省略`]),
      "   它没有发给任何人；发送之前请自己看一遍",
    ];
  }
  return [
    `📄 The report is in ${path}`,
    `   In it: ${records} questions of detection with their answers, these findings,`,
    log_entries === 0
      ? "   settings without secrets."
      : `   settings without secrets, the last ${log_entries} entries of the log.`,
    "   Not in it: names of host, user and home, serial numbers, network addresses,",
    "   secrets, what programs were started with.",
    ...(programs_left_out === 0
      ? []
      : [`   Of ${programs_left_out} programs that run here nothing was written.`]),
    ...(lost === 0 ? [] : [`   ${lost} answers were too long and were cut or left out.`]),
    "   It was sent to nobody; read it before you send it.",
  ];
}

/** Whose host is shown. */
export function fromReportText({ made_at, made_by }: HostReport, language: Language): string {
  const { package: version, node, platform, arch, os_release } = made_by;
  const when = made_at.replace("T", " ").replace(/\.\d+Z$/, " UTC");
  const maker = `runtime-profile ${version}, Node ${node}, ${platform} ${arch} ${os_release}`;
  return language === "zh"
    ? `(来自报告: ${when}，${maker})`
    : `(from a report of ${when}: ${maker})`;
}

/** How many facts this version sees otherwise. */
export function differencesText(count: number, language: Language): string {
  if (language === "zh") {
    return count === 0 ? "与报告当时看到的完全一致" : `与报告当时不同的有 ${count} 处:`;
  }
  if (count === 0) return "This version sees what was seen then.";
  return `This version sees ${count} ${count === 1 ? "thing" : "things"} otherwise:`;
}
