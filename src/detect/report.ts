/**
 * A user's report: what a host answered to detection's questions, so that it can be asked again elsewhere.
 *
 * Like a plaster cast: probes of any version can be pressed against it. A question that was not asked
 * then gets no answer now, never an invented one. What is read comes from somebody else's file, so each
 * answer is checked and a wrong one counts as none. Rejected: keeping only the host that was found, which
 * shows a fault and never why.
 */

import { NOTE_CODES } from "../domain/note.ts";
import { cleanerOf } from "../domain/redaction.ts";
import type { HttpAnswer } from "./ask-http.ts";
import type { Environment } from "./environment.ts";
import type { HostIo, LinkTarget, NodeFigures, Presence } from "./host-io.ts";
import { parseJson } from "./json-field.ts";
import {
  type Answers,
  type HostRecord,
  keyOf,
  plainPath,
  QUESTION_KINDS,
  type QuestionKind,
  runQuestion,
  UNANSWERED,
} from "./question.ts";
import type { RecordingLosses } from "./recording-io.ts";

export const REPORT_FORMAT = "runtime-profile-report";
export const REPORT_VERSION = 1;

/** A larger file is no report; the recording alone has at most 4 MiB. */
export const MAX_REPORT_BYTES = 16 * 1024 * 1024;

/** Versions of what made it. */
export interface ReportMaker {
  readonly package: string;
  readonly node: string;
  readonly platform: string;
  readonly arch: string;
  readonly os_release: string;
}

/** What the probes are told of the host, beside what they ask. */
export interface ReportedView {
  readonly platform: NodeJS.Platform;
  readonly env: Environment;
  readonly ollama_host: string | null;
}

/** The part of a report that a replay needs; what else is in it is for people. */
export interface HostReport {
  readonly format: typeof REPORT_FORMAT;
  readonly version: number;
  /** ISO 8601. */
  readonly made_at: string;
  readonly made_by: ReportMaker;
  readonly view: ReportedView;
  readonly losses: RecordingLosses;
  /** `runtime_profile.json` of the recorded detection. */
  readonly profile: unknown;
  readonly configuration: unknown;
  readonly records: readonly HostRecord[];
}

const MAX_TEXT = 1024 * 1024;
const MAX_NAMES = 40_000;

const HOMES = cleanerOf({ home: "", hostName: "" });

/** A report, or what is there instead of one. */
export type ReadReport =
  | { readonly report: HostReport; readonly got: null }
  | { readonly report: null; readonly got: string };

type Fields = Readonly<Record<string, unknown>>;

/** Reads the text of a report; never throws. */
export function parseReport(text: string): ReadReport {
  const json = parseJson(text.replace(/^\uFEFF/, ""));
  if (json === undefined || json === null)
    return { report: null, got: "no JSON, or only a part of it" };
  const { format, version, records, view, ...rest } = fieldsOf(json);
  if (format !== REPORT_FORMAT) return { report: null, got: "JSON of something else" };
  if (version !== REPORT_VERSION) {
    return { report: null, got: `version ${String(version).slice(0, 20)}` };
  }
  if (!Array.isArray(records) || typeof view !== "object" || view === null) {
    return { report: null, got: "a report without its records" };
  }
  const report: HostReport = {
    format: REPORT_FORMAT,
    version: REPORT_VERSION,
    made_at: wordOf(rest["made_at"]),
    made_by: makerOf(rest["made_by"]),
    view: viewOf(view),
    losses: lossesOf(rest["losses"]),
    profile: rest["profile"] ?? null,
    configuration: rest["configuration"] ?? null,
    records: records.map(recordOf).filter((record) => record !== null),
  };
  return { report, got: null };
}

/** An io that answers from the report; what is not in it gets `UNANSWERED`. */
export function replayingIo(report: Pick<HostReport, "records" | "view">): HostIo {
  const pages = new Map<string, { readonly answers: readonly unknown[]; next: number }>();
  for (const { kind, question, answers } of report.records) {
    pages.set(keyOf(kind, question.map(homeless)), { answers, next: 0 });
  }
  const view = { root: "/", platform: report.view.platform, env: report.view.env };
  const answer = <Kind extends QuestionKind>(kind: Kind, question: readonly string[]) => {
    const page = pages.get(keyOf(kind, question.map(homeless)));
    const said = page?.answers[Math.min(page.next, page.answers.length - 1)];
    if (page !== undefined) page.next += 1;
    return CHECKS[kind](said) ?? UNANSWERED[kind];
  };
  const plain = (path: string): string => plainPath(path, view);
  return {
    readText: async (path) => answer("text", [plain(path)]),
    listFolder: async (path) => answer("folder", [plain(path)]),
    readLink: async (path) => answer("link", [plain(path)]),
    lookAt: async (path, toRun) => answer("look", [plain(path), toRun ? "run" : "exist"]),
    run: async (program) => answer("run", runQuestion(program, view)),
    ask: async (url) => answer("http", [url]),
    isAccepting: async (port) => answer("port", [String(port)]),
    figures: () => answer("figures", []),
  };
}

