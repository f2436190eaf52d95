/**
 * Reads a story: the text above the separator, line by line, strictly. A word that is not known, a time
 * that goes backwards, or a card without a value is a mistake with its line; a story that was only half
 * understood would prove something else than it says.
 */
import { type Configuration, decisionPartOf } from "../../src/domain/configuration.ts";
import { parseConfiguration, settingAt } from "../../src/domain/configuration-parse.ts";
import type { Host } from "../../src/domain/host.ts";
import { largestUsableGpu } from "../../src/domain/tier.ts";
import {
  type Deed,
  type Happening,
  type Quantity,
  type Scenario,
  ScenarioError,
} from "./scenario.ts";
import { readClause } from "./scenario-clauses.ts";
import { type Read, readHost, readSize, readSpan, readTime, timeText } from "./scenario-words.ts";

/** The line between what is written and what the runtime said. */
export const SEPARATOR = "-".repeat(80);

const LOCAL_RUNGS = ["nominal", "smallModel", "cpu"] as const;
/** A story of more beats than this is a slip of the pen (a day at one second). */
const MOST_BEATS = 90_000;

/** What has been read so far; filled line by line. */
interface Draft {
  host: Host | null;
  configuration: Configuration;
  everyMs: number | null;
  endMs: number | null;
  /** The settings as a file would have them. */
  readonly tree: Record<string, unknown>;
  readonly happenings: Happening[];
  lastAt: number | null;
  /** Nobody looks before this moment. */
  awayUntil: number;
}

