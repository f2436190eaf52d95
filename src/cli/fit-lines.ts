/** The answer of `fit` for people: what it needs, what there is, the verdicts, and what would fit. */
import type { Language } from "../domain/configuration.ts";
import type {
  FitPlace,
  FitRemarkCode,
  FitRoom,
  FitTerm,
  FitVerdict,
  PlaceFit,
} from "../policy/fit-shape.ts";
import { FIT_CERTAINTY_WORDS, FIT_SOURCE_WORDS, FIT_TERM_WORDS } from "../policy/words-fit.ts";
import type { FitView } from "../replay/fit.ts";
import type { Output } from "./output.ts";
import type { Tone } from "./style.ts";
import { columnsOf, widthOf } from "./width.ts";
import { FIT_WORDS, type FitCode } from "./words-fit.ts";

/** Whom it is told. */
export interface FitReader {
  readonly language: Language;
  readonly output: Pick<Output, "tone">;
}

/** Lines are no longer than this, but for names and commands that are. */
const WIDTH = 80;

const NONE = "–";

/** Remarks after which the answer is no, however much memory there is. */
const IN_THE_WAY: readonly FitRemarkCode[] = [
  "IMAGES_NEED_CONTEXT",
  "TOO_MANY_IMAGES",
  "CANNOT_SEE",
];

const SIGNS: Readonly<Record<FitVerdict, readonly [sign: string, tone: Tone]>> = {
  fits: ["✓", "good"],
  "fits-now-not-at-peak": ["~", "warning"],
  "too-large": ["✗", "bad"],
  unknown: ["?", "faint"],
};

