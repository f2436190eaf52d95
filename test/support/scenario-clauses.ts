/**
 * The clauses of a story, one table: what may stand after a time, and what it means.
 *
 * A reader finds the whole language here; `test/scenarios/README.md` explains it and is checked against it.
 * Every clause is one regular expression; nothing is guessed. What fits none is a mistake that names the line.
 */

import { FAILURES, type Failure, TASKS, type Task } from "../../src/domain/input.ts";
import { NOTE_CODES, type NoteCode } from "../../src/domain/note.ts";
import { RUNGS, type Rung } from "../../src/domain/rung.ts";
import {
  CONDITIONS,
  type Condition,
  type Deed,
  QUANTITIES,
  type Quantity,
  SENSORS,
  type SensorName,
} from "./scenario.ts";
import { type Read, readAmount, readSize, readSpan } from "./scenario-words.ts";

/** A deed so long after the moment of its line. */
export interface Delayed {
  readonly afterMs: number;
  readonly deed: Deed;
}

type Parts = Readonly<Record<string, string | undefined>>;

interface Clause {
  /** As it is shown to people. */
  readonly shown: string;
  readonly form: RegExp;
  readonly read: (parts: Parts) => Read<readonly Delayed[]>;
}

const oneOf = (words: readonly string[]): string => words.join("|");

/** Every clause of a timed line but `host`, `settings` and `needs`. */
export const CLAUSES: readonly Clause[] = [
  {
    shown: "vram 45% [over 30 s]",
    form: new RegExp(`^(?<quantity>${oneOf(QUANTITIES)}) (?<amount>.+?)(?: over (?<span>.+))?$`),
    read: readValue,
  },
  {
    shown: "sensor vram missing [timeout]",
    form: new RegExp(
      `^sensor (?<sensor>${oneOf(SENSORS)}) (?<condition>${oneOf(CONDITIONS)})(?: (?<rest>.+))?$`,
    ),
    read: readSensor,
  },
  {
    shown: "[3] task[s] vision local [with llava:7b] work[s] | fail[s] oom [5 s apart]",
    form: new RegExp(
      `^(?:(?<count>\\d+) )?tasks? (?<task>${oneOf(TASKS)}) (?<provider>local|cloud)(?: with (?<model>\\S+))? (?:(?<works>works?)|fails? (?<failure>${oneOf(FAILURES)}))(?: (?<apart>\\d.*) apart)?$`,
    ),
    read: readTasks,
  },
  {
    shown: "editor starts | stops | unseen",
    form: /^editor (?<word>starts|stops|unseen)$/,
    read: ({ word }) =>
      now({ do: "editor", running: word === "unseen" ? null : word === "starts" }),
  },
  {
    shown: "unload frees 6 GB | is refused",
    form: /^unload (?:frees (?<size>.+)|is refused)$/,
    read: ({ size }) =>
      size === undefined
        ? now({ do: "unload", freedMib: null })
        : mapped(readSize(size), (freedMib) => [atOnce({ do: "unload", freedMib })]),
  },
  {
    shown: "cloud answers | is silent",
    form: /^cloud (?<word>answers|is silent)$/,
    read: ({ word }) => now({ do: "cloud", reachable: word === "answers" }),
  },
  {
    shown: "ask: degrade [to cpu] | restore",
    form: new RegExp(`^ask: (?:degrade(?: to (?<rung>${oneOf(RUNGS)}))?|(?<restore>restore))$`),
    read: ({ rung, restore }) =>
      now(restore ? { do: "restore" } : { do: "degrade", rung: (rung ?? null) as Rung | null }),
  },
  {
    shown: "computer sleeps for 10 min",
    form: /^computer sleeps for (?<span>.+)$/,
    read: ({ span = "" }) => away(span, (ms) => [{ do: "wake", gapMs: ms }]),
  },
  {
    shown: "beat stalls for 20 s",
    form: /^beat stalls for (?<span>.+)$/,
    read: ({ span = "" }) => away(span, () => []),
  },
  {
    shown: "restart [after 5 min]",
    form: /^restart(?: after (?<span>.+))?$/,
    read: ({ span }) =>
      span === undefined
        ? { value: [{ do: "stop" } as const, { do: "start" } as const].map(atOnce) }
        : away(span, () => [{ do: "start" }], [{ do: "stop" }]),
  },
  {
    shown: "log writes again 12 lost",
    form: /^log writes again (?<lost>\d+) lost$/,
    read: ({ lost }) => now({ do: "logGap", lost: Number(lost) }),
  },
  {
    shown: "every 250 ms",
    form: /^every (?<span>.+)$/,
    read: ({ span = "" }) => mapped(readSpan(span), (ms) => [atOnce({ do: "every", ms })]),
  },
  {
    shown: "explain [in full]",
    form: /^explain(?<full> in full)?$/,
    read: ({ full }) => now({ do: "explain", isFull: full !== undefined }),
  },
];

