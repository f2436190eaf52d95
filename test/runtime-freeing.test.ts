/** Freeing on a real actor, a real queue and a real server: what goes, what stays, what is told. */
import { expect, test } from "vitest";
import { BIG, freeingHost, SMALL } from "./support/freeing-host.ts";

test("freeing: leaving the card unloads what we loaded, and the log says how much came back", async () => {
  const host = await freeingHost();
  host.card.loaded.set("someone:8b", 3000);
  await host.work(BIG);
  host.step("cpu");
  const [entry] = await host.told(1);
  expect(entry).toMatchObject({
    type: "effect.finished",
    actor: "effect",
    data: {
      effect: "unload",
      detail: {
        models: [BIG],
        address: host.card.address,
        device_left: "gpu",
        freed_mib: 7000,
        expected_mib: 7000,
        reason: null,
      },
    },
  });
  expect(host.card.asked).toEqual([BIG]);
  expect([...host.card.loaded.keys()]).toEqual(["someone:8b"]);
  expect(host.queue.models.all()).toEqual([]);
  expect(host.failures).toEqual([]);
});

test("freeing: a model that stood there before our work is left, and the log says so", async () => {
  const host = await freeingHost();
  host.card.loaded.set(BIG, 7000);
  await host.work(BIG);
  host.step("cpu");
  const [entry] = await host.told(1);
  expect(entry).toMatchObject({
    type: "effect.finished",
    data: {
      effect: "unload",
      detail: {
        models: [],
        left: [BIG],
        device_left: "gpu",
        freed_mib: 0,
        expected_mib: 0,
        reason: "not_ours",
      },
    },
  });
  expect(host.card.asked).toEqual([]);
  expect([...host.card.loaded.keys()]).toEqual([BIG]);
  // It is said once, not at each step.
  await host.work(SMALL);
  host.step("shed");
  expect(await host.told(2)).toMatchObject([
    {},
    { data: { detail: { models: [SMALL], left: [] } } },
  ]);
});

test("freeing: ours goes beside one that is left, and what came back is ours alone", async () => {
  const host = await freeingHost();
  host.card.loaded.set(SMALL, 4000);
  await host.work(SMALL);
  await host.work(BIG);
  host.step("cpu");
  const [entry] = await host.told(1);
  expect(entry?.data).toMatchObject({
    detail: { models: [BIG], left: [SMALL], freed_mib: 7000, expected_mib: 7000, reason: null },
  });
  expect(host.card.asked).toEqual([BIG]);
});

test("freeing: a model that others' keep-alive ended and that we loaded anew is ours", async () => {
  const host = await freeingHost();
  host.card.loaded.set(BIG, 7000);
  await host.work(BIG);
  host.card.loaded.delete(BIG);
  host.see();
  await host.work(BIG);
  host.step("cpu");
  const [entry] = await host.told(1);
  expect(entry?.data).toMatchObject({ detail: { models: [BIG], left: [], freed_mib: 7000 } });
});

test("freeing: a smaller model on the card frees the bigger one and keeps itself", async () => {
  const host = await freeingHost();
  await host.work(BIG);
  await host.work(SMALL);
  host.step("smallModel");
  const [entry] = await host.told(1);
  expect(entry?.data).toMatchObject({ detail: { models: [BIG], device_left: null } });
  expect([...host.card.loaded.keys()]).toEqual([SMALL]);
});

test("freeing: models that are free at one step go together", async () => {
  const host = await freeingHost();
  await host.work(BIG);
  await host.work(SMALL);
  host.step("cpu");
  const [entry] = await host.told(1);
  expect(entry?.data).toMatchObject({ detail: { models: [BIG, SMALL], freed_mib: 11_000 } });
});

test("freeing: a running job finishes first, however hard the step", async () => {
  const host = await freeingHost();
  const end = await host.begin(BIG);
  host.card.othersMib = 13_300;
  host.clock.advance(500);
  expect(host.actor.state().chart.state.profile).toBe("LOCAL_GPU_HIGH.degraded.cpu");
  host.clock.advance(60_000);
  expect(host.card.asked).toEqual([]);
  const asked = host.card.nextAsked();
  end();
  await asked;
  expect(await host.told(1)).toMatchObject([{ data: { detail: { models: [BIG] } } }]);
});

test("freeing: a sample of before the model was loaded is no measure of what came back", async () => {
  const host = await freeingHost();
  const end = await host.begin(BIG);
  host.clock.advance(100);
  end();
  host.step("cpu");
  const [entry] = await host.told(1);
  expect(entry).toMatchObject({
    type: "effect.finished",
    data: { detail: { models: [BIG], freed_mib: null, reason: "not_measured" } },
  });
});

test("freeing: a model that the server has loaded anew for the present rung stays", async () => {
  const host = await freeingHost();
  await host.work(SMALL, 2048);
  await host.work(SMALL);
  await host.work(BIG);
  host.step("smallModel");
  const [entry] = await host.told(1);
  expect(entry?.data).toMatchObject({ detail: { models: [BIG] } });
  expect(host.card.asked).toEqual([BIG]);
  expect(host.queue.models.all()).toMatchObject([{ model: SMALL, num_ctx: 8192 }]);
});

test("freeing: a model loaded in another way than the present rung wants goes", async () => {
  const host = await freeingHost();
  await host.work(SMALL, 2048);
  host.step("smallModel");
  const [entry] = await host.told(1);
  expect(entry?.data).toMatchObject({ detail: { models: [SMALL] } });
});

