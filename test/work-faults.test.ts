/** An hour of jobs under random failures and pressures, in virtual time: nothing leaks, nothing is lost. */
import { expect, test } from "vitest";
import type { Failure } from "../src/domain/input.ts";
import { FAILURES } from "../src/domain/input.ts";
import type { WorkAnswer, WorkStream } from "../src/runtime-work-types.ts";
import { withModels } from "./support/policy-situations.ts";
import { randomOf, type SeededRandom } from "./support/seeded-random.ts";
import { hostWith } from "./support/stories.ts";
import {
  ALLOWED,
  jobOf,
  MODELS,
  type Said,
  type VirtualWork,
  virtualWork,
} from "./support/virtual-work.ts";

const HOUR_S = 3600;

interface Hour {
  readonly work: VirtualWork;
  readonly ended: { answered: number; refused: number; aborted: number; broken: number };
  readonly begun: number;
}

/** Jobs come at random, some stream, some callers go away; each second has its reading. */
async function hourOf(seed: number, isCloudAllowed: boolean): Promise<Hour> {
  const random = randomOf(seed);
  const host = withModels(hostWith(), ...MODELS, "qwen3-vl:235b-cloud");
  const work = virtualWork({ host, ...(isCloudAllowed ? { cloud: ALLOWED } : {}) });
  const ended = { answered: 0, refused: 0, aborted: 0, broken: 0 };
  const count = (answer: WorkAnswer | WorkStream): void => {
    if (answer.ok) ended.answered += 1;
    else if (answer.isAborted) ended.aborted += 1;
    else ended.refused += 1;
  };
  let trouble = 0.2;
  work.say(() => saidBy(random, trouble));
  const jobs: Promise<void>[] = [];
  for (let second = 0; second < HOUR_S; second += 1) {
    // Quiet spells and bad ones, so that the ladder goes down and comes back.
    if (second % 120 === 0) trouble = random.next() < 0.5 ? 0.02 : random.next();
    const tight = second % 600 < 200 ? random.integer(0, 16_000) : 2000;
    work.beat({
      used: random.next() < 0.02 ? null : 1000 + tight,
      available: second % 900 < 60 ? random.integer(200, 40_000) : 40_000,
    });
    if (second % 700 === 650) work.story.send({ type: "editor.changed", running: true });
    if (second % 700 === 690) work.story.send({ type: "editor.changed", running: false });
    for (let job = random.integer(0, 5); job > 0; job -= 1)
      jobs.push(begin(work, random, { count, ended }));
    await work.clock.pass(1000);
  }
  work.say(() => ({}));
  work.beat();
  await work.clock.pass(600_000);
  await Promise.all(jobs);
  return { work, ended, begun: jobs.length };
}

function saidBy(random: SeededRandom, trouble: number): Said {
  const afterMs = random.integer(0, 600);
  if (random.next() >= trouble) return { afterMs };
  const failure = FAILURES[random.integer(0, FAILURES.length - 1)] as Failure;
  const retryAfterMs = random.integer(0, 60_000);
  return { afterMs, failure, retryAfterMs, pieces: random.integer(0, 2) };
}

async function begin(
  work: VirtualWork,
  random: SeededRandom,
  {
    count,
    ended,
  }: { readonly count: (answer: WorkAnswer | WorkStream) => void; readonly ended: Hour["ended"] },
): Promise<void> {
  const end = new AbortController();
  if (random.next() < 0.1) work.clock.after(random.integer(0, 4000), () => end.abort());
  const role = random.next() < 0.7 ? ("vision" as const) : ("planning" as const);
  const job = jobOf({ role, signal: end.signal, isLocalOnly: random.next() < 0.2 });
  if (random.next() < 0.5) return count(await work.engine.complete(job));
  const stream = await work.engine.stream(job);
  count(stream);
  if (!stream.ok) return;
  const most = random.next() < 0.1 ? 1 : 100;
  let pieces = 0;
  for await (const { type } of stream.events) {
    if (type === "failed") ended.broken += 1;
    pieces += 1;
    if (pieces >= most) break;
  }
}

test.each([
  [1, false],
  [2, true],
  [3, true],
])(
  "work: an hour of faults (%i, cloud allowed %s) leaves nothing behind",
  async (seed, isCloudAllowed) => {
    const { work, ended, begun } = await hourOf(seed, isCloudAllowed);
    const { answered, refused, aborted } = ended;
    expect(begun).toBeGreaterThan(8000);
    expect(answered + refused + aborted).toBe(begun);
    // Without the cloud a host that ran out of memory on its processor refuses for a quarter of an hour.
    expect(answered).toBeGreaterThan(isCloudAllowed ? begun / 4 : 200);
    expect(refused).toBeGreaterThan(0);
    expect(aborted).toBeGreaterThan(0);
    expect(ended.broken).toBeGreaterThan(0);
    const { counts, ...view } = work.engine.view();
    expect(view).toMatchObject({
      running: [],
      waiting: [],
      queue: { length: 0, longest_wait_ms: 0 },
      reserved: { vram_mib: 0, memory_mib: 0 },
    });
    expect(counts.done + counts.failed + counts.refused + counts.aborted).toBe(begun);
    expect(work.open()).toBe(0);
    expect(work.clock.waiting).toBe(0);
    const cloud = work.asked.filter(({ provider }) => provider === "cloud").length;
    if (isCloudAllowed) expect(cloud).toBeGreaterThan(100);
    else expect(cloud).toBe(0);
  },
);

test("work: the hour is the same each time it is told", async () => {
  const tell = async () => {
    const { work, ended } = await hourOf(7, true);
    return { ended, asked: work.asked.length, outcomes: work.outcomes.length };
  };
  expect(await tell()).toEqual(await tell());
});
