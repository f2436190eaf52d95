/**
 * Writes down everything that detection asks of a host and hears, beside answering as the host does.
 *
 * Like a court's stenographer: the talk goes on as it would, and there is a paper afterwards. What tells
 * of a person rather than of the host is never written (`recorded-part.ts`). Everything has a limit, and
 * what was cut is counted. Rejected: writing all and cleaning later, which forgets.
 */
import type { HostIo, HostView } from "./host-io.ts";
import {
  type Answers,
  type HostRecord,
  keyOf,
  plainPath,
  type QuestionKind,
  runQuestion,
  TOO_LATE,
} from "./question.ts";
import { isPrivateFile, isProgramOfInterest, keptPart, processIdOf } from "./recorded-part.ts";

/** How much may be written down. */
export interface RecordingLimits {
  readonly records: number;
  /** Characters of one text. */
  readonly text: number;
  /** Characters of all answers. */
  readonly total: number;
}

/** A host with 256 processors asks about 1200 questions, and its /proc/stat has 60 KiB. */
const RECORDING_LIMITS: RecordingLimits = {
  records: 12_000,
  text: 128 * 1024,
  total: 4 * 1024 * 1024,
};

/** Names of a folder that are written down; most of those of /proc go at the end. */
const MAX_NAMES = 40_000;

/** What did not get onto the paper. */
export interface RecordingLosses {
  /** Answers of which a part was cut. */
  readonly answers_cut: number;
  /** Answers for which there was no room. */
  readonly answers_left_out: number;
  /** Programs that run on the host, about which nothing was written. */
  readonly programs_left_out: number;
}

/** The paper. */
export interface Recording {
  readonly records: readonly HostRecord[];
  readonly losses: RecordingLosses;
}

/** An io that writes down; `finish` gives the paper, where what is still out came too late. */
export interface RecordingIo {
  readonly io: HostIo;
  finish(): Recording;
}

/** Which host is recorded; `programs` are names that are of interest beside the known ones. */
export interface RecordedView extends Pick<HostView, "root" | "platform" | "env"> {
  readonly programs?: readonly string[];
  readonly limits?: RecordingLimits;
}

/** An io that answers as `io` does and writes it down. */
export function recordingIo(io: HostIo, view: RecordedView): RecordingIo {
  const notebook = createNotebook(view);
  const { write } = notebook;
  const plain = (path: string): string => plainPath(path, view);
  return {
    finish: notebook.finish,
    io: {
      readText: (path) => write("text", [plain(path)], io.readText(path)),
      listFolder: (path) => write("folder", [plain(path)], io.listFolder(path)),
      readLink: (path) => write("link", [plain(path)], io.readLink(path)),
      lookAt: (path, toRun) =>
        write("look", [plain(path), toRun ? "run" : "exist"], io.lookAt(path, toRun)),
      async run(program) {
        const started = performance.now();
        const answer = io.run(program).then((outcome): Answers["run"] => {
          return { ...outcome, took_ms: Math.round(performance.now() - started) };
        });
        const { took_ms: _, ...outcome } = await write("run", runQuestion(program, view), answer);
        return outcome;
      },
      ask: (url, signal) => write("http", [url], io.ask(url, signal)),
      isAccepting: (port, limit_ms) =>
        write("port", [String(port)], io.isAccepting(port, limit_ms)),
      figures() {
        const figures = io.figures();
        notebook.put("figures", [], figures);
        return figures;
      },
    },
  };
}

interface Page {
  readonly kind: QuestionKind;
  readonly question: readonly string[];
  readonly answers: unknown[];
}

