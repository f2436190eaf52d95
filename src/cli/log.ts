/**
 * `log`: what happened, newest last; read from the file, beside a live runtime or without one.
 *
 * People get the newest entries and no readings unless they ask for that type; programs get every
 * line from the first on.
 */
import { setTimeout as wait } from "node:timers/promises";
import { ENTRY_TYPES, READING_TYPE } from "../log/codec.ts";
import type { Entry } from "../log/entry.ts";
import { openLog } from "../log/sqlite-log.ts";
import { type LogStore, MAX_READ_LIMIT } from "../log/store.ts";
import { oneOf } from "./arguments.ts";
import type { Context } from "./context.ts";
import { entryText } from "./entry-text.ts";
import { listenForStop } from "./stop-signal.ts";
import { timeText } from "./time.ts";
import { columnsOf } from "./width.ts";
import { cliText } from "./words.ts";

/** What to show; `null` = not asked for. */
export interface LogRequest {
  /** Entries with a greater number only. */
  readonly after: number | null;
  /** How many: the newest, or the first ones after `after`. */
  readonly limit: number | null;
  readonly types: readonly string[];
  readonly isFollowing: boolean;
}

/** Entries in the table when nobody says how many. */
const TABLE_ENTRIES = 30;

/** Time between two looks at the file with `--follow`, in ms. */
const FOLLOW_MS = 250;

/** Too many, or of no meaning, for a table that nobody asked for in detail. */
const QUIET_TYPES: readonly string[] = [READING_TYPE, "readings.sealed", "checkpoint"];

type Print = (entries: readonly Entry[]) => void;

/** Runs the command; throws RP_NOT_FOUND when there is no log, RP_USAGE for an unknown type. */
export async function logCommand(context: Context, request: LogRequest): Promise<void> {
  for (const type of request.types) oneOf("--type", type, ENTRY_TYPES);
  const { log } = openLog({ folder: context.dataFolder, mode: "read" });
  const stop = listenForStop();
  const ending = AbortSignal.any([stop.signal, context.output.closed]);
  const query = { ...request, types: typesOf(request, context.isJson) };
  try {
    const last = await printPresent({ log, context, ending }, query);
    if (request.isFollowing) await follow({ log, context, ending }, { ...query, after: last });
  } finally {
    stop.release();
    log.close();
  }
}

/** A request with its types settled; `undefined` = every type, those of later versions too. */
type LogSearch = Omit<LogRequest, "types"> & { readonly types: readonly string[] | undefined };

interface Reading {
  readonly log: LogStore;
  readonly context: Context;
  readonly ending: AbortSignal;
}

/** Prints what is there and gives the number to go on after. */
async function printPresent(reading: Reading, query: LogSearch): Promise<number> {
  const { log, context } = reading;
  const head = log.head()?.seq ?? 0;
  const { after, limit, types } = query;
  if (context.isJson && limit === null) return printAll(reading, query, head);
  const count = limit ?? TABLE_ENTRIES;
  const entries =
    after === null
      ? log.read({ limit: count, type: types, order: "descending" }).reverse()
      : log.read({ after, limit: count, type: types });
  const print = printerOf(reading, false);
  print(entries);
  if (entries.length === 0 && !context.isJson && !query.isFollowing) {
    context.output.line(cliText("EMPTY_LOG", context.language));
  }
  const shown = entries.at(-1)?.seq ?? 0;
  const isCut = after !== null && entries.length === count;
  return isCut ? shown : Math.max(head, shown);
}

async function printAll(
  reading: Reading,
  { after, types }: LogSearch,
  head: number,
): Promise<number> {
  const { log, context, ending } = reading;
  const print = printerOf(reading, true);
  let last = after ?? 0;
  for (;;) {
    const entries = log.read({ after: last, before: head + 1, limit: MAX_READ_LIMIT, type: types });
    print(entries);
    await context.output.breathe();
    last = entries.at(-1)?.seq ?? last;
    if (entries.length < MAX_READ_LIMIT || ending.aborted) return Math.max(head, last);
  }
}

async function follow(reading: Reading, query: LogSearch): Promise<void> {
  const { log, context, ending } = reading;
  const print = printerOf(reading, true);
  let last = query.after ?? 0;
  while (!ending.aborted) {
    const entries = log.read({ after: last, limit: MAX_READ_LIMIT, type: query.types });
    print(entries);
    last = entries.at(-1)?.seq ?? last;
    await context.output.breathe();
    if (entries.length < MAX_READ_LIMIT) {
      await wait(FOLLOW_MS, undefined, { signal: ending }).catch(() => {});
    }
  }
}

/** `isRunningOn`: the lines go on under a table that stands already, so there is no heading. */
function printerOf({ log, context }: Reading, isRunningOn: boolean): Print {
  const { output, language, isJson } = context;
  if (isJson) {
    return (entries) => {
      for (const entry of entries) output.json(entry);
    };
  }
  const heading = [
    cliText("NUMBER", language),
    cliText("TIME", language),
    cliText("EVENT", language),
    cliText("WHAT", language),
  ];
  return (entries) => {
    if (entries.length === 0) return;
    const rows = entries.map((entry) => rowOf(entry, { log, context }));
    const lines = columnsOf(isRunningOn ? rows : [heading, ...rows]);
    for (const [index, line] of lines.entries()) {
      output.line(!isRunningOn && index === 0 ? output.tone("heading", line) : line);
    }
  };
}

function rowOf(
  entry: Entry,
  { log, context }: Pick<Reading, "log" | "context">,
): readonly string[] {
  const text = entryText(entry, context.language, (one) => earlierOf(one, log));
  return [String(entry.seq), timeText(entry.at), entry.type, text];
}

function earlierOf({ seq, type }: Entry, log: LogStore): Entry | null {
  return log.read({ before: seq, type: [type], limit: 1, order: "descending" })[0] ?? null;
}

function typesOf({ types }: LogRequest, isJson: boolean): readonly string[] | undefined {
  if (types.length > 0) return types;
  return isJson ? undefined : ENTRY_TYPES.filter((type) => !QUIET_TYPES.includes(type));
}
