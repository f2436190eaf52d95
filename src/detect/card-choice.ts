/**
 * Which of the cards may be used: what the environment hides, and what the configuration chose.
 *
 * Like two doormen, one after the other. `CUDA_VISIBLE_DEVICES` is what CUDA itself obeys: entries in
 * order, and the first that names nothing ends the list. `NVIDIA_VISIBLE_DEVICES` was obeyed by whoever
 * started the container, which numbers the cards anew: it counts only when each of its entries still
 * names a card. `detect.gpu` then leaves one card. A choice that names no card takes nothing away, and
 * says so. Nothing is removed from the list: a card that is not to be used keeps its place and says why.
 *
 * Not known from here: by default CUDA counts cards from the fastest on, nvidia-smi by PCI address; with
 * several cards an index is only sure with `CUDA_DEVICE_ORDER=PCI_BUS_ID`, a uuid always is.
 */
import type { Gpu } from "../domain/host.ts";
import type { Note, ProbeName } from "../domain/note.ts";
import type { Environment } from "./environment.ts";
import { kernelBusIdOf } from "./nvidia-bus.ts";
import { noteOf } from "./probe.ts";

/** What was said about the cards. */
export interface CardWishes {
  readonly env: Environment;
  /** `detect.gpu`: uuid or its beginning, PCI address, or place in the list; `null` = no choice. */
  readonly choice: string | null;
}

/** The same cards with `excluded_by` set where one is not to be used. */
export interface ChosenCards {
  readonly gpus: readonly Gpu[];
  readonly notes: readonly Note[];
}

/** Entries beyond this are not read; no host has so many cards. */
const MAX_ENTRIES = 128;
/** A number of up to three digits is a place in the list; a longer one may begin a uuid. */
const PLACE = /^\d{1,3}$/;
/** So that one letter does not choose a card. */
const UUID_MIN_CHARACTERS = 4;
const NO_CARD = ["none", "void", "NoDevFiles"];
const PROBE_OF: Readonly<Record<Gpu["vendor"], ProbeName>> = {
  nvidia: "nvidia",
  amd: "amd",
  intel: "intel",
  apple: "apple",
  unknown: "static",
};

/** A visible card, and the one part of it when only that is visible. */
interface Shown {
  readonly gpu: Gpu;
  readonly part: number | null;
}

/** Applies the wishes to the cards of all vendors, in the order of detection. */
export function chooseCards(cards: readonly Gpu[], { env, choice }: CardWishes): ChosenCards {
  const notes: Note[] = [];
  const hide = (gpu: Gpu, by: "environment" | "configuration", said: string): Gpu => {
    if ((gpu.excluded_by ?? null) !== null) return gpu;
    notes.push(noteOf(PROBE_OF[gpu.vendor], "hidden-by-choice", `${gpu.name ?? "GPU"}: ${said}`));
    return { ...gpu, excluded_by: by };
  };
  let gpus = cards;
  for (const [name, shownBy] of [
    ["CUDA_VISIBLE_DEVICES", shownByCuda],
    ["NVIDIA_VISIBLE_DEVICES", shownByContainer],
  ] as const) {
    const ofCuda = gpus.filter(({ vendor }) => vendor === "nvidia");
    const shown = shownBy(env[name], ofCuda);
    if (shown === null) continue;
    gpus = gpus.map((gpu) => {
      if (gpu.vendor !== "nvidia") return gpu;
      const own = shown.filter((one) => one.gpu === gpu);
      return own.length === 0 ? hide(gpu, "environment", name) : withParts(gpu, own);
    });
  }
  if (choice === null || cards.length === 0) return { gpus, notes };
  const chosen = cardNamed(choice.trim(), gpus);
  if (chosen === null) {
    return { gpus, notes: [...notes, noteOf("static", "no-such-card", `detect.gpu: ${choice}`)] };
  }
  gpus = gpus.map((gpu) => (gpu === chosen ? gpu : hide(gpu, "configuration", "detect.gpu")));
  return { gpus, notes };
}

