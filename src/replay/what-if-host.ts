/**
 * Another host under the same history: what was used stays, what there is comes from the new host.
 *
 * The idea: move the furniture into another flat. The pieces keep their size; how much room is left
 * is the flat's doing. Rejected: keeping the shares (93 % of a small card is not 93 % of a large one).
 */
import type { Host } from "../domain/host.ts";
import type { MemoryReading, ReadingInput, VramReading } from "../domain/input.ts";
import { largestUsableGpu } from "../domain/tier.ts";
import type { HostFacts, RemarkCode } from "./what-if-view.ts";

/** The host that stands in for the recorded one: its hardware, with what ran and was installed then. */
export function movedHost(given: Host, recorded: Host | null): Host {
  if (recorded === null) return given;
  const { davinci } = given;
  const isEditorKnown = davinci.installed !== null;
  return {
    ...given,
    ollama: hasOwnModels(given) ? given.ollama : recorded.ollama,
    // Whether the editor ran is history, not hardware.
    davinci: {
      ...(isEditorKnown ? davinci : recorded.davinci),
      running: recorded.davinci.running,
    },
  };
}

/** True when the given host says itself what its model server has. */
export function hasOwnModels({ ollama }: Host): boolean {
  return ollama.running !== null;
}

/** What the answer shows of a host. */
export function factsOf(host: Host): HostFacts {
  const card = largestUsableGpu(host);
  return {
    gpu: card?.name ?? null,
    vram_total_mib: card?.vram_total_mib ?? null,
    memory_total_mib: host.memory.total_mib,
    cores: host.cpu.cores,
  };
}

/** Readings of the recorded host, as the given one would have shown them. */
export class MovedReadings {
  readonly #remarks = new Set<RemarkCode>();
  #isVramMissing = false;
  #isVramSeen = false;
  readonly #vramMib: number | null;
  readonly #memoryMib: number | null;

  constructor(given: Host) {
    const card = largestUsableGpu(given);
    this.#vramMib = card === null || card.unified ? null : card.vram_total_mib;
    this.#memoryMib = given.memory.total_mib;
  }

  of(reading: ReadingInput): ReadingInput {
    return {
      ...reading,
      vram: this.#vram(reading.vram ?? null),
      memory: this.#memory(reading.memory ?? null),
    };
  }

  /** What happened on the way. */
  remarks(): readonly RemarkCode[] {
    const isBlind = this.#isVramMissing && !this.#isVramSeen;
    return [...(isBlind ? (["NO_VRAM_READINGS"] as const) : []), ...this.#remarks];
  }

  #vram(vram: VramReading | null): VramReading | null {
    const total = this.#vramMib;
    if (total === null) return null;
    if (vram === null || vram.used_mib === null) {
      this.#isVramMissing = true;
      return vram === null ? null : { ...vram, total_mib: total };
    }
    this.#isVramSeen = true;
    if (vram.used_mib > total) this.#remarks.add("USE_BEYOND_HOST");
    return { ...vram, used_mib: Math.min(vram.used_mib, total), total_mib: total };
  }

  #memory(memory: MemoryReading | null): MemoryReading | null {
    const total = this.#memoryMib;
    if (memory === null || memory.available_mib === null || memory.total_mib === null)
      return memory;
    if (total === null) {
      this.#remarks.add("MEMORY_TOTAL_UNKNOWN");
      return memory;
    }
    const used = memory.total_mib - memory.available_mib;
    if (used > total) this.#remarks.add("USE_BEYOND_HOST");
    return { ...memory, available_mib: Math.max(0, total - used), total_mib: total };
  }
}
