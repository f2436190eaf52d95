/**
 * One card, one entry: the same card may be seen by two probes (a program and /sys, Windows and its maker).
 *
 * Two entries are the same card when their PCI addresses are equal; the uuid decides only where an address
 * is missing, because makers write it in different ways. Two cards of one model without either stay two.
 * The entry with more known facts is kept, in the place of the first. Rejected: putting facts of both
 * together, after which nobody could say where a figure comes from.
 */
import type { Gpu } from "../domain/host.ts";

/** The cards without those that stand there twice; the order stays. */
export function withoutDuplicates(cards: readonly Gpu[]): readonly Gpu[] {
  const kept: Gpu[] = [];
  for (const card of cards) {
    const place = kept.findIndex((other) => isSameCard(card, other));
    const other = kept[place];
    if (other === undefined) kept.push(card);
    else if (knownFacts(card) > knownFacts(other)) kept[place] = card;
  }
  return kept;
}

function isSameCard(one: Gpu, other: Gpu): boolean {
  const addresses = [one.bus_id ?? null, other.bus_id ?? null];
  if (addresses[0] !== null && addresses[1] !== null) return addresses[0] === addresses[1];
  return one.uuid !== null && one.uuid === other.uuid;
}

/** The memory counts most: without it a card is of no use to a tier. */
function knownFacts(card: Gpu): number {
  const facts = Object.values(card).filter((value) => value !== null && value !== undefined);
  return facts.length + (card.vram_total_mib === null ? 0 : 100);
}
