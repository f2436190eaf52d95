/**
 * The right meter for a card: its maker's, or Windows' counters where the maker is silent there.
 *
 * A card that shares the system's memory has none: the memory rules apply to it. A card whose use nobody
 * tells has none either; its memory then counts as lost, and no work goes to it.
 */
import type { GpuMode } from "../domain/configuration.ts";
import type { Gpu } from "../domain/host.ts";
import type { VramReading } from "../domain/input.ts";
import type { FactOrigin, FactSource } from "../domain/origin.ts";
import type { HostView } from "./host-io.ts";
import type { Sensor } from "./sensor.ts";
import { createAmdSensor } from "./sensor-amd.ts";
import { createIntelSensor } from "./sensor-intel.ts";
import { createNvidiaSensor } from "./sensor-nvidia.ts";
import { createWindowsSensor } from "./sensor-windows.ts";

/** Which card of which host. */
export interface VramQuestion {
  readonly view: HostView;
  /** `null`: the host has none that can be used. */
  readonly gpu: Gpu | null;
  readonly origins: readonly FactOrigin[];
  readonly mode: GpuMode;
  /** Time between two looks in ms. */
  readonly periodMs: number;
}

const OF_WINDOWS: readonly FactSource[] = ["registry", "wmi"];

/** The meter of the card; `null` where there is nothing to meter, or nobody who tells. */
export function createVramSensor(question: VramQuestion): Sensor<VramReading> | null {
  const { view, gpu, origins } = question;
  if (gpu === null || gpu.unified) return null;
  const luid = gpu.luid ?? null;
  const isOfWindows = view.platform === "win32" && isToldBy(gpu, origins, OF_WINDOWS);
  if (isOfWindows) return createWindowsSensor({ view, gpu, luid });
  switch (gpu.vendor) {
    case "nvidia":
      return nvidiaSensorOf(question, gpu);
    case "amd":
      return view.platform === "linux" ? createAmdSensor({ view, gpu }) : null;
    case "intel":
      return view.platform === "linux" ? createIntelSensor({ view, gpu, origins }) : null;
    default:
      return null;
  }
}

function nvidiaSensorOf({ view, mode, periodMs }: VramQuestion, gpu: Gpu): Sensor<VramReading> {
  const { uuid, bus_id = null, mig = [], usable_mib = null } = gpu;
  // Of a card in MIG mode the largest part is what the tier counts with.
  const part =
    usable_mib === null ? -1 : mig.findIndex(({ vram_total_mib }) => vram_total_mib === usable_mib);
  return createNvidiaSensor({
    view,
    uuid,
    bus_id,
    mode,
    periodMs,
    part: part === -1 ? null : part,
  });
}

/** A card that only Windows told of has no uuid, and its origins stand under its place in the list. */
function isToldBy(
  { uuid, vendor, luid }: Gpu,
  origins: readonly FactOrigin[],
  sources: readonly FactSource[],
): boolean {
  if (uuid !== null || luid === undefined) return false;
  return origins.some(
    ({ fact, source }) => fact.startsWith(`gpus.${vendor}-`) && sources.includes(source),
  );
}
