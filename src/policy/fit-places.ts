/**
 * The three places of a model: on the GPU, on the CPU, and split between the two.
 *
 * Split is reckoned as the model server does it: whole layers on the card as long as they fit, each with
 * its part of weights and cache, the rest in the host's memory. Where the layers are not told, by bytes.
 * A part of the card that is free now but not at the others' peak gives a verdict of its own.
 */
import { cacheMibOf, type Order, RUNNER_TERM, sumOf, termOf, termsOf } from "./fit-need.ts";
import { type FitGrounds, gpuRoomOf, judge, memoryRoomOf, noGpuReasonOf } from "./fit-room.ts";
import type { FitPlace, FitReason, FitRoom, FitTerm, FitVerdict, PlaceFit } from "./fit-shape.ts";

/** All of it is not split; where the layers are not known, at most so much lies on the card. */
const PART_MAX = 0.99;

/** A model order and the rooms that it may go to. */
export interface Placing {
  readonly order: Order;
  readonly grounds: FitGrounds;
}

/** The verdict of every place; split only where there is a card of its own memory that the whole does not fit. */
export function placesOf(placing: Placing): readonly PlaceFit[] {
  const gpu = gpuFitOf(placing);
  const cpu = cpuFitOf(placing);
  const room = gpuRoomOf(placing.grounds);
  if (room?.meter !== "vram" || gpu.verdict === "fits") return [gpu, cpu];
  return [gpu, splitFitOf(placing, room), cpu];
}

/** The whole model on the card. */
export function gpuFitOf({ order, grounds }: Placing): PlaceFit {
  const room = gpuRoomOf(grounds);
  // On shared memory the server's own process takes from the same pool.
  const isShared = room?.meter === "memory";
  const terms = termsOf(order, isShared ? "memory" : "vram", isShared);
  const need = sumOf(terms, isShared ? "memory" : "vram");
  const { verdict, reason } = judge(need, room, noGpuReasonOf(grounds.host));
  return placeFit("gpu", { verdict, reason, terms });
}

/** The whole model in the host's memory, worked by the processor. */
export function cpuFitOf({ order, grounds }: Placing): PlaceFit {
  const terms = termsOf(order, "memory", true);
  const { verdict, reason } = judge(sumOf(terms, "memory"), memoryRoomOf(grounds));
  return placeFit("cpu", { verdict, reason, terms });
}

interface Judged {
  readonly verdict: FitVerdict;
  readonly reason: FitReason;
  readonly terms: readonly FitTerm[];
}

function placeFit(
  place: FitPlace,
  { verdict, reason, terms }: Judged,
  part: Pick<PlaceFit, "layers" | "gpu_share"> = { layers: null, gpu_share: null },
): PlaceFit {
  const needs = { vram_mib: sumOf(terms, "vram"), memory_mib: sumOf(terms, "memory") };
  return { place, verdict, reasons: [reason], terms, needs, ...part };
}

/** At the peak first; what only the room of now allows is said to be so. */
function splitFitOf(placing: Placing, room: FitRoom): PlaceFit {
  const memory = memoryRoomOf(placing.grounds);
  const atPeak = attemptOf(placing, room.free_at_peak_mib, memory);
  const nowOnly: FitRoom = { ...memory, free_at_peak_mib: memory.free_now_mib };
  const now = attemptOf(placing, room.free_now_mib, nowOnly);
  if (atPeak === null || now === null) return uncut(placing, room);
  if (isWhole(atPeak)) return splitAs(atPeak);
  if (isWhole(now)) {
    const reason = shortageOf(now, room, memory);
    return splitAs({ ...now, verdict: "fits-now-not-at-peak", reason });
  }
  if (now.cut.gpuMib > 0) return splitAs(now);
  const reason = { code: "NO_LAYER_FITS", meter: "vram", mib: null } as const;
  return splitAs({ ...now, verdict: "too-large", reason });
}

interface Attempt extends Judged {
  readonly cut: Cut;
}

function attemptOf({ order }: Placing, freeMib: number | null, memory: FitRoom): Attempt | null {
  const cut = cutOf(order, freeMib);
  if (cut === null) return null;
  const terms = cutTermsOf(order, cut);
  return { cut, terms, ...judge(sumOf(terms, "memory"), memory) };
}

