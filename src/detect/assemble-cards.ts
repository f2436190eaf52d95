/**
 * The cards of one host out of the probes of all makers: each card once, in a steady order.
 *
 * NVIDIA's own program knows its cards better than the registry of Windows or the files of a Jetson, so
 * those are left out where it found any; where it was silent they stand in. Everybody else speaks of
 * cards that nobody else sees, and what still stands there twice is told apart by its PCI address.
 */
import type { Gpu } from "../domain/host.ts";
import { withoutDuplicates } from "./gpu-duplicates.ts";
import type { Probed } from "./probe.ts";

/** What any probe of cards found. */
export type CardsFound = Probed<{ readonly gpus: readonly Gpu[] }>;

/** The probes of cards; an absent entry is one that is still out or gave up. */
export interface CardFindings {
  readonly nvidia?: CardsFound;
  readonly jetson?: CardsFound;
  readonly amd?: CardsFound;
  readonly intel?: CardsFound;
  readonly apple?: CardsFound;
  readonly windows?: CardsFound;
}

/** The cards that were found, each once. */
export function cardsOf({
  nvidia,
  jetson,
  amd,
  intel,
  apple,
  windows,
}: CardFindings): readonly Gpu[] {
  const own = gpusOf(nvidia);
  const others = [...gpusOf(jetson), ...gpusOf(windows)];
  const isTold = ({ vendor }: Gpu): boolean => vendor === "nvidia" && own.length > 0;
  return withoutDuplicates([
    ...own,
    ...gpusOf(amd),
    ...gpusOf(intel),
    ...gpusOf(apple),
    ...others.filter((gpu) => !isTold(gpu)),
  ]);
}

function gpusOf(found: CardsFound | undefined): readonly Gpu[] {
  return found?.finding.gpus ?? [];
}
