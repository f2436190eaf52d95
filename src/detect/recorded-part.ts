/**
 * Which part of an answer is written down: what tells of the host, not what its user does on it.
 *
 * Of the programs that run only editors and model servers are kept, by the end of their path; of the
 * editor's log only the lines that name its version. What a program was started with is never kept.
 */
import type { LinkTarget } from "./host-io.ts";
import type { Answers, QuestionKind } from "./question.ts";

/** Editors and model servers, as their programs are called. */
const OF_INTEREST =
  /resolve|premiere|after ?(fx|effects)|final cut|media ?composer|kdenlive|shotcut|openshot|blender|capcut|jianying|剪映|vegas|edius|lightworks|comfyui|ollama|lm[ -]?studio|llama|vllm|sglang/i;

/** Contains one of those words and has nothing to do with them. */
const NOT_OF_INTEREST = /systemd-resolve|resolvconf/i;

/** Folders of a program's path that are kept, its name included. */
const PATH_NAMES_KEPT = 4;

/** Files that hold what a program was started with. */
const PRIVATE_FILES = /^\/proc\/[^/]+\/(task\/\d+\/)?(cmdline|environ)$/;

const EDITOR_LOG = /ResolveDebug\.txt$/;
const EDITOR_VERSION = /Running DaVinci Resolve/;
const PROCESS_LISTS = /^(ps|tasklist(\.exe)?)$/i;
/** A process in the table, in the long text and in the XML of nvidia-smi. */
const PROCESS_ROW = /^\|\s+\d+\s+(?:\S+\s+\S+\s+)?\d+\s+[CGM+]+\s+\S|<process_name>|^\s+Name\s+:/;
const LIST_WORDS = /^ps$|showpid|get-process|win32_process/i;
const NVIDIA_SMI = /nvidia-smi(\.exe)?$/i;

/** The first process stands for the host there: they tell whether it is a container. */
const OF_HOST = /^\/proc\/1\/(cgroup|mountinfo)$/;
const MOUNTS = /^\/proc\/([^/]+\/)?(mountinfo|mounts)$/;
/** Mounts of the system; others name what a person works on. */
const MOUNT_OF_SYSTEM =
  /^(?:\d+ \d+ \d+:\d+ \S+|\S+) (?:\/|\/(?:proc|sys|dev|etc|usr\/lib\/wsl)\S*) /;

/** The process that a question is about; `null` when it is about none, or about this one. */
export function processIdOf(question: readonly string[]): string | null {
  const [path = ""] = question;
  return OF_HOST.test(path) ? null : (/^\/proc\/(\d+)\//.exec(path)?.[1] ?? null);
}

/** True for files that are never written down. */
export function isPrivateFile([path = ""]: readonly string[]): boolean {
  return PRIVATE_FILES.test(path);
}

/** True for the name or path of an editor or a model server; `names` are further ones. */
export function isProgramOfInterest(text: string, names: readonly string[] = []): boolean {
  if (NOT_OF_INTEREST.test(text)) return false;
  const lower = text.toLowerCase();
  return OF_INTEREST.test(text) || names.some((name) => lower.includes(name.toLowerCase()));
}

/** The part of the answer that is written down. */
export function keptPart<Kind extends QuestionKind>(
  kind: Kind,
  question: readonly string[],
  answer: Answers[Kind],
): Answers[Kind] {
  const [first = ""] = question;
  if (kind === "text" && EDITOR_LOG.test(first)) {
    return linesWith(answer as string | null, EDITOR_VERSION) as Answers[Kind];
  }
  if (kind === "text" && MOUNTS.test(first)) {
    return linesWith(answer as string | null, MOUNT_OF_SYSTEM) as Answers[Kind];
  }
  if (kind === "link" && processIdOf(question) !== null) {
    return endOfPath(answer as LinkTarget) as Answers[Kind];
  }
  if (kind !== "run") return answer;
  const outcome = answer as Answers["run"];
  const keep = lineFilterOf(question);
  return (
    keep === null ? outcome : { ...outcome, stdout: filtered(outcome.stdout, keep) }
  ) as Answers[Kind];
}

/** Lines of a program that lists programs; `null` where it does not. */
function lineFilterOf([file = "", ...args]: readonly string[]): ((line: string) => boolean) | null {
  const isList = PROCESS_LISTS.test(file) || args.some((word) => LIST_WORDS.test(word));
  if (isList) return (line) => isProgramOfInterest(line) || /^\s*COMM/.test(line);
  if (!NVIDIA_SMI.test(file)) return null;
  if (args.some((word) => word.startsWith("--query-compute-apps"))) {
    return (line) => isProgramOfInterest(line) || !/\d,|,\s*\d/.test(line);
  }
  return (line) => !PROCESS_ROW.test(line);
}

function filtered(text: string, keep: (line: string) => boolean): string {
  return text.split("\n").filter(keep).join("\n");
}

function linesWith(text: string | null, pattern: RegExp): string | null {
  if (text === null) return null;
  return filtered(text, (line) => pattern.test(line));
}

function endOfPath(link: LinkTarget): LinkTarget {
  if (link.target === null) return link;
  const names = link.target.split("/").filter((name) => name !== "");
  return { target: `/${names.slice(-PATH_NAMES_KEPT).join("/")}` };
}
