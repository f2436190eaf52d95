/** The monitor's own eyes, for when no runtime is live: memory, processors and the card of this host. */
import type { HostView } from "../detect/host-io.ts";
import { createCpuSensor } from "../detect/sensor-cpu.ts";
import { createMemorySensor } from "../detect/sensor-memory.ts";
import { createVramSensor } from "../detect/sensor-vram.ts";
import { largestUsableGpu } from "../domain/tier.ts";
import type { MonitorFigures } from "../policy/banner.ts";
import type { Context } from "./context.ts";
import { detectOnce } from "./detected.ts";

/** The figures of one beat, 0..100; `null` = unknown. */
export type Figures = Omit<MonitorFigures, "index" | "total">;

/** Reads the host at each call. */
export interface OwnSensors {
  read(signal: AbortSignal): Promise<Figures>;
  close(): void;
}

/** Detects the host once to know its card; the processors' first look, which says nothing, is taken too. */
export async function openOwnSensors(context: Context): Promise<OwnSensors> {
  const view: HostView = { env: context.env, root: context.root, platform: process.platform };
  const cpu = createCpuSensor(view);
  const memory = createMemorySensor(view);
  await cpu.read(new AbortController().signal);
  const host = await detectOnce(context);
  const { gpu_mode: mode } = context.configuration.detect;
  const periodMs = context.configuration.sensors.gpu_ms;
  const gpu = largestUsableGpu(host);
  const vram = createVramSensor({ view, gpu, origins: host.origins ?? [], mode, periodMs });
  return {
    async read(signal) {
      const [memorySample, cpuSample, vramSample] = await Promise.all([
        memory.read(signal),
        cpu.read(signal),
        vram?.read(signal) ?? null,
      ]);
      const available = memorySample.value?.available_mib ?? null;
      const total = memorySample.value?.total_mib ?? null;
      return {
        has_gpu: vram !== null,
        vram_used_percent: shareOf(vramSample?.value?.used_mib, vramSample?.value?.total_mib),
        memory_used_percent:
          available === null || total === null ? null : shareOf(total - available, total),
        cpu_used_percent: cpuSample.value?.used_percent ?? null,
        failure_rate_percent: null,
      };
    },
    close() {
      for (const sensor of [cpu, memory, vram]) sensor?.close?.();
    },
  };
}

function shareOf(part: number | null | undefined, whole: number | null | undefined): number | null {
  if (part == null || whole == null || whole <= 0) return null;
  return Math.round((part / whole) * 1000) / 10;
}