test("freeing: nothing is asked where nothing was loaded, and nothing is told", async () => {
  const host = await freeingHost();
  host.card.loaded.set("someone:8b", 3000);
  host.step("cpu");
  await host.work(SMALL);
  host.card.loaded.delete(SMALL);
  host.step("shed");
  await expect.poll(() => host.queue.models.all()).toEqual([]);
  expect(host.card.asked).toEqual([]);
  expect(host.effects()).toEqual([]);
});

test("freeing: refusal, a false yes and memory that stays are told as they are", async () => {
  const cases = [
    ["refuse", "effect.failed", "refused", null],
    ["page", "effect.failed", "refused", null],
    ["keep", "effect.failed", "still_loaded", 0],
    ["leak", "effect.finished", "memory_not_back", 0],
  ] as const;
  for (const [manner, type, reason, freed_mib] of cases) {
    const host = await freeingHost(manner);
    await host.work(BIG);
    host.step("cpu");
    const [entry] = await host.told(1);
    expect(entry).toMatchObject({ type, data: { detail: { reason, freed_mib, models: [BIG] } } });
  }
});

test("freeing: a silent server is told when time is up", async () => {
  const host = await freeingHost("hang");
  await host.work(BIG);
  const asked = host.card.nextAsked();
  host.step("cpu");
  await asked;
  host.clock.advance(5000);
  const [entry] = await host.told(1);
  expect(entry).toMatchObject({
    type: "effect.failed",
    data: { detail: { reason: "unreachable", waited_ms: 5000 } },
  });
});

test("freeing: a step back up while a job runs keeps the model", async () => {
  const host = await freeingHost();
  const end = await host.begin(BIG);
  host.step("cpu");
  climb(host);
  end();
  await host.queue.idle(host.queue.models.all()[0] as never);
  host.step("smallModel");
  const [entry] = await host.told(1);
  expect(entry?.data).toMatchObject({ detail: { models: [BIG], device_left: null } });
  expect(host.card.asked).toEqual([BIG]);
});

test("freeing: a step back up while it is unloaded calls it back", async () => {
  const host = await freeingHost("hang");
  await host.work(BIG);
  const asked = host.card.nextAsked();
  host.step("cpu");
  await asked;
  climb(host);
  const [entry] = await host.told(1);
  expect(entry).toMatchObject({
    type: "effect.failed",
    data: { detail: { reason: "wanted_again", models: [BIG] } },
  });
});

test("freeing: one model is never asked for twice at once", async () => {
  const host = await freeingHost("hang");
  await host.work(BIG);
  const asked = host.card.nextAsked();
  host.step("smallModel");
  await asked;
  host.step("cpu");
  host.step("shed");
  expect(host.card.asked).toEqual([BIG]);
  host.card.manner = "free";
  host.clock.advance(5000);
  const told = await host.told(2);
  expect(told.map(({ type }) => type)).toEqual(["effect.failed", "effect.finished"]);
  expect(host.card.asked).toEqual([BIG, BIG]);
});

test("freeing: a stop ends it, and nothing is told any more", async () => {
  const host = await freeingHost("hang");
  await host.work(BIG);
  const end = await host.begin(SMALL);
  const asked = host.card.nextAsked();
  host.step("cpu");
  await asked;
  host.stop();
  end();
  host.step("shed");
  await new Promise(setImmediate);
  expect(host.effects()).toEqual([]);
  expect(host.card.asked).toEqual([BIG]);
  expect(host.failures).toEqual([]);
});

test("freeing: an editor that starts makes room before it renders", async () => {
  const host = await freeingHost();
  await host.work(BIG);
  host.actor.submit({ type: "editor.changed", running: true }, "sensor:davinci");
  expect(host.actor.state().chart.state.profile).toBe("LOCAL_GPU_HIGH.degraded.cpu");
  const [entry] = await host.told(1);
  expect(entry?.data).toMatchObject({ detail: { models: [BIG], device_left: "gpu" } });
});

test("freeing: on a tight card, an unload that frees nothing is followed by the next rung", async () => {
  for (const [manner, isFreed] of [
    ["leak", false],
    ["refuse", false],
    ["free", true],
  ] as const) {
    const host = await freeingHost(manner);
    await host.work(BIG);
    host.card.othersMib = 11_022;
    const isTight = () => host.actor.state().chart.state.vram === "tight";
    for (let beat = 0; beat < 60 && !isTight(); beat += 1) host.clock.advance(500);
    expect(host.actor.state().chart.state.profile).toBe("LOCAL_GPU_HIGH.degraded.smallModel");
    await host.told(1);
    const { chart, lastTransition } = host.actor.state();
    const rung = isFreed ? "smallModel" : "cpu";
    expect(chart.state.profile, manner).toBe(`LOCAL_GPU_HIGH.degraded.${rung}`);
    const code = isFreed ? "VRAM_TIGHT" : "VRAM_EXHAUSTED";
    expect(lastTransition?.reason).toMatchObject({ code });
    if (!isFreed) expect(lastTransition?.reason.signal).toBe("unload.freed");
  }
});

/** Lets the hold go and the dwell pass, reading by reading, until the best rung is back. */
function climb({ actor, clock }: Awaited<ReturnType<typeof freeingHost>>): void {
  actor.submit({ type: "restore.requested" }, "user");
  for (let beat = 0; beat < 2000 && !isNominal(actor.state().chart.state.profile); beat += 1)
    clock.advance(500);
  expect(actor.state().chart.state.profile).toBe("LOCAL_GPU_HIGH.nominal");
}

function isNominal(profile: string): boolean {
  return profile.endsWith(".nominal");
}
