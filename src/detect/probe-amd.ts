/**
 * AMD cards on Linux: the files of the driver first, the helper programs only where those say nothing.
 *
 * A host without AMD cards gives an empty list and no note: that is the ordinary case and no failure. A
 * card that sleeps is not woken; its size is known all the same. Rejected: asking the programs for names
 * where the files have the figures (seconds of Python for a nicer word).
 */
import { type Gpu, UNKNOWN_GPU } from "../domain/host.ts";
import type { Note, NoteCode } from "../domain/note.ts";
import type { FactOrigin, FactSource } from "../domain/origin.ts";
import { AMD_LIMIT_MS, type AmdAnswer, askAmdPrograms } from "./amd-programs.ts";
import type { AmdRow } from "./amd-smi.ts";
import { AMD_VENDOR, readAmdNature } from "./amd-sysfs.ts";
import { type DrmCard, drmCardsOf, isAsleep, moduleVersionOf } from "./drm-cards.ts";
import { cardNameOf, cardOrigin } from "./gpu-facts.ts";
import { type HostView, ioOf } from "./host-io.ts";
import { noteOf, type Probed, withinLimit } from "./probe.ts";

/** The cards in the order of the kernel, then of the program. */
export interface AmdFinding {
  readonly gpus: readonly Gpu[];
}

/** What to probe; `now` is the wall clock in ms. */
export interface AmdProbeOptions {
  readonly view: HostView;
  readonly signal?: AbortSignal | undefined;
  readonly now?: () => number;
}

/** The longest that the probe can take: amd-smi, then rocm-smi twice. */
export const AMD_PROBE_LIMIT_MS = 3 * AMD_LIMIT_MS;

interface SeenCard {
  readonly gpu: Gpu;
  readonly source: FactSource;
  /** Why the size is unknown; `null` when it is known. */
  readonly code: NoteCode | null;
  readonly isAsleep: boolean;
}

/** The AMD cards of this host; never throws, at most `AMD_PROBE_LIMIT_MS`. */
export async function probeAmd(options: AmdProbeOptions): Promise<Probed<AmdFinding>> {
  const { view, signal } = options;
  if (view.platform !== "linux") return { finding: { gpus: [] }, notes: [] };
  const work = (inner: AbortSignal) => probe({ ...options, signal: inner });
  const probed = await withinLimit({ limit_ms: AMD_PROBE_LIMIT_MS, signal, work });
  return probed ?? { finding: { gpus: [] }, notes: [noteOf("amd", "timeout")] };
}

async function probe({
  view,
  signal,
  now = Date.now,
}: AmdProbeOptions): Promise<Probed<AmdFinding>> {
  const cards = (await drmCardsOf(view, AMD_VENDOR)) ?? [];
  const driver = cards.length === 0 ? null : await moduleVersionOf(view, "amdgpu");
  const seen = await Promise.all(cards.map((card) => seeCard(view, card, driver)));
  if (seen.some(({ code }) => code === null)) return probedOf(seen, [], now());
  const runnerOf = () => ioOf(view);
  const answer = await askAmdPrograms({ view, signal, limit_ms: AMD_LIMIT_MS, runnerOf });
  return probedOf(withRows(seen, answer), failureNotes(seen, answer), now());
}

async function seeCard(view: HostView, card: DrmCard, driver: string | null): Promise<SeenCard> {
  const { readText } = ioOf(view);
  const { figures, is_integrated, name, uuid } = await readAmdNature(card, readText);
  const gpu: Gpu = {
    ...UNKNOWN_GPU,
    vendor: "amd",
    name,
    uuid,
    vram_total_mib: figures.total_mib,
    driver,
    unified: is_integrated,
    is_integrated,
    bus_id: card.bus_id,
  };
  const asleep = await isAsleep(card, readText);
  return { gpu, source: "amd-sysfs", code: figures.code, isAsleep: asleep };
}

/** The program's cards; the kernel's others stay where addresses show that they are others. */
function withRows(seen: readonly SeenCard[], answer: AmdAnswer): readonly SeenCard[] {
  if (answer.source === null) return seen;
  const { rows, source } = answer;
  const isAddressed = rows.every(({ bus_id }) => bus_id !== null);
  const others = seen.filter(
    ({ gpu }) => isAddressed && !rows.some(({ bus_id }) => bus_id === gpu.bus_id),
  );
  return [...rows.map((row) => seenByProgram(row, source)), ...others];
}

function seenByProgram(row: AmdRow, source: FactSource): SeenCard {
  const { figures, bus_id, name, driver } = row;
  const vram_total_mib = figures.total_mib;
  const base = { ...UNKNOWN_GPU, vendor: "amd" as const, vram_total_mib, driver, bus_id };
  const gpu: Gpu = { ...base, name: name ?? "AMD GPU" };
  const code = vram_total_mib === null ? (figures.code ?? "memory-not-reported") : null;
  return { gpu, source, code, isAsleep: false };
}

/** A program that is missing is worth a note only where there is a card to ask about. */
function failureNotes(seen: readonly SeenCard[], { code }: AmdAnswer): readonly Note[] {
  const isOrdinary = code === null || (code === "not-installed" && seen.length === 0);
  return isOrdinary ? [] : [noteOf("amd", code)];
}

function probedOf(
  seen: readonly SeenCard[],
  notes: readonly Note[],
  at: number,
): Probed<AmdFinding> {
  const remarks: Note[] = [];
  const origins: FactOrigin[] = [];
  seen.forEach(({ gpu, source, code, isAsleep: asleep }, position) => {
    if (code !== null) remarks.push(noteOf("amd", code, gpu.name));
    if (gpu.unified) remarks.push(noteOf("amd", "unified-memory", gpu.name));
    if (asleep) remarks.push(noteOf("amd", "asleep", gpu.name));
    const card = cardNameOf(gpu, position);
    origins.push(cardOrigin({ card, key: "vram_total_mib", source, at, reason: code }));
  });
  const gpus = seen.map(({ gpu }) => gpu);
  return { finding: { gpus }, notes: [...notes, ...remarks], origins };
}
