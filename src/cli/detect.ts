/** `detect`: looks once, says what this host is and what would be planned on it. */
import { loadProfile, saveProfile } from "../detect/profile-file.ts";
import { type ProfileDocument, profileDocumentOf } from "../domain/profile-document.ts";
import { prepareFolder } from "../log/data-folder.ts";
import { policyLines, recommendationText } from "../policy/explanation.ts";
import { recommendationsOf } from "../policy/recommendation.ts";
import { policyOf } from "../policy/resolve.ts";
import type { SettledSituation } from "../policy/situation.ts";
import { interfaceText, SENTENCES } from "../policy/words-interface.ts";
import type { Context } from "./context.ts";
import { detectOnce, plannedSituation } from "./detected.ts";
import { hostTable } from "./host-table.ts";
import { cliText, setAsideText } from "./words.ts";

/** Runs the command; writes a file only with `isSaving`. Throws RP_DATA_FOLDER. */
export async function detectCommand(context: Context, isSaving: boolean): Promise<void> {
  const { output } = context;
  const host = await detectOnce(context);
  const situation = plannedSituation(host, context);
  const document = profileDocumentOf(host, situation.tier);
  if (context.isJson) output.json(document, true);
  else for (const line of detectLines(situation, context)) output.line(line);
  if (isSaving) await save(document, context);
}

/** The table, what would be planned on that host, and what would make it better. */
export function detectLines(
  situation: SettledSituation,
  { language, output }: Context,
): readonly string[] {
  const advice = recommendationsOf(situation, { isCpuBusy: false });
  const heading = (text: string): string => output.tone("heading", text);
  return [
    heading(interfaceText("MODE", language)),
    "",
    ...hostTable(situation.host, situation.tier, language),
    "",
    heading(cliText("POLICY", language)),
    ...policyLines(policyOf(situation), language).map((line) => `- ${line}`),
    ...(advice.length === 0 ? [] : ["", heading(interfaceText("IMPROVE", language))]),
    ...advice.map((one) => `- ${recommendationText(one, language)}`),
  ];
}

/** Beside the answer, so that `--json` stays one object. */
async function save(document: ProfileDocument, context: Context): Promise<void> {
  const { dataFolder, language, output } = context;
  const folder = prepareFolder(dataFolder);
  const { setAside } = await loadProfile(folder);
  if (setAside !== null) output.note(setAsideText(setAside, language));
  const path = await saveProfile(folder, document);
  if (!context.isJson) output.line();
  const say = context.isJson ? output.note : output.line;
  say(SENTENCES.saved[language](path));
}
