/** A real actor with a card, whose meter and model server are one fake, and a real queue; time is virtual. */
import { onTestFinished } from "vitest";
import type { Target } from "../../src/domain/job.ts";
import type { Rung } from "../../src/domain/rung.ts";
import { askLoaded } from "../../src/effects/loaded-models.ts";
import type { Entry } from "../../src/log/entry.ts";
import { initialState } from "../../src/machines/runtime-state.ts";
import { createActor } from "../../src/runtime-actor.ts";
import { startFreeing } from "../../src/runtime-freeing.ts";
import { machineHashOf } from "../../src/runtime-start.ts";
import { createQueue } from "../../src/runtime-work-queue.ts";
import { logOfTest } from "../log-helper.ts";
import { type FakeCard, fakeCard, type UnloadManner } from "./fake-card.ts";
import { steppingClock } from "./stepping-clock.ts";
import { CARD_MIB, configurationWith, hostWith } from "./stories.ts";

const BEGIN = 1_000_000;

/** The models of this host's rungs, as the policy chooses them from what is installed. */
export const BIG = "qwen3-vl:8b";
export const SMALL = "qwen3.5:4b";
const INSTALLED = [BIG, SMALL, "moondream:latest"];

/** What the models hold on the card, MiB. */
const HELD: Readonly<Record<string, number>> = { [BIG]: 7000, [SMALL]: 4000 };

/** Starts it; nothing is loaded yet. */
export async function freeingHost(manner: UnloadManner = "free") {
  const card = await fakeCard({}, manner);
  const log = logOfTest();
  const stopping = new AbortController();
  onTestFinished(() => stopping.abort());
  const clock = steppingClock((now) => {
    if (Math.floor(now / 500) > beats) read();
  });
  let beats = 0;
  const failures: unknown[] = [];
  const actor = createActor({
    log,
    clock: {
      now: () => BEGIN + clock.now(),
      mono: clock.now,
      timeOf: (wall) => wall,
      takeJump: () => null,
    },
    state: initialState(),
    machineHash: machineHashOf(),
    onLog: () => {},
    onListenerError: (error) => failures.push(error),
  });
  const read = (): void => {
    beats = Math.floor(clock.now() / 500);
    if (stopping.signal.aborted) return;
    const vram = { used_mib: card.usedMib(), total_mib: CARD_MIB, own_mib: 0 };
    const memory = { available_mib: 40_000, total_mib: 65_536 };
    actor.submit({ type: "reading", vram, memory }, "sensor");
  };
  let wanted = targetOf(card, BIG);
  const queue = createQueue({
    clock,
    limit: 10,
    keepAliveMs: 300_000,
    listModels: askLoaded,
    workedBefore: () => false,
    choose: () => ({ go: wanted, passedOver: null }),
  });
  const models = INSTALLED.map((name) => ({
    name,
    size_bytes: 1_000_000_000,
    vision: true,
    cloud: false,
  }));
  const ollama = { ...hostWith().ollama, running: true, address: card.address, models };
  startFreeing({
    actor,
    queue,
    clock,
    deadlineMs: 5000,
    signal: stopping.signal,
    onError: (error) => failures.push(error),
  });
  actor.submit({ type: "config.changed", config: configurationWith() }, "runtime");
  actor.submit({ type: "host.detected", host: hostWith({ ollama }) }, "probe");
  read();
  let lastId = 0;
  /** A job on this model begins; answers the function that ends it. The model is loaded then. */
  const begin = async (model: string, num_ctx?: number): Promise<() => void> => {
    const usual = targetOf(card, model);
    wanted = { ...usual, num_ctx: num_ctx ?? usual.num_ctx };
    lastId += 1;
    const choosing = {
      role: "vision" as const,
      usesPolicy: true,
      isLocalOnly: false,
      attempts: [],
      tried: [],
    };
    const { signal } = new AbortController();
    const entered = await queue.enter({ id: lastId, choosing, since: 0, waitMs: 1e6, signal });
    if (!("release" in entered)) throw new Error("Expected a place for the job, got none.");
    await queue.models.beforeSending(entered.target);
    queue.models.sent(entered.target);
    card.loaded.set(model, HELD[model] ?? 1000);
    clock.advance(500);
    return () => {
      entered.release(true);
      const outcome = { task: "vision", provider: "local", model, ok: true } as const;
      actor.submit({ type: "task.finished", ...outcome }, "runtime");
    };
  };
  const effects = (): readonly Entry[] =>
    log.read({ limit: 1000 }).filter(({ type }) => type.startsWith("effect."));
  return {
    card,
    actor,
    clock,
    queue,
    failures,
    begin,
    /** A job on this model that is over, and a beat later; the model stays. */
    work: async (model: string, num_ctx?: number): Promise<void> => {
      (await begin(model, num_ctx))();
      clock.advance(500);
    },
    step: (rung: Rung): void =>
      void actor.submit({ type: "degrade.requested", rung, reason: null }, "user"),
    stop: () => stopping.abort(),
    /** A beat of Ollama's sensor. */
    see: (): void => {
      const { address, loaded } = card;
      const models = [...loaded].map(([name, gpuMib]) => ({ name, gpuMib }));
      queue.models.see({ address, beganAt: clock.now(), models });
    },
    effects,
    /** Settles with the effects when there are so many. */
    told: (count: number): Promise<readonly Entry[]> =>
      new Promise((resolve) => {
        const end = actor.subscribe(check);
        function check(): void {
          if (effects().length < count) return;
          end();
          resolve(effects());
        }
        check();
      }),
  };
}

function targetOf({ address }: FakeCard, model: string): Target {
  return {
    rung: model === BIG ? "nominal" : "smallModel",
    provider: "local",
    protocol: "ollama",
    address,
    model,
    device: "gpu",
    num_ctx: model === BIG ? 16_384 : 8192,
    footprint_mib: 2000,
    meter: "vram",
    concurrency: 4,
  };
}
