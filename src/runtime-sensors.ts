/** Which sensors this host gets: only what can be asked here, and the cloud only where it is allowed. */

import type { HostView } from "./detect/probe.ts";
import { createCloudSensor } from "./detect/sensor-cloud.ts";
import { createCpuSensor } from "./detect/sensor-cpu.ts";
import { createDavinciSensor } from "./detect/sensor-davinci.ts";
import { createMemorySensor } from "./detect/sensor-memory.ts";
import { createNvidiaSensor } from "./detect/sensor-nvidia.ts";
import { createOllamaSensor } from "./detect/sensor-ollama.ts";
import type { FullConfiguration } from "./domain/configuration.ts";
import type { Host } from "./domain/host.ts";
import { largestUsableGpu } from "./domain/tier.ts";
import type { Sensors } from "./streams/metrics.ts";

/** The sensors of a detected host. */
export function sensorsFor(host: Host, view: HostView, configuration: FullConfiguration): Sensors {
  const card = largestUsableGpu(host);
  const hasOwnVram = card !== null && !card.unified && card.vendor === "nvidia";
  const { allowed, base_url } = configuration.cloud;
  return {
    memory: createMemorySensor(view),
    cpu: createCpuSensor(view),
    vram: hasOwnVram ? createNvidiaSensor({ view, uuid: card.uuid }) : null,
    ollama: createOllamaSensor(host.ollama.address),
    editor: createDavinciSensor(view),
    cloud: allowed && base_url !== null ? createCloudSensor({ base_url, allowed }) : null,
  };
}

/** Gives back what the sensors keep open. */
export function closeSensors(sensors: Sensors): void {
  for (const sensor of Object.values(sensors)) sensor?.close?.();
}
