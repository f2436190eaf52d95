/**
 * The memory of one NVIDIA card, by its uuid (the index may change at each start).
 *
 * Three ways to ask: a short process per look (poll), one long process (loop), or first the one and then
 * the other when it takes long (auto). A sample carries the time at which it was measured: a row of the
 * loop the time of its arrival. Rejected: a loop from the start, which holds the card open all day.
 *
 * A laptop's card that sleeps is not woken: while the kernel says that it is suspended, no child is
 * started or kept, and the last figures count as measured now, because a sleeping card runs nothing that
 * could change its memory (what was freed just before it fell asleep is still counted: the careful side).
 * A card that may sleep and has done nothing for a quarter of an hour is left alone for two periods now
 * and then, which is all that the stale limit of a signal allows; samples keep their old time meanwhile.
 * Not verified: whether the driver of a given laptop lets its card sleep within these few seconds.
 */
import type { GpuMode } from "../domain/configuration.ts";
import type { VramReading } from "../domain/input.ts";
import { createCardSleep } from "./card-sleep.ts";
import type { HostView } from "./host-io.ts";
import { type CardFigures, createNvidiaLook, createNvidiaProgram } from "./nvidia-look.ts";
import { createNvidiaLoop } from "./nvidia-loop.ts";
import { NVIDIA_LIMIT_MS } from "./probe-nvidia.ts";
import { createProgramRunner } from "./run-program.ts";
import { type Look, missing, type Sensor, seen, sensorOf } from "./sensor.ts";

/** Which card, and how to ask for it. */
export interface NvidiaSensorOptions {
  readonly view: HostView;
  /** `null`: the only card, or the first. */
  readonly uuid: string | null;
  /** PCI address in either form; absent or `null` = its sleep cannot be seen. */
  readonly bus_id?: string | null;
  /** Default `auto`. */
  readonly mode?: GpuMode;
  /** Place of the part that is used among `Gpu.mig`; absent or `null` = the whole card. */
  readonly part?: number | null;
  /** Time between two looks in ms; default 2000. */
  readonly periodMs?: number;
  /** The user's own choice of the program. */
  readonly nvidiaSmiPath?: string | null;
  /** Wall clock in ms. */
  readonly now?: () => number;
  /** Monotonic clock in ms. */
  readonly mono?: () => number;
  /** Limit of one run in ms; default 5000. */
  readonly limitMs?: number;
}

/** So that the child's own deadline comes first. */
const MARGIN_MS = 100;
const PERIOD_MS = 2000;
/** Near a threshold a look is due each 0.5 s (`pace.ts`); a poll that takes longer cannot keep pace. */
const SLOW_POLL_MS = 500;
/** One slow poll may be a busy moment. */
const SLOW_POLLS = 2;
/** A sample that is fetched in the middle between two rows must still be fresh at the next look. */
const ROWS_PER_PERIOD = 3;
/** The manual warns of short intervals. */
const ROW_PERIOD_MIN_MS = 250;
/** Longer than the slowest exit of a threshold (10 min), so that a pause never keeps it from ending. */
const IDLE_BEFORE_PAUSE_MS = 900_000;
/** A signal is lost after three periods without news. */
const PAUSE_PERIODS = 2;

/** Reads one card; MiB are integers. */
export function createNvidiaSensor(options: NvidiaSensorOptions): Sensor<VramReading> {
  const { view, bus_id = null, now = Date.now, limitMs = NVIDIA_LIMIT_MS } = options;
  const { mono = () => performance.now() } = options;
  const asker = createAsker(options);
  const sleep = createCardSleep(view, bus_id);
  const idle = createIdleWatch(options);
  let hasAsked = false;
  let last: Look<CardFigures> | null = null;
  return sensorOf({
    name: "nvidia",
    limit_ms: limitMs + MARGIN_MS,
    now,
    async look(signal) {
      const power = await sleep.read();
      // The first look may wake it: without a figure its memory would count as lost, and no work would
      // ever go there.
      if (power.is_asleep && hasAsked) {
        asker.rest();
        idle.forget();
        return last?.value == null ? missing("asleep") : readingOf(seen(last.value));
      }
      if (last?.value != null && power.may_sleep && idle.isPausing()) {
        asker.rest();
        return readingOf(last);
      }
      hasAsked = true;
      const source_at = now();
      const beganAt = mono();
      last = { source_at, ...(await asker.look(signal)) };
      if (last.value === null) idle.forget();
      else idle.observe(last.value, beganAt);
      return readingOf(last);
    },
    close() {
      asker.rest();
      sleep.close();
    },
  });
}

/** Asks in the way of the mode; `rest` ends what runs. */
function createAsker(options: NvidiaSensorOptions) {
  const { view, uuid, part = null, mode = "auto", periodMs = PERIOD_MS } = options;
  const { mono = () => performance.now(), now = Date.now, limitMs = NVIDIA_LIMIT_MS } = options;
  const program = createNvidiaProgram(view, options.nvidiaSmiPath ?? null);
  const runner = createProgramRunner(mono);
  const poll = createNvidiaLook({ view, program, runner, uuid, part, limit_ms: limitMs });
  const period_ms = Math.max(ROW_PERIOD_MIN_MS, periodMs / ROWS_PER_PERIOD);
  const loop = createNvidiaLoop({ program, env: view.env, uuid, period_ms, now, mono });
  let slowPolls = 0;
  const isLoopWanted = (): boolean => {
    // The rows of a loop show the whole card, never a part.
    if (part !== null || loop.isRefused()) return false;
    return mode === "loop" || (mode === "auto" && slowPolls >= SLOW_POLLS);
  };
  return {
    rest: () => loop.close(),
    async look(signal: AbortSignal): Promise<Look<CardFigures>> {
      if (isLoopWanted()) {
        const look = await loop.look(signal);
        // A loop that has ended leaves the work to polls until they are slow again.
        if (!loop.isRunning()) slowPolls = 0;
        if (!loop.isRefused()) return look;
      }
      const before = mono();
      const look = await poll(signal);
      const isSlow = look.value !== null && mono() - before > SLOW_POLL_MS;
      slowPolls = isSlow ? slowPolls + 1 : 0;
      return look;
    },
  };
}

/** Notices that a card does nothing, and gives it a rest now and then. */
function createIdleWatch({
  periodMs = PERIOD_MS,
  mono = () => performance.now(),
}: NvidiaSensorOptions) {
  let idleSince: number | null = null;
  let idleUsed: number | null = null;
  let pauseUntil = Number.NEGATIVE_INFINITY;
  return {
    isPausing: () => mono() < pauseUntil,
    forget() {
      idleSince = null;
      pauseUntil = Number.NEGATIVE_INFINITY;
    },
    observe({ used_mib, utilization_percent }: CardFigures, beganAt: number) {
      const isSame = utilization_percent === 0 && used_mib === idleUsed;
      idleUsed = used_mib;
      idleSince = isSame ? (idleSince ?? mono()) : null;
      if (idleSince === null || mono() - idleSince < IDLE_BEFORE_PAUSE_MS) return;
      // Counted from the begin of the look, and over before the beat that ends it: one more beat, and
      // the sample would be as old as the stale limit allows.
      pauseUntil = beganAt + (PAUSE_PERIODS - 0.5) * periodMs;
      idleSince = null;
    },
  };
}

function readingOf(look: Look<CardFigures>): Look<VramReading> {
  if (look.value === null) return look;
  const { used_mib, total_mib } = look.value;
  return { ...look, value: { used_mib, total_mib } };
}
