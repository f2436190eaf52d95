/**
 * The story of a card that fills up while jobs run: a real runtime, real sensors, real clients. Running
 * jobs finish, the next ones go down the ladder, memory is freed, and after calm all of it comes back.
 */
import { expect, test } from "vitest";
import type { Receipt } from "../src/domain/job.ts";
import { REASON_CODES } from "../src/domain/reason.ts";
import { getVisionAnalyzer } from "../src/runtime-roles.ts";
import type { Runtime } from "../src/runtime-types.ts";
import { entryOf, stateOf } from "./support/live.ts";
import { onCardMib, workingHost } from "./support/working-host.ts";

const PNG = Buffer.from("89504e470d0a1a0a", "hex");

const rungOf = (runtime: Runtime) => runtime.snapshot().rung;
const at = (runtime: Runtime, rung: string) => stateOf(runtime, () => rungOf(runtime) === rung);

/** The receipt names an entry of the log, and that entry has the same reason. */
function explains(runtime: Runtime, { reason, seq, rung }: Receipt): void {
  const entry = runtime.event(seq ?? -1);
  expect(REASON_CODES).toContain(reason);
  expect(entry).toMatchObject({ type: "transition", data: { reason: { code: reason } } });
  expect(JSON.stringify(entry?.data)).toContain(rung);
}

test("story: a card that fills up sends jobs down the ladder, loses none, and lets them come back", async () => {
  const { runtime, ollama, cloud, use, host } = await workingHost({ cloud: { allowed: true } });
  await stateOf(runtime, () => runtime.snapshot().state.cloud === "reachable");
  const analyzer = getVisionAnalyzer(runtime);
  const analyze = () => analyzer.analyze(PNG, "What is here?");
  const unloaded = (model: string) =>
    entryOf(runtime, ({ type, data }) => {
      const { effect, detail } = data as { effect?: string; detail?: { models?: string[] } };
      return type === "effect.finished" && effect === "unload" && detail?.models?.[0] === model;
    });

  // A job is under way on the card when others begin to use it.
  expect((await analyze()).receipt).toMatchObject({ rung: "nominal", reason: "HOST_DETECTED" });
  ollama.next("slow-load");
  const running = analyze();
  await ollama.until(() => ollama.held === 1);
  await stateOf(runtime, () => runtime.metrics().vram?.own_mib === 2253);
  use(4800);
  await at(runtime, "smallModel");
  expect(runtime.work.view()).toMatchObject({ running: [{ target: { rung: "nominal" } }] });
  expect(onCardMib(ollama)).toBe(2253);
  ollama.release();
  expect((await running).receipt).toMatchObject({ rung: "nominal", model: "qwen3.5:4b" });
  const freed = await unloaded("qwen3.5:4b");
  expect(freed.data).toMatchObject({ detail: { freed_mib: 2253 } });
  const small = await analyze();
  expect(small.receipt).toMatchObject({
    rung: "smallModel",
    model: "qwen3.5:2b",
    reason: "VRAM_TIGHT",
  });

  // Others take nearly all of it: off the card, at once.
  use(6400);
  await at(runtime, "cpu");
  const processor = await analyze();
  expect(processor.receipt).toMatchObject({ rung: "cpu", device: "cpu", reason: "VRAM_EXHAUSTED" });
  expect(ollama.chats.at(-1)?.body).toMatchObject({ options: { num_gpu: 0 } });
  await stateOf(runtime, () => onCardMib(ollama) === 0);

  // Memory becomes short as well.
  host.available(1500);
  await at(runtime, "cloud");
  const far = await analyze();
  expect(far.receipt).toMatchObject({ rung: "cloud", provider: "cloud", reason: "MEMORY_TIGHT" });
  expect(runtime.notices.filter(({ code }) => code === "CLOUD_IN_USE")).toHaveLength(1);

  // Calm.
  use(800);
  host.available(12_000);
  await at(runtime, "nominal");
  const back = await analyze();
  expect(back.receipt).toMatchObject({ rung: "nominal", model: "qwen3.5:4b", reason: "RECOVERED" });

  for (const { receipt } of [small, processor, far, back]) explains(runtime, receipt);
  expect(runtime.work.view()).toMatchObject({
    running: [],
    waiting: [],
    counts: { done: 6, failed: 0, refused: 0, aborted: 0, moved: 0 },
  });
  const outcomes = () =>
    runtime
      .events({ type: "task.finished", limit: 1000 })
      .events.map(({ data }) => (data as { ok: boolean }).ok);
  // The last outcome is written down one turn after its answer.
  await stateOf(runtime, () => outcomes().length === 6);
  expect(outcomes()).toEqual(Array(6).fill(true));
  expect(cloud.chats).toHaveLength(1);
}, 60_000);

test("story: without consent the end of the ladder is a refusal that says when to ask again", async () => {
  const { runtime, cloud, use, host } = await workingHost();
  const analyze = () => getVisionAnalyzer(runtime).analyze(PNG, "What is here?");
  use(7600);
  await at(runtime, "cpu");
  expect((await analyze()).receipt).toMatchObject({ rung: "cpu", reason: "VRAM_EXHAUSTED" });
  host.available(800);
  await at(runtime, "shed");
  const refused = await analyze().catch((error) => error);
  expect(refused).toMatchObject({
    code: "RP_WORK_REFUSED",
    cause: { kind: "consent", rung: "shed", reason: "MEMORY_EXHAUSTED" },
  });
  expect(refused.cause.retry_after_ms).toBeGreaterThan(0);
  use(800);
  host.available(12_000);
  await at(runtime, "nominal");
  expect((await analyze()).receipt).toMatchObject({ rung: "nominal", reason: "RECOVERED" });
  expect(cloud.sockets.ever).toBe(0);
}, 60_000);
