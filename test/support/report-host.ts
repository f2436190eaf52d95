/** The reports of `test/fixtures/reports`, each a host that is detected again from its paper. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { hostOfReport } from "../../src/cli/detect-from.ts";
import { readReport } from "../../src/detect/report-file.ts";
import { DEFAULT_CONFIGURATION } from "../../src/domain/configuration.ts";
import { type ProfileDocument, profileDocumentOf } from "../../src/domain/profile-document.ts";
import { tierOf } from "../../src/domain/tier.ts";

export const REPORTS_FOLDER = join(import.meta.dirname, "../fixtures/reports");

/** Names of the reports, without their ending. */
export const REPORT_NAMES: readonly string[] = readdirSync(REPORTS_FOLDER)
  .filter((name) => name.endsWith(".report.json"))
  .map((name) => name.slice(0, -".report.json".length));

/** What this version sees of the host in that report. */
export async function profileOfReport(name: string): Promise<ProfileDocument> {
  const report = await readReport(join(REPORTS_FOLDER, `${name}.report.json`));
  const host = await hostOfReport(report);
  return profileDocumentOf(host, tierOf(host, DEFAULT_CONFIGURATION.tier));
}
