/** What `verify` found, as people read it; `import` ends with the same lines. */
import type { Anchor } from "../log/anchor.ts";
import type { VerifyView } from "../replay/verify.ts";
import type { Context } from "./context.ts";
import { columnsOf } from "./width.ts";
import {
  chainText,
  findingRow,
  limitTexts,
  recomputedText,
  verdictText,
  verifyText,
} from "./words-verify.ts";

/** The anchor that was compared with, and whether it could be. */
export interface Compared {
  readonly anchor: Anchor;
  /** False when it names an entry before the start of what is kept. */
  readonly isInReach: boolean;
}

/** All lines; the last one says it all. */
export function verifyLines(
  view: VerifyView,
  compared: Compared | null,
  { language, output }: Pick<Context, "language" | "output">,
): readonly string[] {
  if (view.ok && view.last_seq === null) return [verifyText("EMPTY", language)];
  const { head } = view;
  const facts = [
    [verifyText("CHAIN", language), chainText(view, language)],
    [verifyText("RECOMPUTED", language), recomputedText(view, language)],
    [verifyText("ANCHOR", language), comparedText(compared, language)],
    ...(head === null ? [] : [[verifyText("HEAD", language), `${head.seq} ${head.hash}`]]),
  ];
  const findings = columnsOf(view.findings.map((finding) => findingRow(finding, language)));
  return [
    ...columnsOf(facts),
    ...limitTexts(view, language),
    ...(findings.length === 0 ? [] : ["", ...findings.map((line) => output.tone("bad", line))]),
    ...(view.truncated ? [verifyText("TRUNCATED", language)] : []),
    "",
    output.tone(view.ok ? "good" : "bad", verdictText(view, language)),
  ];
}

function comparedText(compared: Compared | null, language: Context["language"]): string {
  if (compared === null) return verifyText("NO_ANCHOR", language);
  const { anchor, isInReach } = compared;
  const link = `${anchor.seq} ${anchor.hash}`;
  return isInReach ? link : `${link} (${verifyText("ANCHOR_TOO_OLD", language)})`;
}
