/**
 * The report of `doctor --report`: what the host answered, what was made of it, and nothing of its user.
 *
 * Records are cleaned first, because they tell which cards and servers there are; the rest then gets the
 * same placeholders. Everything goes through the cleaner, even where nothing private is expected.
 */
import { homedir, hostname, release, userInfo } from "node:os";
import type { HostView } from "../detect/host-io.ts";
import { ollamaAddressOf, serverAddressOf } from "../detect/ollama-address.ts";
import type { Recording } from "../detect/recording-io.ts";
import { REPORT_FORMAT, REPORT_VERSION } from "../detect/report.ts";
import { type ReportCleaner, reportCleanerOf } from "../detect/report-privacy.ts";
import type { FullConfiguration } from "../domain/configuration.ts";
import type { Host } from "../domain/host.ts";
import { profileDocumentOf } from "../domain/profile-document.ts";
import type { PrivateFacts } from "../domain/redaction.ts";
import { SETTINGS } from "../domain/setting.ts";
import type { Tier } from "../domain/tier.ts";
import { PACKAGE_VERSION } from "../domain/version.ts";
import { processFigures } from "../http/process-figures.ts";
import { openLog } from "../log/sqlite-log.ts";
import type { DoctorFinding } from "../policy/doctor-code.ts";
import type { PlaceSeen } from "./doctor-place.ts";

/** What a report is made of. */
export interface ReportParts {
  readonly view: HostView;
  readonly configuration: FullConfiguration;
  readonly dataFolder: string;
  readonly host: Host;
  readonly tier: Tier;
  readonly recording: Recording;
  readonly findings: readonly DoctorFinding[];
  readonly seen: PlaceSeen;
  /** Whose host it is. */
  readonly person: PrivateFacts;
}

/** A report as it is written, and how much of each kind is in it. */
export interface ReportBundle {
  readonly json: object;
  readonly records: number;
  readonly log_entries: number;
}

/** Entries of the log's end; a step takes three or four. */
const LOG_ENTRIES = 200;
/** A longer entry is there without its data. */
const ENTRY_CHARACTERS = 16 * 1024;
/** Too many, or of no meaning here. */
const QUIET_TYPES = ["reading", "readings.sealed", "checkpoint"];
/** Requests, in which a person may have said why. */
const SPOKEN_TYPES = ["degrade.requested", "restore.requested"];

/** What stands for a secret that is set; it passes as a value of its kind. */
const REDACTED = { url: "https://redacted.example", token: "redacted-redacted" } as const;

/** What stands for a text that is no address, and is none either. */
const NO_ADDRESS = "no address";

/** The whole report; asks nobody but the log. */
export async function reportBundleOf(parts: ReportParts): Promise<ReportBundle> {
  const { view, configuration, host, tier, recording, findings, seen } = parts;
  const address = ollamaAddressOf(configuration.ollama.host ?? view.env.OLLAMA_HOST);
  const clean = cleanerFor(parts);
  const records = clean.records(recording.records);
  const log = logTailOf(parts.dataFolder, clean);
  // The variable may hold a password; what it comes to does not.
  const env = view.env.OLLAMA_HOST === undefined ? view.env : { ...view.env, OLLAMA_HOST: address };
  const json = {
    format: REPORT_FORMAT,
    version: REPORT_VERSION,
    made_at: new Date().toISOString(),
    made_by: {
      package: PACKAGE_VERSION,
      node: process.versions.node,
      platform: process.platform,
      arch: process.arch,
      os_release: clean.json(release()),
    },
    view: {
      platform: view.platform,
      env: clean.environment(env),
      ollama_host: clean.json(address),
    },
    losses: recording.losses,
    findings: clean.json(findings.map(withoutPrograms)),
    profile: clean.json(profileDocumentOf(host, tier)),
    configuration: clean.json(withoutSecrets(configuration, address)),
    runtime: clean.json(seen.status),
    metrics: clean.json(seen.metrics),
    process: await processFigures(),
    log,
    records,
  };
  return { json, records: records.length, log_entries: log.length };
}

/** The names that this host and its user go by. */
export function personHere(): PrivateFacts {
  return { home: homedir(), hostName: hostname(), userName: userNameOf() };
}

/** Which programs run is told to their user alone. */
function withoutPrograms({ params, ...finding }: DoctorFinding): DoctorFinding {
  const { programs: _, ...kept } = params;
  return { ...finding, params: kept };
}

function cleanerFor({ view, configuration, recording, person }: ReportParts): ReportCleaner {
  const { server, cloud, detect, ollama, work, hooks } = configuration;
  const asked = recording.records.flatMap(({ kind, question: [url = ""] }) =>
    kind === "http" ? [url] : [],
  );
  const addresses = [...asked, ...detect.servers, cloud.base_url, ollama.host, hooks.webhook];
  return reportCleanerOf({
    ...person,
    view,
    hosts: [...server.allowed_hosts, server.host, ...addresses.map(hostOf)],
    secrets: [
      ...[server.token, cloud.base_url, work.cloud_key],
      ...[hooks.webhook, hooks.webhook_secret],
    ].filter((secret) => secret !== null),
  });
}

function hostOf(address: string | null): string {
  return URL.parse(address ?? "")?.hostname ?? "";
}

/** A user without a name in the system has none that could be left out. */
function userNameOf(): string {
  try {
    return userInfo().username;
  } catch {
    return "";
  }
}

/** The settings in force, each secret replaced. */
function withoutSecrets(configuration: FullConfiguration, ollamaAddress: string): object {
  const copy = structuredClone(configuration) as unknown as Record<string, Record<string, unknown>>;
  for (const { path, kind, is_secret } of SETTINGS) {
    const [group = "", key = ""] = path.split(".");
    const section = copy[group];
    if (is_secret !== true || section === undefined || section[key] === null) continue;
    const value = section[key];
    section[key] = Array.isArray(value)
      ? value.map((one) => redactedItem(path, String(one)))
      : kind === "url" || kind === "token"
        ? REDACTED[kind]
        : ollamaAddress;
  }
  return copy;
}

/** Of servers the place is told; an argument of a program may be a key. */
function redactedItem(path: string, item: string): string {
  return path === "detect.servers" ? (serverAddressOf(item) ?? NO_ADDRESS) : REDACTED.token;
}

function logTailOf(folder: string, clean: ReportCleaner): readonly unknown[] {
  try {
    const { log } = openLog({ folder, mode: "read" });
    try {
      return log
        .read({ limit: LOG_ENTRIES, order: "descending" })
        .filter(({ type }) => !QUIET_TYPES.includes(type))
        .reverse()
        .map(({ seq, kind, type, v, at, cause, data }) => {
          const isLong = JSON.stringify(data).length > ENTRY_CHARACTERS;
          const told = isLong ? null : clean.json(data);
          return { seq, kind, type, v, at, cause, data: withoutSpeech(type, told) };
        });
    } finally {
      log.close();
    }
  } catch {
    // A host without a log, or with a damaged one, has a report all the same.
    return [];
  }
}

function withoutSpeech(type: string, data: unknown): unknown {
  if (!SPOKEN_TYPES.includes(type) || typeof data !== "object" || data === null) return data;
  return "reason" in data && data.reason !== null ? { ...data, reason: "redacted" } : data;
}
