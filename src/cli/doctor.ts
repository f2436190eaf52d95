/**
 * `doctor`: what is in the way of local AI here, one line each; with `--report` a file for whoever helps.
 *
 * It looks and changes nothing, and it is over in about five seconds even where everything hangs. Its
 * exit code is 0 whenever it could look: a host with faults is not a failed command.
 */
import { detectHost, wishesOf } from "../detect/detect.ts";
import { type HostView, ioOf } from "../detect/host-io.ts";
import { recordingIo } from "../detect/recording-io.ts";
import { profileDocumentOf } from "../domain/profile-document.ts";
import { doctorFindingsOf } from "../policy/doctor.ts";
import { type DoctorFinding, VERDICTS } from "../policy/doctor-code.ts";
import { certaintyText, foundText, remedyText, verdictText } from "../policy/words-doctor.ts";
import type { Context } from "./context.ts";
import { plannedSituation } from "./detected.ts";
import { lookAtCard } from "./doctor-card.ts";
import { lookAtPlace } from "./doctor-place.ts";
import { openExportFile } from "./export-file.ts";
import { personHere, reportBundleOf } from "./report-bundle.ts";
import { MARKS, reportTexts } from "./words-doctor.ts";

/** Time until the probes that are still out are ended; nvidia-smi alone may take 5 s. */
const DOCTOR_DEADLINE_MS = 4500;
const INDENT = "   ";

/** Runs the command; `report` is the file to write, `null` = none. Throws RP_INPUT, RP_USAGE for it. */
export async function doctorCommand(context: Context, report: string | null): Promise<void> {
  const { configuration, dataFolder, env, isJson, language, output, root } = context;
  const real: HostView = { env, root, platform: process.platform };
  // A file that cannot be written is refused before anybody waits.
  const file = report === null ? null : openExportFile(report, { dataFolder, flag: "--report" });
  try {
    const recorder = recordingIo(ioOf(real), { ...real, programs: configuration.detect.editors });
    const view = { ...real, io: recorder.io };
    const stopping = new AbortController();
    const asked = { ...view, ...wishesOf(configuration), signal: stopping.signal };
    const [{ host }, seen] = await Promise.all([
      detectHost({ ...asked, deadlineMs: DOCTOR_DEADLINE_MS }),
      lookAtPlace(context, view),
    ]);
    stopping.abort();
    const recording = recorder.finish();
    const { tier } = plannedSituation(host, context);
    const card = await lookAtCard({ host, view: real, configuration });
    const findings = doctorFindingsOf({ host, tier, configuration, place: seen.place, card });
    if (isJson) output.json({ findings, host: profileDocumentOf(host, tier) }, true);
    else for (const line of linesOf(findings, context)) output.line(line);
    if (file === null) return;
    const made = { host, tier, recording, findings, seen };
    const person = personHere();
    const bundle = await reportBundleOf({ view: real, configuration, dataFolder, person, ...made });
    file.write(`${JSON.stringify(bundle.json, null, 1)}\n`);
    file.keep();
    const say = isJson ? output.note : output.line;
    if (!isJson) output.line();
    for (const text of reportTexts({ ...bundle, path: file.path, recording }, language)) say(text);
  } finally {
    file?.drop();
  }
}

const TONES = { ok: "good", look: "warning", broken: "bad", unknown: "faint" } as const;

function linesOf(findings: readonly DoctorFinding[], context: Context): readonly string[] {
  const { language, output } = context;
  const lines = findings.flatMap((finding) => {
    const { certainty, command } = finding;
    const sure = output.tone("faint", `(${certaintyText(certainty, language)})`);
    const remedy = remedyText(finding, language);
    const typed = command === null ? "" : `: ${command}`;
    return [
      `${MARKS[finding.verdict]} ${foundText(finding, language)} ${sure}`,
      ...(remedy === null ? [] : [`${INDENT}→ ${remedy}${typed}`]),
    ];
  });
  const counts = VERDICTS.flatMap((verdict) => {
    const count = findings.filter((one) => one.verdict === verdict).length;
    const text = `${verdictText(verdict, language)} ${count}`;
    return count === 0 ? [] : [output.tone(TONES[verdict], text)];
  });
  return [...lines, "", counts.join(" · ")];
}
