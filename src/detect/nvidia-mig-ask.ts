/**
 * Asks nvidia-smi for the parts of cards in MIG mode, and only where there may be some.
 *
 * A card may be in MIG mode when the driver says so, or when it does not say and the card hides its load
 * or its memory, as in a container that was given one part. The list tells the parts; the XML, asked card
 * by card so that it stays small, tells their sizes.
 */
import type { MigInstance } from "../domain/host.ts";
import type { NvidiaCard } from "./nvidia-cards.ts";
import { listedCardsOf, listedPartsOf, measuredCardsOf, migPartsOf } from "./nvidia-mig.ts";

/** Runs nvidia-smi with these arguments and gives its standard output; empty when it failed. */
export type AskNvidia = (args: readonly string[]) => Promise<string>;

/** The parts of one card; `usable_mib` is 0 when MIG is on and there is no part to run on. */
export interface CardParts {
  readonly mig: readonly MigInstance[];
  readonly usable_mib: number | null;
  readonly is_estimated: boolean;
}

/** More cards than one host has in MIG mode; each costs one start of the program. */
const MAX_CARDS = 16;

/** The parts of those cards that have some, or that have none although MIG is on. */
export async function askParts(
  ask: AskNvidia,
  cards: readonly NvidiaCard[],
): Promise<ReadonlyMap<NvidiaCard, CardParts>> {
  const found = new Map<NvidiaCard, CardParts>();
  const candidates = cards.filter(mayHaveParts).slice(0, MAX_CARDS);
  if (candidates.length === 0) return found;
  const list = await ask(["-L"]);
  const listedCards = listedCardsOf(list);
  for (const card of candidates) {
    const { uuid } = card.gpu;
    const listed = listedPartsOf(list).filter((part) => part.card === uuid);
    if (listed.length > 0) {
      const xml = measuredCardsOf(await ask(["-q", "-x", `--id=${uuid}`]));
      const measured = xml.find((one) => one.uuid === uuid)?.parts ?? [];
      const { mig, largest_mib, is_estimated } = migPartsOf(listed, measured);
      found.set(card, { mig, usable_mib: largest_mib, is_estimated });
    } else if (isInMigMode(card) && uuid !== null && listedCards.includes(uuid)) {
      found.set(card, { mig: [], usable_mib: 0, is_estimated: false });
    }
  }
  return found;
}

function isInMigMode({ row, facts }: NvidiaCard): boolean {
  return row.is_mig || facts?.is_mig === true;
}

function mayHaveParts(card: NvidiaCard): boolean {
  const { row, facts, gpu } = card;
  if (isInMigMode(card)) return true;
  if (gpu.unified || facts?.is_mig === false) return false;
  return row.utilization_percent === null || row.total_mib === null;
}