/** The lines. */
export function fitLines(view: FitView, reader: FitReader): readonly string[] {
  const { output, language } = reader;
  const heading = (code: FitCode): string => output.tone("heading", text(code, language));
  const section = (code: FitCode, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : ["", heading(code), ...lines];
  const { alternatives } = view.sentences;
  const remarks = remarkLines(view, false);
  const items = (sentences: readonly string[]) => sentences.flatMap((one) => wrapped(`- ${one}`));
  return [
    output.tone("heading", titleOf(view, language)),
    ...(view.places.length === 0
      ? []
      : ["", ...needTable(view, reader), "", ...roomTable(view, reader)]),
    ...section("VERDICT", verdictLines(view, reader)),
    ...section("INSTEAD", items(alternatives)),
    ...section("KNOW", items(remarks)),
  ];
}

function text(code: FitCode, language: Language): string {
  return FIT_WORDS[code][language]();
}

function titleOf({ model, context, images }: FitView, language: Language): string {
  const name = model.label === model.name ? model.name : `${model.label} (${model.name})`;
  const parts = [
    `📏 ${name}`,
    `${text("CONTEXT", language)} ${context.tokens}`,
    ...(images.count === 0 ? [] : [`${text("IMAGES", language)} ${images.count}`]),
  ];
  return parts.join(" · ");
}

/** One row for each item, one column for each place that takes the model as a whole. */
function needTable({ places, model }: FitView, { language }: FitReader): readonly string[] {
  const [gpu, cpu] = [placed(places, "gpu"), placed(places, "cpu")];
  const terms = cpu?.terms ?? [];
  const inPlace = (place: PlaceFit | undefined, { code }: FitTerm): string =>
    numberOf(place?.terms.find((term) => term.code === code));
  const source = ({ source: from, certainty }: FitTerm): string => {
    const words = [FIT_CERTAINTY_WORDS[certainty][language]()];
    if (from === "table")
      words.unshift(`${FIT_SOURCE_WORDS.table[language]()} ${model.table_date}`);
    else if (from !== null) words.unshift(FIT_SOURCE_WORDS[from][language]());
    return words.join(language === "zh" ? "，" : ", ");
  };
  return numberTable([
    [
      text("NEEDS", language),
      text("ON_GPU", language),
      text("ON_CPU", language),
      text("SOURCE", language),
    ],
    ...terms.map((term) => [
      `  ${FIT_TERM_WORDS[term.code][language]()}`,
      inPlace(gpu, term),
      inPlace(cpu, term),
      source(term),
    ]),
    [`  ${text("TOGETHER", language)}`, togetherOf(gpu), togetherOf(cpu), ""],
  ]);
}

function placed(places: readonly PlaceFit[], place: FitPlace): PlaceFit | undefined {
  return places.find((one) => one.place === place);
}

/** An item that a place does not have is no number. */
function numberOf(term: FitTerm | undefined): string {
  return term === undefined ? NONE : (term.mib?.toString() ?? "?");
}

function togetherOf(place: PlaceFit | undefined): string {
  if (place === undefined) return NONE;
  const { vram_mib, memory_mib } = place.needs;
  return vram_mib === null || memory_mib === null ? "?" : `${vram_mib + memory_mib}`;
}

function roomTable({ rooms }: FitView, { language }: FitReader): readonly string[] {
  const { gpu, memory } = rooms;
  const row = (code: FitCode, of: (room: FitRoom) => number | null): readonly string[] => [
    `  ${text(code, language)}`,
    gpu === null ? NONE : (of(gpu)?.toString() ?? "?"),
    of(memory)?.toString() ?? "?",
    "",
  ];
  return numberTable([
    [text("HAS", language), text("GPU_ROOM", language), text("MEMORY_ROOM", language), ""],
    row("TOTAL", ({ total_mib }) => total_mib),
    row("LIMIT", ({ limit_mib }) => limit_mib),
    row("OTHERS_NOW", ({ others_now_mib }) => others_now_mib),
    row("OTHERS_PEAK", ({ others_peak_mib }) => others_peak_mib),
    row("FREE_NOW", ({ free_now_mib }) => free_now_mib),
    row("FREE_AT_PEAK", ({ free_at_peak_mib }) => free_at_peak_mib),
  ]);
}

const LABEL_WIDTH = 30;
const NUMBER_WIDTH = 8;

/** Four columns, the two of numbers set to the right, at the same places in each table. */
function numberTable(rows: readonly (readonly string[])[]): readonly string[] {
  return columnsOf(
    rows.map(([label = "", first = "", second = "", last = ""]) => [
      label + " ".repeat(Math.max(0, LABEL_WIDTH - widthOf(label))),
      toRight(first),
      toRight(second),
      last,
    ]),
  );
}

function toRight(cell: string): string {
  return " ".repeat(Math.max(0, NUMBER_WIDTH - widthOf(cell))) + cell;
}

/** What stands in the way although there is memory is said with the verdicts. */
function verdictLines(view: FitView, { output }: FitReader): readonly string[] {
  const said = (verdict: FitVerdict, sentence: string): readonly string[] => {
    const [sign, tone] = SIGNS[verdict];
    return wrapped(`${sign} ${sentence}`).map((line) => output.tone(tone, line));
  };
  const { places, sentences } = view;
  return [
    ...places.flatMap(({ verdict }, index) => said(verdict, sentences.places[index] ?? "")),
    ...remarkLines(view, true).flatMap((sentence) => said("too-large", sentence)),
  ];
}

function remarkLines({ remarks, sentences }: FitView, isInTheWay: boolean): readonly string[] {
  return sentences.remarks.filter((_sentence, index) => {
    const code = remarks[index]?.code;
    return IN_THE_WAY.some((one) => one === code) === isInTheWay;
  });
}

/** Where a line may break: behind blanks but those of a command, and between Chinese characters. */
const BREAKS = /(?<=(?<!\bollama|\bpull) )|(?<=[\p{Script=Han}，。；：、])(?=[\p{Script=Han}])/u;

/** Breaks a long line, and sets what follows in by two places. */
function wrapped(line: string): readonly string[] {
  const lines: string[] = [];
  let now = "";
  for (const word of line.split(BREAKS)) {
    if (now.trim() !== "" && widthOf((now + word).trimEnd()) > WIDTH) {
      lines.push(now.trimEnd());
      now = "  ";
    }
    now += word;
  }
  return [...lines, now.trimEnd()];
}