/** What this cut lacks at the peak: of the card, else of memory. */
function shortageOf({ terms }: Attempt, room: FitRoom, memory: FitRoom): FitReason {
  const onCard = (sumOf(terms, "vram") ?? 0) - (room.free_at_peak_mib ?? 0);
  const inMemory = (sumOf(terms, "memory") ?? 0) - (memory.free_at_peak_mib ?? 0);
  return onCard > 0
    ? { code: "PEAK_TOO_HIGH", meter: "vram", mib: onCard }
    : { code: "PEAK_TOO_HIGH", meter: "memory", mib: inMemory };
}

/** A part lies on the card, and the rest fits too. */
function isWhole({ cut, verdict }: Attempt): boolean {
  return cut.gpuMib > 0 && verdict === "fits";
}

function splitAs({ cut, ...judged }: Attempt): PlaceFit {
  return placeFit("split", judged, { layers: cut.layers, gpu_share: cut.share });
}

/** Something is not known: the model's size, the card's, or what is used of it. */
function uncut({ order }: Placing, room: FitRoom): PlaceFit {
  const terms = [...termsOf(order, "vram", false), RUNNER_TERM];
  const { reason } = judge(sumOf(terms, "vram"), { ...room, free_at_peak_mib: null });
  const isSize = sumOf(terms, "vram") === null;
  const code = isSize ? "SIZE_UNKNOWN" : room.limit_mib === null ? "GPU_UNREADABLE" : "USE_UNKNOWN";
  const unknown = { ...reason, code, mib: null } as const;
  const empty = terms.map((term) => ({ ...term, mib: null, certainty: "unknown" as const }));
  return placeFit("split", { verdict: "unknown", reason: unknown, terms: empty });
}

/** How a model is cut: MiB of weights and of cache that lie on the card. */
interface Cut {
  readonly weightsMib: number;
  readonly cacheMib: number;
  readonly gpuMib: number;
  readonly layers: PlaceFit["layers"];
  readonly share: number;
}

/** `null`: the size of the model or the room is not known. */
function cutOf(order: Order, freeMib: number | null): Cut | null {
  const { weights, buffers, layers } = order.figures;
  const cache = cacheMibOf(order);
  if (weights === null || buffers === null || cache === null || freeMib === null) return null;
  const left = freeMib - buffers.amount;
  const whole = weights.amount + cache;
  if (layers !== null) {
    const perLayer = {
      weights: Math.ceil(weights.amount / layers),
      cache: Math.ceil(cache / layers),
    };
    const most = Math.floor(left / (perLayer.weights + perLayer.cache));
    // All of them is not split; that is asked of the GPU alone.
    const count = Math.max(0, Math.min(layers - 1, most));
    const weightsMib = Math.floor((weights.amount * count) / layers);
    const cacheMib = Math.floor((cache * count) / layers);
    const gpuMib = weightsMib + cacheMib;
    return {
      weightsMib,
      cacheMib,
      gpuMib,
      layers: { on_gpu: count, total: layers },
      share: shareOf(gpuMib, whole),
    };
  }
  const part = Math.max(0, Math.min(PART_MAX, left / whole));
  const weightsMib = Math.floor(weights.amount * part);
  const cacheMib = Math.floor(cache * part);
  const gpuMib = weightsMib + cacheMib;
  return { weightsMib, cacheMib, gpuMib, layers: null, share: shareOf(gpuMib, whole) };
}

function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.floor((part / whole) * 1000) / 1000;
}

function cutTermsOf(order: Order, cut: Cut): readonly FitTerm[] {
  const { weights, buffers, cache_bytes } = order.figures;
  const restWeights = (weights?.amount ?? 0) - cut.weightsMib;
  const restCache = (cacheMibOf(order) ?? 0) - cut.cacheMib;
  return [
    termOf("WEIGHTS", "vram", { figure: weights, mib: cut.weightsMib }),
    termOf("CACHE", "vram", { figure: cache_bytes, mib: cut.cacheMib }),
    termOf("BUFFERS", "vram", { figure: buffers, mib: buffers?.amount ?? null }),
    termOf("WEIGHTS", "memory", { figure: weights, mib: restWeights }),
    termOf("CACHE", "memory", { figure: cache_bytes, mib: restCache }),
    RUNNER_TERM,
  ];
}
