/**
 * `replay`: the state at a moment of the past, or the steps of the log played one after the other.
 *
 * With `--to` alone it answers what the runtime answered then. Without it the log is played: in a
 * terminal at a speed that a person can follow, for a file or a program at once. It reads beside a
 * live runtime or without one.
 */
import { RuntimeProfileError } from "../domain/error.ts";
import type { TransitionOutput } from "../domain/output.ts";
import { REASON_CODES } from "../domain/reason.ts";
import { RUNGS, type Rung, tierAndRungOf } from "../domain/rung.ts";
import { TIERS } from "../domain/tier.ts";
import type { Entry } from "../log/entry.ts";
import { openLog } from "../log/sqlite-log.ts";
import { type LogStore, MAX_READ_LIMIT } from "../log/store.ts";
import { profileText, sentenceOf } from "../policy/sentence.ts";
import { durationText } from "../policy/wording.ts";
import { WORDS } from "../policy/words.ts";
import type { SnapshotView } from "../replay/views.ts";
import { isoOf, seqOfMoment, snapshotOn } from "../runtime-moment.ts";
import { oneOf } from "./arguments.ts";
import type { Context } from "./context.ts";
import { openPace, type Pace } from "./replay-pace.ts";
import { listenForStop } from "./stop-signal.ts";
import { timeText } from "./time.ts";
import { inexactText, replayText } from "./words-replay.ts";

/** What to play; `null` = not asked for. */
export interface ReplayRequest {
  readonly from: string | null;
  readonly to: string | null;
  readonly speed: number;
  readonly isStepping: boolean;
  readonly tier: string | null;
  readonly rung: string | null;
  readonly reason: string | null;
}

/** Runs the command; throws RP_NOT_FOUND without a log or outside it, RP_USAGE, RP_REQUEST. */
export async function replayCommand(context: Context, request: ReplayRequest): Promise<void> {
  if (request.tier !== null) oneOf("--tier", request.tier, TIERS);
  if (request.rung !== null) oneOf("--rung", request.rung, RUNGS);
  if (request.reason !== null) oneOf("--reason", request.reason, REASON_CODES);
  const isTerminal = process.stdout.isTTY === true && process.stdin.isTTY === true;
  if (request.isStepping && !isTerminal) throw noTerminal();
  if (request.to !== null && request.from === null && !isFiltered(request)) {
    const { dataFolder, language } = context;
    showMoment(await snapshotOn(dataFolder, { moment: request.to, language }), context);
    return;
  }
  // Not a frozen view: while a person pauses, the journal of a live runtime would grow.
  const { log } = openLog({ folder: context.dataFolder, mode: "read" });
  try {
    await playAll({ log, context, request, isTerminal: isTerminal && !context.isJson });
  } finally {
    log.close();
  }
}

function showMoment(view: SnapshotView, { isJson, output, language }: Context): void {
  if (isJson) {
    output.json(view, true);
    return;
  }
  output.line(output.tone("heading", `${timeText(view.at)} [${view.seq}] ${view.state.profile}`));
  for (const code of view.inexact ?? []) {
    output.line(output.tone("warning", inexactText(code, language)));
  }
  output.line();
  output.line(view.explanation);
  const { profile: _profile, ...regions } = view.state;
  const words = Object.entries(regions).map(([region, state]) => `${region} ${state}`);
  output.line();
  output.line(output.tone("faint", words.join(" · ")));
}

interface Playing {
  readonly log: LogStore;
  readonly context: Context;
  readonly request: ReplayRequest;
  readonly isTerminal: boolean;
}

async function playAll(playing: Playing): Promise<void> {
  const { log, context, request, isTerminal } = playing;
  const stop = listenForStop();
  const ending = AbortSignal.any([stop.signal, context.output.closed]);
  const { speed, isStepping } = request;
  const pace = isTerminal ? openPace({ speed, isStepping, ending }) : null;
  if (pace !== null) context.output.note(replayText("KEYS", context.language));
  const tally = new Tally();
  try {
    for (const entry of stepsOf(log, request)) {
      if ((pace?.quit ?? ending).aborted) break;
      await pace?.pass(tally.sinceLast(entry.at));
      if ((pace?.quit ?? ending).aborted) break;
      show(entry, tally, playing);
      tally.take(entry);
      await context.output.breathe();
    }
  } finally {
    pace?.release();
    stop.release();
  }
  if (!context.isJson) summarize(tally, log, playing, pace);
}

