/** `monitor`: the figures of each beat, from the live runtime or from the sensors themselves. */
import { setTimeout as wait } from "node:timers/promises";
import { RuntimeProfileError } from "../domain/error.ts";
import type { TransitionOutput } from "../domain/output.ts";
import { monitorLines } from "../policy/banner.ts";
import { stepLines } from "../policy/sentence.ts";
import type { StatusView } from "../replay/views.ts";
import type { Context } from "./context.ts";
import { askRuntime, liveAddressOf, silenceOf } from "./live-runtime.ts";
import { type Figures, openOwnSensors } from "./own-sensors.ts";
import { listenForStop } from "./stop-signal.ts";
import { fromRuntimeText, withoutRuntimeText } from "./words.ts";

/** What one beat gives: the figures, the same for programs, and steps that happened since the last one. */
interface Beat {
  readonly figures: Figures;
  readonly json: unknown;
  readonly steps: readonly string[];
}

/** Where beats come from. */
interface Source {
  readonly heading: string;
  next(signal: AbortSignal): Promise<Beat>;
  close(): void;
}

const STATUS_PATH = "/api/runtime/status";

/** Prints `total` beats, without end when it is `null`; Ctrl-C ends it as well. */
export async function monitorCommand(context: Context, total: number | null): Promise<void> {
  const { language, output, configuration } = context;
  const stop = listenForStop();
  const ending = AbortSignal.any([stop.signal, output.closed]);
  const source = (await liveSource(context)) ?? (await ownSource(context));
  try {
    if (!context.isJson) output.line(output.tone("faint", source.heading));
    for (let index = 1; (total === null || index <= total) && !ending.aborted; index++) {
      const beat = await source.next(ending);
      if (ending.aborted) break;
      if (context.isJson) output.json(beat.json);
      else {
        for (const step of beat.steps) output.line(output.tone("warning", step));
        for (const line of monitorLines({ ...beat.figures, index, total }, language)) {
          output.line(line);
        }
      }
      if (index !== total) {
        await wait(configuration.sensors.beat_ms, undefined, { signal: ending }).catch(() => {});
      }
    }
  } finally {
    source.close();
    stop.release();
  }
}

async function liveSource(context: Context): Promise<Source | null> {
  const first = await askRuntime<StatusView>(context, STATUS_PATH, "monitor");
  if (first === null) return null;
  const address = liveAddressOf(context.configuration.server);
  let seq = first.seq ?? 0;
  let ready: StatusView | null = first;
  return {
    heading: fromRuntimeText(address, context.language),
    async next() {
      const status = ready ?? (await askRuntime<StatusView>(context, STATUS_PATH, "monitor"));
      ready = null;
      if (status === null) throw gone(address);
      const steps = await stepsAfter(seq, status, context);
      seq = status.seq ?? seq;
      return { figures: figuresOf(status), json: status.monitor, steps };
    },
    close: () => {},
  };
}

/** The steps since `seq`, each in the two lines that the runtime itself prints. */
async function stepsAfter(
  seq: number,
  status: StatusView,
  context: Context,
): Promise<readonly string[]> {
  if ((status.seq ?? seq) <= seq) return [];
  const path = `/api/runtime/events?after=${seq}&type=transition`;
  const page = await askRuntime<{ events: readonly { data: TransitionOutput }[] }>(
    context,
    path,
    "events",
  );
  return (page?.events ?? []).map(({ data }) =>
    stepLines(data.reason, status.policy, context.language),
  );
}

async function ownSource(context: Context): Promise<Source> {
  const sensors = await openOwnSensors(context);
  return {
    heading: withoutRuntimeText(silenceOf(context), "sensors", context.language),
    async next(signal) {
      const figures = await sensors.read(signal);
      return { figures, json: { at: Date.now(), ...figures }, steps: [] };
    },
    close: sensors.close,
  };
}

function figuresOf({ monitor }: StatusView): Figures {
  const { gpu, memory, cpu, tasks } = monitor.metrics;
  return {
    has_gpu: gpu !== null,
    vram_used_percent: gpu?.vram_used_percent ?? null,
    memory_used_percent: memory.used_percent,
    cpu_used_percent: cpu.used_percent,
    failure_rate_percent: tasks.failure_rate_percent,
  };
}

function gone(address: string): RuntimeProfileError {
  return new RuntimeProfileError(
    "RP_STOPPED",
    `Expected an answer of the runtime at ${address}, got none; it was stopped or is stuck. Start the monitor again to use its own sensors.`,
  );
}
