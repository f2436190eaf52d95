/** The actor on a real log: what listeners are told, and what a log that takes no writes may cost. */
import { expect, onTestFinished, test } from "vitest";
import type { Configuration } from "../src/domain/configuration.ts";
import type { Input, TaskFinished } from "../src/domain/input.ts";
import type { Entry } from "../src/log/entry.ts";
import { checkpointOf, initialState } from "../src/machines/runtime-state.ts";
import { createActor } from "../src/runtime-actor.ts";
import type { Happening, RuntimeActor, Untimed } from "../src/runtime-actor-types.ts";
import { changesIn } from "../src/runtime-changes.ts";
import { machineHashOf, stateFromLog } from "../src/runtime-start.ts";
import { bareFile, folderOfTest, logOfTest } from "./log-helper.ts";
import { CARD_MIB, configurationWith, hostWith } from "./support/stories.ts";

const CALM_MIB = 4000;
const HARD_MIB = 19_500;

/** An actor with a host and two calm readings behind it, whose clock and log the test may upset. */
function actorOfTest() {
  const folder = folderOfTest();
  const log = logOfTest(folder);
  const file = bareFile(folder);
  let at = 1_000_000;
  let jump: number | null = null;
  const takeJump = (): number | null => {
    const taken = jump;
    jump = null;
    return taken;
  };
  const said: boolean[] = [];
  const failures: string[] = [];
  const actor = createActor({
    log,
    clock: { now: () => at, mono: () => at - 1_000_000, timeOf: (wall) => wall, takeJump },
    state: initialState(),
    machineHash: machineHashOf(),
    onLog: ({ isWritable }) => said.push(isWritable),
    onListenerError: (error) => failures.push(String(error)),
  });
  const beat = (used = CALM_MIB): readonly Entry[] => {
    at += 1000;
    const vram = { used_mib: used, total_mib: CARD_MIB, own_mib: 0 };
    const memory = { available_mib: 40_000, total_mib: 65_536 };
    return actor.submit({ type: "reading", vram, memory }, "sensor");
  };
  /** From now on the file refuses rows for which the SQL condition holds. */
  const refuse = (condition: string): void => {
    for (const table of ["entries", "readings"]) {
      const when = table === "readings" ? condition.replaceAll("NEW.type", "'reading'") : condition;
      file.exec(
        `CREATE TRIGGER refuse_${table} BEFORE INSERT ON ${table} WHEN ${when} BEGIN SELECT RAISE(ABORT, 'no room'); END`,
      );
    }
  };
  const accept = (): void =>
    void file.exec("DROP TRIGGER refuse_entries; DROP TRIGGER refuse_readings");
  actor.submit({ type: "config.changed", config: configurationWith() }, "runtime");
  actor.submit({ type: "host.detected", host: hostWith() }, "probe");
  beat();
  beat();
  const sleep = (ms: number): void => {
    at += ms;
    jump = ms;
  };
  return { log, actor, beat, refuse, accept, said, failures, sleep };
}

const gapsOf = (log: { read(query: { type: string }): Entry[] }): number[] =>
  log.read({ type: "log.gap" }).map(({ data }) => (data as { lost: number }).lost);

function changesTold(actor: RuntimeActor): { seq: number | null; to: string }[] {
  const told: { seq: number | null; to: string }[] = [];
  actor.watch((happening) => {
    for (const { change } of changesIn(happening, "en"))
      told.push({ seq: change.seq, to: change.to });
  });
  return told;
}

test("actor: a step down while the log takes no writes is told, without a number", () => {
  const { actor, beat, refuse, accept, said, log } = actorOfTest();
  const told = changesTold(actor);
  const onDisk: string[] = [];
  actor.subscribe((entries) => onDisk.push(...entries.map(({ type }) => type)));
  refuse("1");
  expect(beat(HARD_MIB)).toEqual([]);
  beat(HARD_MIB);
  expect(told).toEqual([{ seq: null, to: "LOCAL_GPU_HIGH.degraded.cpu" }]);
  expect(onDisk).toEqual([]);
  expect(said).toEqual([false]);
  accept();
  beat(HARD_MIB);
  expect(onDisk).toEqual(["log.gap", "checkpoint", "reading"]);
  expect(said).toEqual([false, true]);
  expect(gapsOf(log)).toEqual([2]);
  expect(told).toHaveLength(1);
  expect(log.verifyChain()).toEqual([]);
});

test("actor: a step that is on disk is told with its number", () => {
  const { actor, beat, log } = actorOfTest();
  const told = changesTold(actor);
  beat(HARD_MIB);
  const [entry] = log.read({ type: "transition", order: "descending", limit: 1 });
  expect(told).toEqual([{ seq: entry?.seq, to: "LOCAL_GPU_HIGH.degraded.cpu" }]);
});

