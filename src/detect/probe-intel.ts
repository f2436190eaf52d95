/**
 * Intel cards on Linux: which have memory of their own, and whether their use can be watched.
 *
 * Two questions, so that a slow program never delays the cards: first the files of the drivers, then
 * xpu-smi for what they lack. Its sizes are taken only for a card that the files show to be no part of the
 * processor, because of those parts it tells wrong ones. Where the use can be read from is written down
 * as the origin of `vram_used_mib`; the sensor goes by that. Rejected: telling a part of the processor by
 * its name (both kinds are called Arc).
 */
import { type Gpu, UNKNOWN_GPU } from "../domain/host.ts";
import type { Note, NoteCode } from "../domain/note.ts";
import type { FactOrigin, FactSource } from "../domain/origin.ts";
import { type DrmCard, drmCardsOf, isAsleep, moduleVersionOf } from "./drm-cards.ts";
import { cardNameOf, cardOrigin } from "./gpu-facts.ts";
import { type HostView, ioOf } from "./host-io.ts";
import { askXpuCards, askXpuUsed, XPU_LIMIT_MS, type XpuQuestion } from "./intel-programs.ts";
import { INTEL_VENDOR, readIntelNature } from "./intel-sysfs.ts";
import type { XpuRow } from "./intel-xpu-smi.ts";
import { noteOf, type Probed, withinLimit } from "./probe.ts";

/** One card and what is known of its memory. */
export interface IntelCard {
  readonly gpu: Gpu;
  /** N of cardN; `null` when only the program knows it. */
  readonly position: number | null;
  readonly total: { readonly source: FactSource; readonly code: NoteCode | null };
  /** Where the use can be read; `code` says why it cannot. */
  readonly used: { readonly source: FactSource; readonly code: NoteCode | null };
  readonly isAsleep: boolean;
}

/** The cards in the order of the kernel. */
export interface IntelFinding {
  readonly gpus: readonly Gpu[];
  readonly cards: readonly IntelCard[];
}

/** What to probe; `now` is the wall clock in ms. */
export interface IntelProbeOptions {
  readonly view: HostView;
  readonly signal?: AbortSignal | undefined;
  readonly now?: () => number;
}

/** Files only. */
export const INTEL_PROBE_LIMIT_MS = 2000;
/** The longest that the details can take: the cards, then the use of each; two runs each. */
export const INTEL_DETAILS_LIMIT_MS = 4 * XPU_LIMIT_MS;

const UNTOLD: NoteCode = "memory-not-reported";
const NO_CARDS: Probed<IntelFinding> = { finding: { gpus: [], cards: [] }, notes: [] };

/** The Intel cards of this host; never throws, starts no program, at most `INTEL_PROBE_LIMIT_MS`. */
export async function probeIntel(options: IntelProbeOptions): Promise<Probed<IntelFinding>> {
  const { view, signal, now = Date.now } = options;
  if (view.platform !== "linux") return NO_CARDS;
  const work = async (): Promise<readonly IntelCard[]> => {
    const cards = (await drmCardsOf(view, INTEL_VENDOR)) ?? [];
    return Promise.all(cards.map((card) => seeCard(view, card)));
  };
  const seen = await withinLimit({ limit_ms: INTEL_PROBE_LIMIT_MS, signal, work });
  if (seen === null) return { ...NO_CARDS, notes: [noteOf("intel", "timeout")] };
  return probedOf(seen, [], now());
}

/** The same cards with what xpu-smi adds; at most `INTEL_DETAILS_LIMIT_MS`. */
export async function probeIntelDetails(
  options: IntelProbeOptions,
  found: Probed<IntelFinding>,
): Promise<Probed<IntelFinding>> {
  const { view, signal, now = Date.now } = options;
  const { cards } = found.finding;
  if (view.platform !== "linux" || !(cards.length === 0 || cards.some(isLacking))) return found;
  const work = async (inner: AbortSignal): Promise<Probed<IntelFinding>> => {
    const question = { view, limit_ms: XPU_LIMIT_MS, signal: inner, runner: ioOf(view) };
    const { rows, code } = await askXpuCards(question);
    if (code === "not-installed" && cards.length === 0) return found;
    const known =
      cards.length === 0 ? rows.map(unseenCard) : await completed(cards, rows, question);
    return probedOf(known, code === null ? [] : [noteOf("intel", code)], now());
  };
  const probed = await withinLimit({ limit_ms: INTEL_DETAILS_LIMIT_MS, signal, work });
  return probed ?? { ...found, notes: [...found.notes, noteOf("intel", "timeout")] };
}

