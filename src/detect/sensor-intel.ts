/**
 * The memory of one Intel card, where anything on the host tells how much of it is in use.
 *
 * The probe has found out where that is and written it down as an origin; a card whose use nobody tells
 * gets no sensor, since there is nothing to ask: what that means for the card is for others to say. Files are kept open; xpu-smi is asked at a slow pace, and never while the card sleeps.
 */
import type { Gpu } from "../domain/host.ts";
import type { VramReading } from "../domain/input.ts";
import type { FactOrigin } from "../domain/origin.ts";
import { drmCardsOf, isAsleep } from "./drm-cards.ts";
import { type HostView, ioOf } from "./host-io.ts";
import { askXpuCards, askXpuUsed, XPU_LIMIT_MS, type XpuQuestion } from "./intel-programs.ts";
import { INTEL_VENDOR, readIntelFigures } from "./intel-sysfs.ts";
import type { XpuRow } from "./intel-xpu-smi.ts";
import { xpuRowOf } from "./probe-intel.ts";
import { createProgramRunner } from "./run-program.ts";
import { missing, type Sensor, seen, sensorOf } from "./sensor.ts";
import { cardOf, createDrmSensor } from "./sensor-drm.ts";
import { PROGRAM_PACE_MS, paced } from "./sensor-paced.ts";

/** Which card; `origins` are those of the host. */
export interface IntelSensorOptions {
  readonly view: HostView;
  readonly gpu: Gpu;
  readonly origins: readonly FactOrigin[];
  readonly now?: () => number;
  readonly monotonic?: () => number;
  /** Limit of one run of the program in ms; default 5000. */
  readonly limitMs?: number;
}

/** The cards, then the use; two runs each. */
const RUNS_PER_LOOK = 4;
const MARGIN_MS = 1100;

/** A sensor of the card; `null` when its memory is the system's, or nobody tells its use. */
export function createIntelSensor(options: IntelSensorOptions): Sensor<VramReading> | null {
  const { view, gpu, origins, now } = options;
  const bus_id = gpu.bus_id ?? null;
  if (gpu.is_integrated || gpu.unified || gpu.vram_total_mib === null || bus_id === null)
    return null;
  const fact = `gpus.${gpu.uuid ?? bus_id}.vram_used_mib`;
  const told = origins.find((origin) => origin.fact === fact && origin.certainty === "measured");
  if (told?.source === "xpu-smi") {
    return paced(programSensor(options, gpu.vram_total_mib), PROGRAM_PACE_MS, options.monotonic);
  }
  if (told?.source !== "intel-sysfs") return null;
  const card = { name: "intel", view, gpu, vendor: INTEL_VENDOR };
  return createDrmSensor({ ...card, readFigures: readIntelFigures, now });
}

function programSensor(options: IntelSensorOptions, total_mib: number): Sensor<VramReading> {
  const { view, gpu, now, limitMs = XPU_LIMIT_MS } = options;
  const runner = createProgramRunner();
  let row: XpuRow | null = null;
  let last: VramReading | null = null;
  return sensorOf({
    name: "intel",
    limit_ms: RUNS_PER_LOOK * limitMs + MARGIN_MS,
    now,
    async look(signal) {
      const card = cardOf((await drmCardsOf(view, INTEL_VENDOR)) ?? [], gpu);
      if (card === null) return missing("gpu-lost");
      // The first look may wake it: without a figure its memory would count as lost.
      if (last !== null && (await isAsleep(card, ioOf(view).readText))) return seen(last);
      const question: XpuQuestion = { view, limit_ms: limitMs, signal, runner };
      if (row === null) {
        const { rows, code } = await askXpuCards(question);
        row = xpuRowOf(rows, card.bus_id, card.position);
        if (row === null) return missing(code ?? "gpu-lost");
      }
      const used = await askXpuUsed(question, row);
      if (used.mib === null || used.mib > total_mib) {
        // The program may number its cards anew; the next look asks for them again.
        row = null;
        return missing(used.code ?? "impossible");
      }
      last = { used_mib: used.mib, total_mib };
      return seen(last);
    },
  });
}