test("actor: gap and checkpoint enter together or not at all", () => {
  const { actor, beat, refuse, accept, log } = actorOfTest();
  refuse("1");
  beat(HARD_MIB);
  accept();
  refuse("NEW.type = 'checkpoint'");
  for (let count = 0; count < 3; count += 1) beat();
  expect(gapsOf(log)).toEqual([]);
  accept();
  beat();
  expect(gapsOf(log)).toEqual([4]);
  const fold = stateFromLog(log, machineHashOf());
  expect(checkpointOf(fold)).toEqual(checkpointOf(actor.state()));
});

test("actor: a checkpoint that cannot be written loses nothing, and is said and taken back", () => {
  const { actor, beat, refuse, accept, said, log } = actorOfTest();
  refuse("NEW.type = 'checkpoint'");
  actor.checkpoint();
  expect(said).toEqual([false]);
  accept();
  beat();
  expect(said).toEqual([false, true]);
  expect(gapsOf(log)).toEqual([]);
});

const held = { type: "degrade.requested", rung: "cpu", reason: null } as const;
const released = { type: "restore.requested", reason: null } as const;
const base: Configuration = configurationWith();
const strict = configurationWith({ editor: { ...base.editor, leave_gpu: !base.editor.leave_gpu } });
const smaller = hostWith({
  gpus: hostWith().gpus.map((gpu) => ({ ...gpu, vram_total_mib: 8188 })),
});

type Asked = Parameters<RuntimeActor["submit"]>[0];

test.each<[string, readonly Asked[], readonly Asked[], readonly Input["type"][]]>([
  ["nothing", [], [], []],
  ["a hold", [], [held], ["degrade.requested"]],
  ["a hold that was there before", [held], [], []],
  ["a release", [held], [released], ["restore.requested"]],
  ["a configuration", [], [{ type: "config.changed", config: strict }], ["config.changed"]],
  ["a host", [], [{ type: "host.detected", host: smaller }], ["host.detected"]],
  [
    "all of them",
    [],
    [{ type: "config.changed", config: strict }, { type: "host.detected", host: smaller }, held],
    ["config.changed", "host.detected", "degrade.requested"],
  ],
])(
  "actor: %s asked for in a gap is not lost to a later version",
  (_name, before, lost, carried) => {
    const { actor, beat, refuse, accept, log } = actorOfTest();
    for (const input of before) actor.submit(input, "user");
    refuse("1");
    beat();
    for (const input of lost) actor.submit(input, "user");
    const live = actor.state();
    accept();
    actor.submit({ type: "effect.finished", effect: "none" }, "effect");
    const [gap] = log.read({ type: "log.gap" });
    const types = log.read({ after: gap?.seq, limit: 100 }).map(({ type }) => type);
    expect(types).toEqual(["checkpoint", ...carried, "effect.finished"]);
    expect(actor.state().chart.state).toEqual(live.chart.state);
    expect(actor.state().lastTransition).toEqual(live.lastTransition);
    const { configuration, host, chart } = stateFromLog(log, "the hash of a later version");
    expect(configuration).toEqual(live.configuration);
    expect(host).toEqual({ ...live.host, davinci: host?.davinci });
    expect(chart.state.hold).toBe(live.chart.state.hold);
  },
);

test("actor: a gap does not take back what is known of the editor", () => {
  const { actor, beat, refuse, accept, log } = actorOfTest();
  refuse("1");
  actor.submit({ type: "host.detected", host: smaller }, "probe");
  actor.submit({ type: "editor.changed", running: true }, "sensor:davinci");
  accept();
  beat();
  expect(actor.state().chart.state.editor).toBe("busy");
  expect(stateFromLog(log, "the hash of a later version").chart.state.editor).toBe("busy");
});

test("actor: what a listener causes is told to all after what caused it", () => {
  const { actor, beat, log } = actorOfTest();
  const answered: (readonly number[])[] = [];
  actor.subscribe((entries) => {
    if (answered.length > 0 || !entries.some(({ type }) => type === "transition")) return;
    const own = actor.submit({ type: "degrade.requested", rung: "shed" }, "user");
    answered.push(own.map(({ seq }) => seq));
    expect(actor.state().chart.state.hold).toBe("held.shed");
    expect(actor.seq()).toBe(own.at(-1)?.seq);
  });
  const heard: number[] = [];
  actor.subscribe((entries) => heard.push(...entries.map(({ seq }) => seq)));
  const first = beat(HARD_MIB).map(({ seq }) => seq);
  expect(heard).toEqual([...first, ...(answered[0] ?? [])]);
  expect(heard.at(-1)).toBe(log.head()?.seq);
  expect(heard).toEqual(heard.map((_seq, index) => (heard[0] ?? 0) + index));
});

