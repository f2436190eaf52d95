/**
 * Looks at what Ollama has in memory, told to the engine of work.
 *
 * The sensor looks on its beat for the runtime's own sake; what it sees is handed on as it is, so that one
 * question serves both. It enters no log here: the decider hears of models by `models.changed`, and of what
 * they hold by its readings.
 */

import type { Sensor } from "./detect/sensor.ts";
import type { OllamaReading } from "./detect/sensor-ollama.ts";
import { gpuMibOf, type ListedModel } from "./effects/loaded-models.ts";
import type { ModelsLook } from "./runtime-work-models.ts";

/** Who hears of the looks at one server, and on which clock. */
export interface LookListener {
  readonly address: string;
  readonly now: () => number;
  readonly tell: (look: ModelsLook) => void;
  /** Told of a look to which the server said nothing. */
  readonly miss: () => void;
}

/** The same sensor; each look is told as well. */
export function toldSensor(
  sensor: Sensor<OllamaReading>,
  { address, now, tell, miss }: LookListener,
): Sensor<OllamaReading> {
  return {
    ...sensor,
    async read(signal) {
      const beganAt = now();
      const sample = await sensor.read(signal);
      const models = sample.value === null ? null : modelsIn(sample.value);
      if (models !== null) tell({ address, beganAt, models });
      else miss();
      return sample;
    },
  };
}

/** A server that is not running has nothing in memory. */
function modelsIn({ running, loaded }: OllamaReading): readonly ListedModel[] | null {
  if (!running) return [];
  return (
    loaded?.map(({ name, size_vram_bytes: bytes }) => ({
      name,
      gpuMib: gpuMibOf(bytes),
    })) ?? null
  );
}