/** The story of a file; throws a `ScenarioError`. */
export function parseScenario(text: string): Scenario {
  const written = writtenPart(text);
  const lines = written.split("\n");
  const title = lines[0]?.trim() ?? "";
  if (title === "") throw new ScenarioError(1, "expected the title of the story");
  const first = lines.findIndex((line) => /^host\s/.test(line));
  if (first < 0) throw new ScenarioError(1, 'expected a line "host …" that begins the story');
  if (first < 3) throw new ScenarioError(first + 1, "expected a few sentences before the story");
  const draft: Draft = {
    host: null,
    configuration: decisionPartOf(parseConfiguration({})),
    everyMs: null,
    endMs: null,
    tree: {},
    happenings: [],
    lastAt: null,
    awayUntil: 0,
  };
  lines.forEach((line, index) => {
    if (index >= first) readLine(draft, line.replace(/#.*$/, "").trim(), index + 1);
  });
  return finished(draft, { title, written, line: lines.length });
}

function writtenPart(text: string): string {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const end = lines.findIndex((line) => /^-{20,}$/.test(line.trim()));
  return lines
    .slice(0, end < 0 ? undefined : end)
    .join("\n")
    .trimEnd();
}

function readLine(draft: Draft, text: string, line: number): void {
  if (text === "") return;
  const [, word = "", rest = ""] = /^(\S+)\s*(.*)$/.exec(text) ?? [];
  if (draft.endMs !== null) throw new ScenarioError(line, 'nothing may follow "end"');
  const at = readTime(word);
  if (at !== null) readMoment(draft, { at, line }, rest);
  else if (word === "end") readEnd(draft, rest, line);
  else readHead(draft, { word, rest, line });
}

function readEnd(draft: Draft, text: string, line: number): void {
  draft.endMs = readTime(text);
  if (draft.endMs === null) throw new ScenarioError(line, `expected a time, got "${text}"`);
}

function readHead(
  draft: Draft,
  { word, rest, line }: { word: string; rest: string; line: number },
): void {
  if (draft.lastAt !== null)
    throw new ScenarioError(line, `expected a time such as "1:30", or "end", got "${word}"`);
  const head = word === "every" ? { value: null } : readHeading(draft, word, rest);
  if (head === null || "wanted" in head) {
    const wanted = head?.wanted ?? '"host", "settings", "needs", "every" or a time such as "1:30"';
    throw new ScenarioError(line, `expected ${wanted}${head === null ? `, got "${word}"` : ""}`);
  }
  if (word === "every") {
    draft.everyMs = taken(readSpan(rest), line);
    setAt(draft.tree, "sensors.beat_ms", draft.everyMs);
    draft.configuration = taken(configured(draft.tree), line);
  }
}

/** `host`, `settings` and `needs`, which may stand at the head and at a time; `null` = none of them. */
function readHeading(draft: Draft, word: string, rest: string): Read<Deed> | null {
  switch (word) {
    case "host": {
      const read = readHost(rest);
      if ("wanted" in read) return read;
      draft.host = read.value;
      return { value: { do: "host", host: read.value } };
    }
    case "settings":
    case "needs": {
      const wrong = word === "needs" ? readNeeds(draft.tree, rest) : readSettings(draft.tree, rest);
      if (wrong !== null) return { wanted: wrong };
      const read = configured(draft.tree);
      if ("wanted" in read) return read;
      draft.configuration = read.value;
      return { value: { do: "configure", configuration: read.value } };
    }
    default:
      return null;
  }
}

function readMoment(draft: Draft, { at, line }: { at: number; line: number }, rest: string): void {
  if (draft.lastAt !== null && at < draft.lastAt)
    throw new ScenarioError(line, `${timeText(at)} is before ${timeText(draft.lastAt)}`);
  if (at < draft.awayUntil)
    throw new ScenarioError(line, `nobody looks before ${timeText(draft.awayUntil)}`);
  draft.lastAt = at;
  const [, word = "", more = ""] = /^(\S+)\s*(.*)$/.exec(rest) ?? [];
  const before = { host: draft.host, configuration: draft.configuration };
  const heading = readHeading(draft, word, more);
  if (heading !== null) {
    draft.happenings.push({ at, line, deed: taken(heading, line) });
    // What a later line says is not what the story begins with.
    Object.assign(draft, before);
    return;
  }
  for (const clause of rest.split(/,\s*/)) {
    for (const { afterMs, deed } of taken(readClause(clause.trim()), line)) {
      draft.happenings.push({ at: at + afterMs, line, deed });
      if (deed.do === "pause") draft.awayUntil = at + deed.forMs;
    }
  }
}

/** `nominal 8 GB, cpu never` into the footprints of the settings; else what was wanted. */
function readNeeds(tree: Record<string, unknown>, text: string): string | null {
  for (const part of text.split(/,\s*/)) {
    const [rung = "", ...size] = part.split(/\s+/);
    if (!LOCAL_RUNGS.some((each) => each === rung))
      return `one of ${LOCAL_RUNGS.join(", ")}, got "${rung}"`;
    const read = size.join(" ") === "never" ? { value: null } : readSize(size.join(" "));
    if ("wanted" in read) return `${read.wanted} (or "never")`;
    setAt(tree, `policy.footprints.${rung}`, read.value);
  }
  return null;
}

function readSettings(tree: Record<string, unknown>, text: string): string | null {
  for (const part of text.split(/,\s*/)) {
    const [, path = "", value = ""] = /^(\S+)\s*=\s*(.+)$/.exec(part) ?? [];
    if (settingAt(path) === undefined) return `"path = value" with a known setting, got "${part}"`;
    setAt(tree, path, jsonOf(value));
  }
  return null;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function configured(tree: unknown): Read<Configuration> {
  try {
    return { value: decisionPartOf(parseConfiguration(tree)) };
  } catch (error) {
    return { wanted: `good settings: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function setAt(tree: Record<string, unknown>, path: string, value: unknown): void {
  const keys = path.split(".");
  const last = keys.pop() as string;
  let branch = tree;
  for (const key of keys) {
    branch[key] ??= {};
    branch = branch[key] as Record<string, unknown>;
  }
  branch[last] = value;
}

function taken<Value>(read: Read<Value>, line: number): Value {
  if ("value" in read) return read.value;
  throw new ScenarioError(line, `expected ${read.wanted}`);
}

function finished(
  draft: Draft,
  { title, written, line }: { title: string; written: string; line: number },
): Scenario {
  const { host, configuration, everyMs, endMs } = draft;
  if (host === null) throw new ScenarioError(line, 'expected a line "host …"');
  if (everyMs === null) throw new ScenarioError(line, 'expected a line "every …"');
  if (endMs === null) throw new ScenarioError(line, 'expected a line "end …" at the end');
  const happenings = draft.happenings.toSorted((a, b) => a.at - b.at);
  const last = happenings.at(-1);
  if (last !== undefined && last.at > endMs)
    throw new ScenarioError(last.line, `it happens after the end (${timeText(endMs)})`);
  if (endMs / everyMs > MOST_BEATS)
    throw new ScenarioError(line, `expected at most ${MOST_BEATS} beats until the end`);
  for (const quantities of neededBy(host)) {
    const isGiven = happenings.some(
      ({ at, deed }) => at === 0 && deed.do === "value" && quantities.includes(deed.quantity),
    );
    if (!isGiven)
      throw new ScenarioError(line, `expected a value of ${quantities.join(" or ")} at 0:00`);
  }
  return { title, written, host, configuration, everyMs, endMs, happenings };
}

/** Values that a story must begin with; VRAM only where a card has its own. */
function neededBy(host: Host): readonly (readonly Quantity[])[] {
  const card = largestUsableGpu(host);
  const hasVram = card !== null && !card.unified;
  return hasVram ? [["memory"], ["vram", "others"]] : [["memory"]];
}