function createNotebook({ programs: names = [], limits = RECORDING_LIMITS }: RecordedView) {
  const pages = new Map<string, Page>();
  const open = new Map<object, Pick<Page, "kind" | "question">>();
  const seen = createProcesses(names);
  let [answers_cut, answers_left_out, total] = [0, 0, 0];
  let isFinished = false;

  const add = (kind: QuestionKind, question: readonly string[], answer: unknown): void => {
    const key = keyOf(kind, question);
    const page = pages.get(key) ?? { kind, question, answers: [] };
    const { kept, isCut } = cut(answer, limits.text);
    total += JSON.stringify(kept).length;
    if (total > limits.total || (!pages.has(key) && pages.size >= limits.records)) {
      answers_left_out += 1;
      return;
    }
    if (isCut) answers_cut += 1;
    page.answers.push(kept);
    pages.set(key, page);
  };
  const put = <Kind extends QuestionKind>(
    kind: Kind,
    question: readonly string[],
    answer: Answers[Kind],
  ): void => {
    if (isFinished || isPrivateFile(question)) return;
    const kept = keptPart(kind, question, answer);
    for (const said of seen.take(kind, question, kept)) add(said.kind, said.question, said.answer);
  };
  return {
    put,
    async write<Kind extends QuestionKind>(
      kind: Kind,
      question: readonly string[],
      answer: Promise<Answers[Kind]>,
    ): Promise<Answers[Kind]> {
      const place = {};
      open.set(place, { kind, question });
      const said = await answer;
      open.delete(place);
      put(kind, question, said);
      return said;
    },
    finish(): Recording {
      for (const { kind, question } of open.values()) put(kind, question, TOO_LATE[kind]);
      isFinished = true;
      const records = [...pages.values()].map((page) => ({
        ...page,
        answers: seen.withoutOthers(page),
      }));
      const programs_left_out = seen.leftOut();
      return { records, losses: { answers_cut, answers_left_out, programs_left_out } };
    },
  };
}

interface Said {
  readonly kind: QuestionKind;
  readonly question: readonly string[];
  readonly answer: unknown;
}

/** Remembers which processes are of interest; a hidden one is so only by its short name. */
function createProcesses(names: readonly string[]) {
  const kept = new Set<string>();
  const others = new Set<string>();
  const links = new Map<string, Pick<Said, "question" | "answer">>();
  const isOfInterest = (answer: unknown): boolean => {
    const { target = answer } = (answer ?? {}) as { readonly target?: unknown };
    return typeof target === "string" && isProgramOfInterest(target, names);
  };
  return {
    /** What is to be written of an answer. */
    take(kind: QuestionKind, question: readonly string[], answer: unknown): readonly Said[] {
      const id = processIdOf(question);
      if (id === null || kept.has(id)) return [{ kind, question, answer }];
      const isTelling = kind === "link" || /\/comm$/.test(question[0] ?? "");
      if (kind === "link") links.set(id, { question, answer });
      if (!(isTelling && isOfInterest(answer))) {
        others.add(id);
        return [];
      }
      const link = links.get(id);
      kept.add(id);
      others.delete(id);
      // Who looks for its name does so because its path is hidden.
      return kind === "link" || link === undefined
        ? [{ kind, question, answer }]
        : [
            { kind: "link", question: link.question, answer: link.answer },
            { kind, question, answer },
          ];
    },
    leftOut: () => others.size,
    /** The list of processes with those of interest alone; one stays, so that there is a list. */
    withoutOthers({ kind, question, answers }: Page): readonly unknown[] {
      if (kind !== "folder" || question[0] !== "/proc") return answers;
      return answers.map((answer) => {
        if (!Array.isArray(answer)) return answer;
        const all = answer as readonly string[];
        const first = all.find((name) => /^\d+$/.test(name));
        return all.filter((name) => !/^\d+$/.test(name) || kept.has(name) || name === first);
      });
    },
  };
}

/** Texts and lists to their bounds. */
function cut(answer: unknown, max: number): { readonly kept: unknown; readonly isCut: boolean } {
  let isCut = false;
  const shortened = (value: unknown): unknown => {
    if (typeof value === "string" && value.length > max) {
      isCut = true;
      return value.slice(0, max);
    }
    if (Array.isArray(value) && value.length > MAX_NAMES) {
      isCut = true;
      return value.slice(0, MAX_NAMES);
    }
    return value;
  };
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) {
    return { kept: shortened(answer), isCut };
  }
  const entries = Object.entries(answer).map(([key, value]) => [key, shortened(value)]);
  return { kept: Object.fromEntries(entries), isCut };
}