/** As a report has it, so that places in any home are asked for in its words. */
function homeless(text: string): string {
  return HOMES.clean(text, false);
}

/** Each answer as it must be; `null` = it is not. */
const CHECKS: { readonly [Kind in QuestionKind]: (json: unknown) => Answers[Kind] | null } = {
  text: (json) => (isText(json) ? bounded(json) : null),
  folder: (json) => (Array.isArray(json) ? json.filter(isText).slice(0, MAX_NAMES) : null),
  link(json): LinkTarget | null {
    const { target, code } = fieldsOf(json);
    if (typeof target === "string") return { target };
    return code === "hidden" || code === "absent" ? { target: null, code } : null;
  },
  look: (json): Presence | null =>
    (["there", "not-executable", "absent", "hidden"] as const).find((one) => one === json) ?? null,
  run(json) {
    const { exit_code, stdout, stderr, problem } = fieldsOf(json);
    if (typeof stdout !== "string" || typeof stderr !== "string") return null;
    const code = NOTE_CODES.find((one) => one === problem) ?? null;
    if (code === null && problem !== null) return null;
    return {
      exit_code: typeof exit_code === "number" ? exit_code : null,
      stdout: bounded(stdout),
      stderr: bounded(stderr),
      problem: code,
    };
  },
  http(json): HttpAnswer | null {
    const { problem, status, body } = fieldsOf(json);
    const code = NOTE_CODES.find((one) => one === problem);
    if (code !== undefined) return { problem: code };
    if (typeof status !== "number" || typeof body !== "string") return null;
    return { problem: null, status, body: bounded(body) };
  },
  port: (json) => (typeof json === "boolean" ? json : null),
  figures(json): NodeFigures | null {
    const { total_bytes, free_bytes, available_bytes, processors, parallelism } = fieldsOf(json);
    if (!Array.isArray(processors)) return null;
    return {
      total_bytes: numberOf(total_bytes),
      free_bytes: numberOf(free_bytes),
      available_bytes: numberOf(available_bytes),
      processors: processors.filter(isText),
      parallelism: numberOf(parallelism),
    };
  },
};

function recordOf(json: unknown): HostRecord | null {
  const { kind, question, answers } = fieldsOf(json);
  const known = QUESTION_KINDS.find((one) => one === kind);
  if (known === undefined || !Array.isArray(question) || !Array.isArray(answers)) return null;
  return { kind: known, question: question.filter(isText), answers };
}

function viewOf(json: object): ReportedView {
  const { platform, env, ollama_host } = fieldsOf(json);
  const entries = Object.entries(fieldsOf(env)).filter(([, value]) => isText(value));
  return {
    platform: wordOf(platform) as NodeJS.Platform,
    env: Object.fromEntries(entries) as Environment,
    ollama_host: isText(ollama_host) ? ollama_host : null,
  };
}

function makerOf(json: unknown): ReportMaker {
  const { package: name, node, platform, arch, os_release } = fieldsOf(json);
  return {
    package: wordOf(name),
    node: wordOf(node),
    platform: wordOf(platform),
    arch: wordOf(arch),
    os_release: wordOf(os_release),
  };
}

function lossesOf(json: unknown): RecordingLosses {
  const { answers_cut, answers_left_out, programs_left_out } = fieldsOf(json);
  return {
    answers_cut: numberOf(answers_cut),
    answers_left_out: numberOf(answers_left_out),
    programs_left_out: numberOf(programs_left_out),
  };
}

function fieldsOf(json: unknown): Fields {
  return typeof json === "object" && json !== null ? (json as Fields) : {};
}

/** No longer than the real system may answer: parsers are made for that. */
function bounded(text: string): string {
  return text.slice(0, MAX_TEXT);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function wordOf(value: unknown): string {
  return isText(value) ? value.slice(0, 100) : "";
}

function numberOf(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : 0;
}