test("actor: listeners that answer every change with another are stopped", () => {
  const { actor, beat, failures } = actorOfTest();
  let calls = 0;
  actor.subscribe(() => {
    calls += 1;
    actor.submit({ type: "restore.requested" }, "user");
  });
  beat();
  expect(calls).toBe(101);
  expect(failures).toEqual([expect.stringContaining("at most 100")]);
  expect(beat()).toHaveLength(1);
});

test("actor: a listener that fails harms neither the others nor the input, and is said once", async () => {
  const { actor, beat, failures } = actorOfTest();
  let others = 0;
  actor.subscribe(() => {
    throw new Error("at once");
  });
  actor.subscribe(async () => {
    throw new Error("later");
  });
  actor.subscribe(() => {
    others += 1;
  });
  expect(beat()).toHaveLength(1);
  beat();
  await Promise.resolve();
  expect(others).toBe(2);
  expect(failures).toEqual(["Error: at once", "Error: later"]);
});

test("actor: a listener that was ended is not told, also when another ends it", () => {
  const { actor, beat } = actorOfTest();
  const ends: (() => void)[] = [];
  let calls = 0;
  actor.watch(() => ends[0]?.());
  ends.push(actor.watch(() => (calls += 1)));
  beat();
  expect(calls).toBe(0);
});

test("actor: subscribers get every entry that is on disk, checkpoints among them", () => {
  const { actor, beat, log } = actorOfTest();
  const after = log.head()?.seq;
  const heard: Entry[] = [];
  actor.subscribe((entries) => heard.push(...entries));
  beat();
  actor.checkpoint();
  beat(HARD_MIB);
  expect(heard).toEqual(log.read({ after, limit: 100 }));
  expect(heard.map(({ type }) => type)).toContain("checkpoint");
});

test("actor: a jump of time is an input of its own before the next one", () => {
  const { actor, beat, sleep, log } = actorOfTest();
  const happened: Happening[] = [];
  onTestFinished(actor.watch((happening) => happened.push(happening)));
  sleep(3_600_000);
  beat();
  beat();
  const [resumed] = log.read({ type: "clock.resumed" });
  expect(resumed?.data).toEqual({ gap_ms: 3_600_000 });
  expect(log.entry((resumed?.seq ?? 0) - 1)?.type).toBe("reading");
  expect(happened[0]?.entries[0]).toEqual(resumed);
  expect(log.read({ type: "clock.resumed" })).toHaveLength(1);
});

const outcomeOf = (ok: boolean): Untimed<TaskFinished> => ({
  type: "task.finished",
  task: "vision",
  provider: "local",
  model: "moondream",
  ok,
  failure: ok ? null : "timeout",
});
/** In the middle of these it is found that tasks fail often. */
const OUTCOMES = [true, false, false, false, false, false, true, false].map(outcomeOf);

test("actor: outcomes that come together are as those that come one by one, in one write", () => {
  const [together, apart] = [actorOfTest(), actorOfTest()];
  const told = [together, apart].map(({ actor }) => {
    const happened: Happening[] = [];
    actor.watch((each) => happened.push(each));
    return happened;
  });
  together.actor.submitAll(OUTCOMES, "runtime");
  for (const outcome of OUTCOMES) apart.actor.submit(outcome, "runtime");
  const plain = (happened: readonly Happening[] | undefined) =>
    happened?.map(({ entries, state, ...rest }) => ({
      ...rest,
      state: checkpointOf(state),
      entries: entries.map(({ seq, kind, type, cause, data }) => ({
        seq,
        kind,
        type,
        cause,
        data,
      })),
    }));
  expect(plain(told[0])).toEqual(plain(told[1]));
  expect(told[0]?.findIndex(({ outputs }) => outputs.length > 0)).toBe(4);
  expect(checkpointOf(together.actor.state())).toEqual(checkpointOf(apart.actor.state()));
  expect(together.log.verifyChain()).toEqual([]);
  expect(together.actor.seq()).toBe(apart.actor.seq());
});

test("actor: of outcomes that come together, one that the log refuses costs itself alone", () => {
  const { actor, log, refuse, accept, said } = actorOfTest();
  const happened: Happening[] = [];
  actor.watch((each) => happened.push(each));
  refuse("NEW.type = 'task.finished' AND NEW.data LIKE '%oom%'");
  const lost = { ...outcomeOf(false), failure: "oom" } as const;
  actor.submitAll([outcomeOf(true), lost], "runtime");
  expect(said).toEqual([false, true, false]);
  const [first, second] = happened.filter(({ input }) => input?.type === "task.finished");
  expect(first?.entries.map(({ type }) => type)).toEqual(["task.finished"]);
  expect(second?.entries).toEqual([]);
  accept();
  actor.submitAll([outcomeOf(true), outcomeOf(true)], "runtime");
  expect(gapsOf(log)).toEqual([1]);
  expect(log.verifyChain()).toEqual([]);
  const folded = stateFromLog(log, machineHashOf());
  expect(checkpointOf(folded ?? initialState())).toEqual(checkpointOf(actor.state()));
});