/** The transitions of the range that pass the filters, oldest first. */
function* stepsOf(log: LogStore, request: ReplayRequest): Generator<Entry> {
  const first = request.from === null ? 1 : seqOfMoment(log, request.from);
  const last = request.to === null ? (log.head()?.seq ?? 0) : seqOfMoment(log, request.to);
  if (first > last) throw reversed(request);
  for (let after = first - 1; ; ) {
    const query = { after, before: last + 1, limit: MAX_READ_LIMIT, type: "transition" };
    const page = log.read(query);
    yield* page.filter((entry) => isWanted(entry, request));
    const end = page.at(-1);
    if (end === undefined || page.length < MAX_READ_LIMIT) return;
    after = end.seq;
  }
}

function isWanted({ data }: Entry, { tier, rung, reason }: ReplayRequest): boolean {
  const { from, to, reason: why } = data as TransitionOutput;
  const places = [from, to].map(tierAndRungOf);
  return (
    (tier === null || places.some((place) => place?.tier === tier)) &&
    (rung === null || places.some((place) => place?.rung === rung)) &&
    (reason === null || why.code === reason)
  );
}

function show(entry: Entry, tally: Tally, { context, isTerminal }: Playing): void {
  const { output, language, isJson } = context;
  const { from, to, reason } = entry.data as TransitionOutput;
  const sentence = sentenceOf(reason, language);
  if (isJson) {
    const { seq, at } = entry;
    output.json({ seq, at, time: isoOf(at), from, to, code: reason.code, sentence, reason });
    return;
  }
  const calm = tally.sinceLast(entry.at);
  const pause = tally.steps === 0 ? "" : ` +${durationText(calm, language)}`;
  const heading = `${timeText(entry.at)} [${entry.seq}]${pause}`;
  output.line(output.tone("faint", heading));
  const way = `${profileText(from, language)} → ${profileText(to, language)}`;
  output.line(`  ${output.tone(toneOf(to), way)}`);
  output.line(`  ${sentence}`);
  if (isTerminal) output.line();
}

function toneOf(profile: string): "good" | "warning" | "bad" {
  const rung = tierAndRungOf(profile)?.rung ?? null;
  return rung === "nominal" ? "good" : rung === "shed" ? "bad" : "warning";
}

/** Steps so far, and how long each rung lasted. */
class Tally {
  steps = 0;
  readonly times = new Map<Rung, number>();
  #at: number | null = null;
  #rung: Rung | null = null;

  sinceLast(at: number): number {
    return this.#at === null ? 0 : Math.max(0, at - this.#at);
  }

  take({ at, data }: Entry): void {
    this.until(at);
    this.steps += 1;
    this.#rung = tierAndRungOf((data as TransitionOutput).to)?.rung ?? null;
  }

  until(at: number): void {
    if (this.#rung !== null) {
      this.times.set(this.#rung, (this.times.get(this.#rung) ?? 0) + this.sinceLast(at));
    }
    this.#at = at;
  }
}

/** Width of the longest bar, in characters. */
const BAR_MAX = 30;

function summarize(
  tally: Tally,
  log: LogStore,
  { context, request }: Playing,
  pace: Pace | null,
): void {
  const { output, language } = context;
  if (tally.steps === 0) {
    output.line(replayText("NOTHING", language));
    return;
  }
  // With a filter the steps between are not known here, so neither are the times.
  if (isFiltered(request) || pace?.quit.aborted === true) return;
  const end =
    request.to === null ? (log.head()?.at ?? null) : log.entry(seqOfMoment(log, request.to))?.at;
  if (end != null) tally.until(end);
  const total = Math.max(
    1,
    [...tally.times.values()].reduce((sum, ms) => sum + ms, 0),
  );
  output.line();
  output.line(`${replayText("END", language)} · ${tally.steps} ${replayText("STEPS", language)}`);
  output.line(output.tone("heading", replayText("TIME_ON", language)));
  for (const rung of RUNGS) {
    const ms = tally.times.get(rung);
    if (ms === undefined) continue;
    const share = ms / total;
    const bar = "█".repeat(Math.max(1, Math.round(share * BAR_MAX)));
    const name = WORDS.rung[rung][language](null);
    output.line(`  ${bar} ${(share * 100).toFixed(1)}% ${name} (${durationText(ms, language)})`);
  }
}

function isFiltered({ tier, rung, reason }: ReplayRequest): boolean {
  return tier !== null || rung !== null || reason !== null;
}

function reversed({ from, to }: ReplayRequest): RuntimeProfileError {
  return new RuntimeProfileError(
    "RP_USAGE",
    `Expected --from before --to, got ${from} and ${to}; exchange them.`,
    { path: "--from" },
  );
}

function noTerminal(): RuntimeProfileError {
  return new RuntimeProfileError(
    "RP_USAGE",
    "Expected a terminal for --step, got a file or a pipe; leave --step out to have every step at once.",
    { path: "--step" },
  );
}
