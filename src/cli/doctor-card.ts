/**
 * How full the card is now, and who holds its memory: the first question of whoever sees work leave it.
 *
 * The card's own meter is asked once, and of NVIDIA's the driver's list of programs. Names are those of
 * programs, without their folders. It is asked past the recorder: whose programs run is nobody's business
 * in a report.
 */
import { posix, win32 } from "node:path";
import type { HostView } from "../detect/host-io.ts";
import { askComputeApps } from "../detect/nvidia-apps.ts";
import { findNvidiaSmi } from "../detect/nvidia-program.ts";
import { createVramSensor } from "../detect/sensor-vram.ts";
import type { FullConfiguration } from "../domain/configuration.ts";
import type { Gpu, Host } from "../domain/host.ts";
import { largestUsableGpu } from "../domain/tier.ts";
import type { CardProgram, CardUse } from "../policy/doctor-facts.ts";

/** Limit of each look in ms; who has just answered answers again at once. */
const LOOK_LIMIT_MS = 1500;

/** What is asked about: a detected host, and how it is looked at. */
export interface CardQuestion {
  readonly host: Host;
  readonly view: HostView;
  readonly configuration: FullConfiguration;
}

/** `null` without a card of its own memory, or where nobody tells; never rejects. */
export async function lookAtCard(question: CardQuestion): Promise<CardUse | null> {
  const { host, view, configuration } = question;
  const gpu = largestUsableGpu(host);
  const periodMs = configuration.sensors.gpu_ms;
  const origins = host.origins ?? [];
  const sensor = createVramSensor({ view, gpu, origins, mode: "poll", periodMs });
  if (gpu === null || sensor === null) return null;
  try {
    const { value } = await sensor.read(AbortSignal.timeout(LOOK_LIMIT_MS));
    if (value === null) return null;
    const { used_mib, total_mib } = value;
    if (used_mib === null || total_mib === null) return null;
    const programs = await programsOn(gpu, view);
    return { name: gpu.name ?? gpu.vendor, used_mib, total_mib, programs };
  } finally {
    sensor.close?.();
  }
}

/** Those that the driver lists; a driver that lists none, or cannot, leaves none to name. */
async function programsOn(gpu: Gpu, view: HostView): Promise<readonly CardProgram[]> {
  if (gpu.vendor !== "nvidia") return [];
  const found = await findNvidiaSmi(view, null);
  if (found.path === null) return [];
  const signal = AbortSignal.timeout(LOOK_LIMIT_MS);
  const { apps } = await askComputeApps({ view, program: found.path, uuid: gpu.uuid, signal });
  return (apps ?? []).map(({ name, used_mib }) => ({
    name: name === null ? null : posix.basename(win32.basename(name)),
    used_mib,
  }));
}
