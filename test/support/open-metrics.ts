/**
 * A strict reader of OpenMetrics 1.0 text: it throws where the specification is not kept, and tells the
 * line. Only gauges and counters, for we write no others.
 */

/** One series of a scrape. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One metric of a scrape; a counter's name is that of its samples, with `_total`. */
export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly series: readonly Series[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
/** A sample without timestamp and exemplar. */
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,(?=.)|$)/y;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
/** A quotation mark must be escaped, and a backslash begins an escape. */
const ESCAPED = /^(?:[^"\\]|\\[\\"n])*$/;
/** Suffixes that name samples of other types; a family must not end so. */
const RESERVED = ["_total", "_created", "_count", "_sum", "_bucket", "_gcount", "_gsum"];

interface Open {
  readonly name: string;
  type: string | null;
  help: string | null;
  readonly series: Series[];
}

/** Reads a whole scrape. */
export function readOpenMetrics(text: string): readonly Family[] {
  if (!text.endsWith("\n# EOF\n"))
    throw new Error('the text must end with "# EOF" and a line feed');
  const families: Open[] = [];
  text
    .slice(0, -"# EOF\n".length)
    .slice(0, -1)
    .split("\n")
    .forEach((line, index) => {
      try {
        readLine(line, families);
      } catch (error) {
        throw new Error(`line ${index + 1}: ${(error as Error).message}: ${line}`);
      }
    });
  return families.map(closed);
}

function readLine(line: string, families: Open[]): void {
  if (line === "" || line.includes("\r")) throw new Error("an empty line or a carriage return");
  if (!line.startsWith("#")) {
    readSample(line, families.at(-1));
    return;
  }
  const [, word = "", name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
  if (!NAME.test(name)) throw new Error("neither HELP nor TYPE of a name");
  if (RESERVED.some((suffix) => name.endsWith(suffix))) throw new Error("a reserved suffix");
  const family = familyFor(name, families);
  if (family.series.length > 0) throw new Error("metadata after samples");
  if (word === "HELP") {
    if (family.help !== null) throw new Error("a second HELP");
    if (!ESCAPED.test(rest)) throw new Error("HELP is not escaped");
    family.help = rest;
  } else {
    if (family.type !== null) throw new Error("a second TYPE");
    if (rest !== "gauge" && rest !== "counter") throw new Error("an unexpected type");
    family.type = rest;
  }
}

function familyFor(name: string, families: Open[]): Open {
  const last = families.at(-1);
  if (last?.name === name) return last;
  if (families.some((each) => each.name === name)) throw new Error("a family in two places");
  const family: Open = { name, type: null, help: null, series: [] };
  families.push(family);
  return family;
}

function readSample(line: string, family: Open | undefined): void {
  const [, name = "", labelText, number = ""] = SAMPLE.exec(line) ?? [];
  if (family === undefined || family.type === null) throw new Error("a sample without a type");
  const expected = family.type === "counter" ? `${family.name}_total` : family.name;
  if (name !== expected) throw new Error(`a sample that is not called ${expected}`);
  if (!NUMBER.test(number)) throw new Error("no number");
  const value = Number(number);
  if (family.type === "counter" && value < 0) throw new Error("a counter below 0");
  const labels = labelsIn(labelText);
  const key = keyOf({ name, labels });
  if (family.series.some((each) => keyOf(each) === key)) throw new Error("the same series twice");
  family.series.push({ name, labels, value });
}

/** Name and labels of a series, in one text that is the same for any order of labels. */
export function keyOf({ name, labels }: Pick<Series, "name" | "labels">): string {
  return `${name}${JSON.stringify(Object.entries(labels).sort())}`;
}

function labelsIn(text: string | undefined): Record<string, string> {
  const labels: Record<string, string> = {};
  if (text === undefined) return labels;
  LABEL.lastIndex = 0;
  let end = 0;
  while (end < text.length) {
    const found = LABEL.exec(text);
    if (found === null) throw new Error("labels that cannot be read");
    const [whole, name = "", value = ""] = found;
    if (!LABEL_NAME.test(name) || name in labels) throw new Error("a label twice");
    labels[name] = value.replace(/\\(.)/g, (_all, mark: string) => (mark === "n" ? "\n" : mark));
    end += whole.length;
  }
  return labels;
}

function closed({ name, type, help, series }: Open): Family {
  if (type === null || help === null) throw new Error(`${name} lacks TYPE or HELP`);
  return { name: type === "counter" ? `${name}_total` : name, type, help, series };
}
