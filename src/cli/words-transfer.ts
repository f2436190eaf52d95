/** Words of `export` and `import`. */
import type { Language } from "../domain/configuration.ts";

/** While the file is written. */
export function exportingText(language: Language): string {
  return language === "zh" ? "正在导出" : "Exporting";
}

/** While the file is read and checked. */
export function importingText(language: Language): string {
  return language === "zh" ? "正在导入" : "Importing";
}

/** The file is there. */
export function exportedText(lines: number, path: string, language: Language): string {
  return language === "zh"
    ? `✅ 已写入 ${path} (${lines} 行)`
    : `✅ Wrote ${path} (${lines} lines).`;
}

/** The log is there. */
export function importedText(lines: number, folder: string, language: Language): string {
  return language === "zh"
    ? `📥 已导入 ${folder} (${lines} 行)`
    : `📥 Imported into ${folder} (${lines} lines).`;
}

/** The chain is not the one that was written first. */
export function redactedText(language: Language): string {
  return language === "zh"
    ? "导出时去掉了私人信息，哈希链已重新计算"
    : "Private words were taken out at the export, and the chain was computed anew.";
}
