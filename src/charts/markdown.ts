/** Markdown tables, safe against what stands in their cells. */

/** A table; every row has as many cells as the head. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map(() => "---");
  return [head, rule, ...rows].map((cells) => `| ${cells.map(cellOf).join(" | ")} |`).join("\n");
}

/** Text in the type of code. */
export function code(text: string): string {
  return `\`${text}\``;
}

function cellOf(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
