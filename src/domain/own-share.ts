/**
 * What our own models hold on the card, where the model server does not say it.
 *
 * The idea: who wants to know the weight of a cat steps on the scales with it, and then without it. At
 * a step off the card our model is unloaded; by how much use drops just then is what it may hold once it
 * is back, as far as use has risen again. So an estimate can hardly let a model return too early: off the
 * card our share is nothing, and a model that was not loaded after all holds nothing either. Rejected:
 * the drop alone (the others would seem to use less than they do while our model is away), and the
 * footprint (a model that failed to load holds nothing).
 */
import type { RungDevice } from "./rung.ts";

/** What is remembered for the estimate, in MiB; plain data. */
export interface OwnShare {
  /** In use when work was last on the card, and when it was last off the card. */
  readonly onCardMib: number | null;
  readonly offCardMib: number | null;
  /** By how much use dropped at the last unload; `null` = none was seen yet. */
  readonly dropMib: number | null;
  /** The step at which that unload began. */
  readonly unloadAt: number | null;
}

/** Where work was when the card was looked at. */
export interface OwnPlace {
  readonly at: number;
  readonly device: RungDevice;
  /** The last step, and the device that it left. */
  readonly stepAt: number | null;
  readonly leftDevice: RungDevice;
}

export const NO_OWN_SHARE: OwnShare = {
  onCardMib: null,
  offCardMib: null,
  dropMib: null,
  unloadAt: null,
};

/** An unload takes 1.5 s in the decision bench; a drop that comes much later is somebody else's. */
const UNLOAD_MS = 15_000;

/** Takes in MiB in use on the card. The same object comes back when there is nothing to learn. */
export function withUsedMib(share: OwnShare, usedMib: number, place: OwnPlace): OwnShare {
  const { at, device, stepAt, leftDevice } = place;
  if (device === "gpu") {
    return usedMib === share.onCardMib ? share : { ...share, onCardMib: usedMib };
  }
  const away = usedMib === share.offCardMib ? share : { ...share, offCardMib: usedMib };
  const isUnloading = leftDevice === "gpu" && stepAt !== null && at - stepAt <= UNLOAD_MS;
  if (!isUnloading || share.onCardMib === null) return away;
  const dropMib = share.onCardMib - usedMib;
  const least = share.unloadAt === stepAt ? (share.dropMib ?? 0) : 0;
  return dropMib > least ? { ...away, dropMib, unloadAt: stepAt } : away;
}

/** Our own share of `usedMib`; `footprintMib` is what the present model needs at most. */
export function ownShareMib(
  { dropMib, offCardMib }: OwnShare,
  usedMib: number,
  { device, footprintMib }: { readonly device: RungDevice; readonly footprintMib: number | null },
): number {
  if (device !== "gpu" || dropMib === null || offCardMib === null) return 0;
  const most = footprintMib === null ? dropMib : Math.min(dropMib, footprintMib);
  return Math.min(most, Math.max(0, usedMib - offCardMib));
}
