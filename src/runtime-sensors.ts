/**
 * Between the sensors and the actor: which sensors this host gets (only what can be asked here, and the
 * cloud only where it is allowed), and which input each metric becomes.
 */

import type { HostView } from "./detect/host-io.ts";
import { createCloudSensor } from "./detect/sensor-cloud.ts";
import { createConditionsSensor } from "./detect/sensor-conditions.ts";
import { createCpuSensor } from "./detect/sensor-cpu.ts";
import { createDavinciSensor } from "./detect/sensor-davinci.ts";
import { createHardwareSensor } from "./detect/sensor-hardware.ts";
import { createMemorySensor } from "./detect/sensor-memory.ts";
import { createOllamaSensor } from "./detect/sensor-ollama.ts";
import { createOomSensor } from "./detect/sensor-oom.ts";
import { createVramSensor } from "./detect/sensor-vram.ts";
import type { FullConfiguration } from "./domain/configuration.ts";
import type { Host } from "./domain/host.ts";
import type { Input } from "./domain/input.ts";
import { largestUsableGpu } from "./domain/tier.ts";
import type { Actor } from "./log/entry.ts";
import type { Untimed } from "./runtime-actor-types.ts";
import type { Metric, Sensors } from "./streams/metrics.ts";

/** The sensors of a detected host. */
export function sensorsFor(host: Host, view: HostView, configuration: FullConfiguration): Sensors {
  const gpu = largestUsableGpu(host);
  const { gpu_mode: mode } = configuration.detect;
  const periodMs = configuration.sensors.gpu_ms;
  const { allowed, base_url } = configuration.cloud;
  return {
    memory: createMemorySensor(view),
    cpu: createCpuSensor(view),
    vram: createVramSensor({ view, gpu, origins: host.origins ?? [], mode, periodMs }),
    ollama: createOllamaSensor(host.ollama.address),
    editor: createDavinciSensor(view),
    cloud: allowed && base_url !== null ? createCloudSensor({ base_url, allowed }) : null,
    hardware: createHardwareSensor(view),
    conditions: createConditionsSensor(view),
    oom: createOomSensor(view),
  };
}

/** Gives back what the sensors keep open. */
export function closeSensors(sensors: Sensors): void {
  for (const sensor of Object.values(sensors)) sensor?.close?.();
}

/** The input that a metric is, and who says so; what hardware is listed is no input of the decider. */
export function inputOfMetric(metric: Exclude<Metric, { readonly type: "hardware" }>): {
  readonly input: Untimed<Input>;
  readonly name: Actor;
} {
  switch (metric.type) {
    case "reading":
      return { input: { type: "reading", ...metric.fields }, name: "sensor" };
    case "editor":
      return { input: { type: "editor.changed", running: metric.running }, name: "sensor:davinci" };
    case "conditions": {
      const { conditions } = metric;
      return { input: { type: "conditions.changed", conditions }, name: "sensor:conditions" };
    }
    case "oom": {
      const { killed, total } = metric;
      return { input: { type: "memory.oom_killed", killed, total }, name: "sensor:oom" };
    }
    case "cloud":
      return { input: { type: "cloud.probed", reachable: metric.reachable }, name: "sensor:cloud" };
    case "models": {
      const { running, models } = metric;
      return { input: { type: "models.changed", running, models }, name: "sensor:ollama" };
    }
  }
}