async function seeCard(view: HostView, card: DrmCard): Promise<IntelCard> {
  const { total, is_integrated, name, has_use } = await readIntelNature(view, card);
  const asleep = await isAsleep(card, ioOf(view).readText);
  const untold = asleep ? "asleep" : UNTOLD;
  const code = is_integrated ? "unified-memory" : total.mib === 0 ? UNTOLD : total.code;
  const gpu: Gpu = {
    ...UNKNOWN_GPU,
    vendor: "intel",
    name,
    vram_total_mib: code === null ? total.mib : null,
    driver: card.driver === null ? null : await moduleVersionOf(view, card.driver),
    unified: is_integrated,
    is_integrated,
    bus_id: card.bus_id,
  };
  return {
    gpu,
    position: card.position,
    total: { source: "intel-sysfs", code },
    used: { source: "intel-sysfs", code: code ?? (has_use ? null : untold) },
    isAsleep: asleep,
  };
}

/** A program would wake a sleeping card; it stays as the files show it until it is awake. */
function isLacking({ gpu, total, used, isAsleep: asleep }: IntelCard): boolean {
  return !gpu.is_integrated && !asleep && (total.code !== null || used.code !== null);
}

/** A card that the kernel does not show: whether it is a part of the processor cannot be told. */
function unseenCard({ name, bus_id, driver }: XpuRow): IntelCard {
  const gpu: Gpu = { ...UNKNOWN_GPU, vendor: "intel", name, bus_id, driver };
  const unknown = { source: "xpu-smi", code: UNTOLD } as const;
  return { gpu, position: null, total: unknown, used: unknown, isAsleep: false };
}

/** One question after the other: the program does not like company. */
async function completed(
  cards: readonly IntelCard[],
  rows: readonly XpuRow[],
  question: XpuQuestion,
): Promise<readonly IntelCard[]> {
  const known: IntelCard[] = [];
  for (const card of cards) {
    const row = isLacking(card) ? xpuRowOf(rows, card.gpu.bus_id ?? null, card.position) : null;
    known.push(row === null ? card : await withRow(card, row, question));
  }
  return known;
}

async function withRow(card: IntelCard, row: XpuRow, question: XpuQuestion): Promise<IntelCard> {
  const isFromProgram = card.total.code !== null && row.figures.total_mib !== null;
  const vram_total_mib = isFromProgram ? row.figures.total_mib : card.gpu.vram_total_mib;
  const gpu = {
    ...card.gpu,
    name: row.name ?? card.gpu.name,
    driver: card.gpu.driver ?? row.driver,
    vram_total_mib,
  };
  const total = isFromProgram ? { source: "xpu-smi" as const, code: null } : card.total;
  if (card.used.code === null || vram_total_mib === null) return { ...card, gpu, total };
  const said = await askXpuUsed(question, row);
  const isImpossible = said.mib !== null && said.mib > vram_total_mib;
  const code = isImpossible ? "impossible" : said.code;
  return { ...card, gpu, total, used: { source: "xpu-smi", code } };
}

/** The program's row of a card: by address, else by the number of its device file. */
export function xpuRowOf(
  rows: readonly XpuRow[],
  bus_id: string | null,
  position: number | null,
): XpuRow | null {
  const addressed = rows.find((row) => bus_id !== null && row.bus_id === bus_id);
  const numbered = rows.find(
    (row) => row.bus_id === null && position !== null && row.position === position,
  );
  return addressed ?? numbered ?? null;
}

function probedOf(
  cards: readonly IntelCard[],
  notes: readonly Note[],
  at: number,
): Probed<IntelFinding> {
  const remarks: Note[] = [];
  const origins: FactOrigin[] = [];
  cards.forEach(({ gpu, total, used, isAsleep: asleep }, position) => {
    if (total.code !== null) remarks.push(noteOf("intel", total.code, gpu.name));
    if (asleep) remarks.push(noteOf("intel", "asleep", gpu.name));
    const card = cardNameOf(gpu, position);
    for (const [key, { source, code }] of [
      ["vram_total_mib", total],
      ["vram_used_mib", used],
    ] as const)
      origins.push(cardOrigin({ card, key, source, at, reason: code }));
  });
  return {
    finding: { gpus: cards.map(({ gpu }) => gpu), cards },
    notes: [...notes, ...remarks],
    origins,
  };
}