/** Reads one clause. */
export function readClause(text: string): Read<readonly Delayed[]> {
  for (const { form, read } of CLAUSES) {
    const found = form.exec(text);
    if (found !== null) return read(found.groups ?? {});
  }
  const known = CLAUSES.map(({ shown }) => `"${shown}"`).join(", ");
  return { wanted: `one of ${known}, got "${text}"` };
}

function readValue({ quantity, amount = "", span }: Parts): Read<readonly Delayed[]> {
  const read = readAmount(amount);
  if ("wanted" in read) return read;
  const { value } = read;
  if ("word" in value && quantity !== "ours")
    return { wanted: `a number after "${quantity}"; only "ours" may be "${amount}"` };
  if ("word" in value && span !== undefined)
    return { wanted: `a number before "over", got "${amount}"` };
  if (quantity === "cpu" && !("percent" in value))
    return { wanted: `a share such as "45%" after "cpu", got "${amount}"` };
  const over = span === undefined ? { value: 0 } : readSpan(span);
  return mapped(over, (overMs) => [
    atOnce({ do: "value", quantity: quantity as Quantity, amount: value, overMs }),
  ]);
}

function readSensor({ sensor, condition, rest }: Parts): Read<readonly Delayed[]> {
  const told = { sensor: sensor as SensorName, condition: condition as Condition };
  const sensed = (note: NoteCode | null, lateMs: number) =>
    atOnce({
      do: "sensor",
      sensor: told.sensor,
      state: { condition: told.condition, note, lateMs },
    });
  if (condition === "late") return mapped(readSpan(rest ?? ""), (ms) => [sensed(null, ms)]);
  if (rest === undefined) return { value: [sensed(null, 0)] };
  const note = NOTE_CODES.find((code) => code === rest) ?? null;
  if (condition !== "missing" || note === null)
    return { wanted: `nothing, or after "missing" one of ${NOTE_CODES.join(", ")}, got "${rest}"` };
  return { value: [sensed(note, 0)] };
}

function readTasks(parts: Parts): Read<readonly Delayed[]> {
  const { count = "1", task, provider, model, failure, apart } = parts;
  const outcome = {
    task: task as Task,
    provider: provider as "local" | "cloud",
    model: model ?? null,
    ok: failure === undefined,
    failure: (failure ?? null) as Failure | null,
  };
  const gap = apart === undefined ? { value: 0 } : readSpan(apart);
  return mapped(gap, (ms) =>
    Array.from({ length: Number(count) }, (_, index) => ({
      afterMs: index * ms,
      deed: { do: "task", outcome },
    })),
  );
}

/** Nobody looks for a while; `then` is what happens at the end of it. */
function away(
  span: string,
  then: (ms: number) => readonly Deed[],
  first: readonly Deed[] = [],
): Read<readonly Delayed[]> {
  return mapped(readSpan(span), (ms) => [
    ...first.map(atOnce),
    atOnce({ do: "pause", forMs: ms }),
    ...then(ms).map((deed) => ({ afterMs: ms, deed })),
  ]);
}

function atOnce(deed: Deed): Delayed {
  return { afterMs: 0, deed };
}

function now(deed: Deed): Read<readonly Delayed[]> {
  return { value: [atOnce(deed)] };
}

function mapped<From, To>(read: Read<From>, change: (value: From) => To): Read<To> {
  return "value" in read ? { value: change(read.value) } : read;
}
