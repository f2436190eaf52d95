/**
 * What was asked of a host, and what it answered, as lines that can be carried to another host.
 *
 * A question is written so that another host asks it in the same words: paths without the root they were
 * looked for under, Windows paths with slashes, this very Node as `node`. Rejected: keeping the order of
 * all questions, since probes ask at the same time; only equal questions keep the order of their answers.
 */
import { basename } from "node:path";
import type { HttpAnswer } from "./ask-http.ts";
import type { HostView, LinkTarget, NodeFigures, Presence } from "./host-io.ts";
import { REAL_ROOT } from "./probe.ts";
import type { Program, ProgramOutcome } from "./run-program.ts";

/** The kinds of questions, and what answers them. */
export interface Answers {
  readonly text: string | null;
  readonly folder: readonly string[] | null;
  readonly link: LinkTarget;
  readonly look: Presence;
  readonly run: ProgramOutcome & { readonly took_ms?: number };
  readonly http: HttpAnswer;
  readonly port: boolean;
  readonly figures: NodeFigures;
}

/** A closed list. */
export const QUESTION_KINDS = [
  "text",
  "folder",
  "link",
  "look",
  "run",
  "http",
  "port",
  "figures",
] as const satisfies readonly (keyof Answers)[];
export type QuestionKind = (typeof QUESTION_KINDS)[number];

/** One question with its answers in the order in which they came; the last one goes on to count. */
export interface HostRecord {
  readonly kind: QuestionKind;
  readonly question: readonly string[];
  readonly answers: readonly unknown[];
}

/** What stands for an answer that is not on the paper. */
export const UNANSWERED: Answers = {
  text: null,
  folder: null,
  link: { target: null, code: "absent" },
  look: "absent",
  run: { exit_code: null, stdout: "", stderr: "", problem: "not-checked" },
  http: { problem: "not-checked" },
  port: false,
  figures: {
    total_bytes: 0,
    free_bytes: 0,
    available_bytes: 0,
    processors: [],
    parallelism: 0,
  },
};

/** What stands for an answer that did not come before the recording ended. */
export const TOO_LATE: Answers = {
  ...UNANSWERED,
  run: { ...UNANSWERED.run, problem: "timeout" },
  http: { problem: "timeout" },
};

/** Our own helper, wherever it is installed. */
const OWN_CHILD = /[\\/]static-child\.[jt]s$/;

/** The question in the form that compares. */
export function keyOf(kind: QuestionKind, question: readonly string[]): string {
  return JSON.stringify([kind, ...question]);
}

/** A path as it is on the host itself, with slashes. */
export function plainPath(path: string, { root, platform }: Pick<HostView, "root" | "platform">) {
  const prefix = root.replace(/\/+$/, "");
  const isUnder = root !== REAL_ROOT && path.startsWith(`${prefix}/`);
  const own = isUnder ? path.slice(prefix.length) : path;
  if (platform !== "win32") return own;
  // Under another root the drive is the first folder.
  return own.replaceAll("\\", "/").replace(/^\/([A-Za-z])(?=\/)/, "$1:");
}

/** A program and its arguments. */
export function runQuestion({ file, args }: Program, view: HostView): readonly string[] {
  const isNode = file === process.execPath;
  const words = args.map((word) =>
    OWN_CHILD.test(word) ? basename(word).replace(/\.[jt]s$/, "") : plainPath(word, view),
  );
  return [isNode ? "node" : plainPath(file, view), ...words];
}
