/** Words of `chart`. */
import type { Language } from "../domain/configuration.ts";
import { phrase } from "../policy/wording.ts";

/** What its options mean. */
export const CHART_HELP = {
  FORMAT: phrase(
    "mermaid (默认)、svg、scxml、json 或 stately；写文件时按文件名的后缀",
    "mermaid (default), svg, scxml, json or stately; with a file, by the ending of its name",
  ),
  VIEW: phrase(
    "哪一幅图: overview (默认)、一个运行级别或一个区域",
    "which picture: overview (default), a tier, or a region",
  ),
  THEME: phrase("svg 的颜色: light (默认) 或 dark", "colours of svg: light (default) or dark"),
  CHART_AT: phrase(
    "点亮日志中这一时刻的状态：编号、ISO 时间，或日志末尾之前多久 (-10m；-0s 为末尾)",
    "light the state at this moment of the log: a seq, an ISO time, or how long before its end (-10m; -0s is the end)",
  ),
  OPEN: phrase(
    "用系统的看图程序打开 (默认 svg；没有 --out 时写入临时文件)",
    "open it with the system's viewer (svg by default; in a temporary file without --out)",
  ),
} as const;

/** The file is there. */
export function chartWrittenText(path: string, language: Language): string {
  return language === "zh" ? `✅ 已写入 ${path}` : `✅ Wrote ${path}.`;
}

/** The viewer was started with it. */
export function chartOpenedText(path: string, language: Language): string {
  return language === "zh" ? `🖼 已打开 ${path}` : `🖼 Opened ${path}.`;
}