/** What CUDA shows: `null` = everything. */
function shownByCuda(value: string | undefined, cards: readonly Gpu[]): readonly Shown[] | null {
  if (value === undefined) return null;
  const shown: Shown[] = [];
  for (const entry of entriesOf(value)) {
    // The first entry that names nothing ends the list; the cards before it stay visible.
    const found = shownBy(entry, cards);
    if (found === null) break;
    shown.push(found);
  }
  return shown;
}

/** What the starter of a container gave it: `null` = everything that can be seen here. */
function shownByContainer(
  value: string | undefined,
  cards: readonly Gpu[],
): readonly Shown[] | null {
  const entries = entriesOf(value ?? "");
  const [first] = entries;
  // Empty and "void" mean that the container's starter did nothing at all about cards.
  if (first === undefined || first === "" || first === "all" || first === "void") return null;
  if (first === "none") return [];
  const shown = entries.map((entry) => shownBy(entry, cards));
  return shown.every((one) => one !== null) ? shown : null;
}

function entriesOf(value: string): readonly string[] {
  return value
    .split(",")
    .slice(0, MAX_ENTRIES)
    .map((entry) => entry.trim());
}

function shownBy(entry: string, cards: readonly Gpu[]): Shown | null {
  if (NO_CARD.includes(entry)) return null;
  if (entry.startsWith("MIG-")) return partNamed(entry, cards);
  if (!PLACE.test(entry) && !entry.startsWith("GPU-")) return null;
  const gpu = cardNamed(entry, cards);
  return gpu === null ? null : { gpu, part: null };
}

/** A part by its uuid or the beginning of it; older drivers name it by card and place (`MIG-GPU-…/1/0`). */
function partNamed(entry: string, cards: readonly Gpu[]): Shown | null {
  const hits = cards.flatMap((gpu) =>
    (gpu.mig ?? []).flatMap(({ uuid }, part) => (uuid?.startsWith(entry) ? [{ gpu, part }] : [])),
  );
  const [hit] = hits;
  if (hits.length === 1 && hit !== undefined) return hit;
  const ofCard = /^MIG-(GPU-[\w-]+)\/\d+\/\d+$/.exec(entry)?.[1];
  const gpu = ofCard === undefined ? null : cardNamed(ofCard, cards);
  return gpu === null ? null : { gpu, part: null };
}

/** The one card that a text names: its place, its PCI address, its uuid or the beginning of it. */
function cardNamed(text: string, cards: readonly Gpu[]): Gpu | null {
  if (PLACE.test(text)) return cards[Number(text)] ?? null;
  const bus = kernelBusIdOf(text);
  const hits = cards.filter(({ uuid, bus_id }) => {
    if (bus !== null) return bus_id === bus;
    const lower = text.toLowerCase();
    const isLongEnough = lower.replace(/^gpu-/, "").length >= UUID_MIN_CHARACTERS;
    return isLongEnough && (isBeginning(lower, uuid) || isBeginning(`gpu-${lower}`, uuid));
  });
  const [hit] = hits;
  return hits.length === 1 && hit !== undefined ? hit : null;
}

function isBeginning(text: string, uuid: string | null): boolean {
  return uuid?.toLowerCase().startsWith(text) ?? false;
}

/** Only the named parts of a card can be used, when parts are named. */
function withParts(gpu: Gpu, shown: readonly Shown[]): Gpu {
  const parts = shown.flatMap(({ part }) => (part === null ? [] : [part]));
  if (parts.length === 0 || gpu.mig === undefined) return gpu;
  const sizes = parts.flatMap((part) => gpu.mig?.[part]?.vram_total_mib ?? []);
  return { ...gpu, usable_mib: sizes.length === 0 ? null : Math.max(...sizes) };
}
