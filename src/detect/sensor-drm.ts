/**
 * The memory of one card from files that its driver keeps under /sys: the part that all makers share.
 *
 * The card is found by its PCI address, since its number may change, and looked for again when it went.
 * A sleeping card is left alone: nothing on it changes while it sleeps, because every use wakes it, so the
 * last figures are true and are given with the time of this look. A card that was never read is woken
 * once: without a figure its memory would count as lost, and the card would never be used.
 */
import type { Gpu } from "../domain/host.ts";
import type { VramReading } from "../domain/input.ts";
import type { NoteCode } from "../domain/note.ts";
import { type DrmCard, drmCardsOf, isAsleep } from "./drm-cards.ts";
import type { HostView } from "./host-io.ts";
import type { MemoryFigures } from "./memory-figures.ts";
import { keepFiles, type ReadText } from "./read-file.ts";
import { type Look, missing, type Sensor, seen, sensorOf } from "./sensor.ts";

/** Which card, and how its maker's files are read. */
export interface DrmSensorOptions {
  readonly name: string;
  readonly view: HostView;
  readonly gpu: Gpu;
  /** PCI vendor id. */
  readonly vendor: string;
  readonly readFigures: (card: DrmCard, readText: ReadText) => Promise<MemoryFigures>;
  readonly now?: (() => number) | undefined;
}

/** Says that the card has never had files to read. */
export const NO_FILES: NoteCode = "not-checked";

/** A few files; a second is far beyond what they need. */
const FILES_LIMIT_MS = 1000;

/** Reads one card through kept descriptors; MiB are integers. */
export function createDrmSensor(options: DrmSensorOptions): Sensor<VramReading> {
  const { name, view, gpu, vendor, readFigures, now } = options;
  let kept = keepFiles();
  let card: DrmCard | null = null;
  let wasSeen = false;
  let last: VramReading | null = null;
  const lose = (): Look<VramReading> => {
    card = null;
    // Its old descriptors belong to what is gone.
    kept.close();
    kept = keepFiles();
    return missing("gpu-lost");
  };
  return sensorOf({
    name,
    limit_ms: FILES_LIMIT_MS,
    now,
    close: () => kept.close(),
    async look() {
      card ??= cardOf((await drmCardsOf(view, vendor)) ?? [], gpu);
      if (card === null) return missing(wasSeen ? "gpu-lost" : NO_FILES);
      if (last !== null && (await isAsleep(card, kept.readText))) return seen(last);
      const figures = await readFigures(card, kept.readText);
      if (figures.total_mib === null && figures.code === "memory-not-reported") {
        // Another card may have its number by now.
        const there = cardOf((await drmCardsOf(view, vendor)) ?? [], gpu);
        if (there?.folder !== card.folder) return lose();
        if (!wasSeen) return missing(NO_FILES);
      }
      const look = memoryLook(figures);
      last = look.value ?? last;
      wasSeen ||= look.value !== null;
      return look;
    },
  });
}

/** The card with this address; without an address the only one there is. */
export function cardOf(cards: readonly DrmCard[], gpu: Gpu): DrmCard | null {
  const bus_id = gpu.bus_id ?? null;
  if (bus_id === null) return cards.length === 1 ? (cards[0] ?? null) : null;
  return cards.find((card) => card.bus_id === bus_id) ?? null;
}

/** A look that needs both figures. */
export function memoryLook({ used_mib, total_mib, code }: MemoryFigures): Look<VramReading> {
  if (used_mib === null || total_mib === null) return missing(code ?? "memory-not-reported");
  return seen({ used_mib, total_mib });
}
