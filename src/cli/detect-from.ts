/**
 * `detect --from`: the host of somebody's report, detected again by this version; writes nothing.
 *
 * The settings are those of the report, since they decide the tier; how it is shown is up to who asks.
 */
import { detectHost, wishesOf } from "../detect/detect.ts";
import { type HostReport, replayingIo } from "../detect/report.ts";
import { readReport } from "../detect/report-file.ts";
import { DEFAULT_CONFIGURATION, type FullConfiguration } from "../domain/configuration.ts";
import { parseConfiguration } from "../domain/configuration-parse.ts";
import type { Host } from "../domain/host.ts";
import { profileDocumentOf } from "../domain/profile-document.ts";
import type { Context } from "./context.ts";
import { detectLines } from "./detect.ts";
import { plannedSituation } from "./detected.ts";
import { columnsOf } from "./width.ts";
import { differencesText, fromReportText } from "./words-doctor.ts";

/** One fact that is seen otherwise than when the report was made. */
export interface ReportDifference {
  readonly path: string;
  readonly before: unknown;
  readonly now: unknown;
}

/** The most differences that are listed. */
const DIFFERENCES_SHOWN = 50;
const VALUE_CHARACTERS = 60;
/** Moments of reading: another detection has others. */
const MOMENTS = /(^|\.)origins\.(.*\.)?at$/;

/** Runs the command; throws RP_INPUT. */
export async function detectFromCommand(context: Context, path: string): Promise<void> {
  const { isJson, language, output } = context;
  const report = await readReport(path);
  const configuration = configurationOf(report) ?? context.configuration;
  const host = await hostOfReport(report, configuration);
  const situation = plannedSituation(host, { ...context, configuration });
  const document = profileDocumentOf(host, situation.tier);
  const differences = differencesOf(report.profile, document);
  if (isJson) {
    const { made_at, made_by } = report;
    output.json({ ...document, report: { made_at, made_by, differences } }, true);
    return;
  }
  output.line(output.tone("faint", fromReportText(report, language)));
  output.line();
  for (const line of detectLines(situation, context)) output.line(line);
  output.line();
  output.line(differencesText(differences.length, language));
  const rows = differences
    .slice(0, DIFFERENCES_SHOWN)
    .map(({ path: fact, before, now }) => [`- ${fact}`, shown(before), "→", shown(now)]);
  for (const line of columnsOf(rows)) output.line(line);
}

/** The host that this version sees in the report. */
export async function hostOfReport(
  report: HostReport,
  configuration: Pick<FullConfiguration, "ollama" | "detect" | "server"> = DEFAULT_CONFIGURATION,
): Promise<Host> {
  const { env, platform, ollama_host } = report.view;
  const io = replayingIo(report);
  const { host, late } = await detectHost({
    env,
    platform,
    root: "/",
    ...wishesOf(configuration),
    ollamaHost: ollama_host,
    io,
  });
  return (await late) ?? host;
}

/** What differs between two documents, by path; notes by what they say, in any order. */
export function differencesOf(before: unknown, now: unknown): readonly ReportDifference[] {
  const [old, fresh] = [flat(before), flat(now)];
  const paths = [...new Set([...old.keys(), ...fresh.keys()])];
  return paths
    .map((path) => ({ path, before: old.get(path) ?? null, now: fresh.get(path) ?? null }))
    .filter((one) => one.before !== one.now && !MOMENTS.test(one.path));
}

function flat(json: unknown, path = "", into = new Map<string, unknown>()): Map<string, unknown> {
  if (typeof json !== "object" || json === null) {
    into.set(path, json);
    return into;
  }
  const isNotes = path === "notes" && Array.isArray(json);
  for (const [key, value] of Object.entries(json)) {
    const name = isNotes ? `${value?.probe} ${value?.code}` : key;
    const inner = isNotes ? (value?.detail ?? "") : value;
    flat(inner, path === "" ? name : `${path}.${name}`, into);
  }
  return into;
}

function shown(value: unknown): string {
  return JSON.stringify(value).slice(0, VALUE_CHARACTERS);
}

/** A later version may have settings that this one does not know; then the present ones are taken. */
function configurationOf({ configuration }: HostReport): FullConfiguration | null {
  try {
    return parseConfiguration(configuration ?? {});
  } catch {
    return null;
  }
}
