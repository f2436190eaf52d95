/**
 * "Will it fit": one model, one context, some pictures; against the memory that is free now and at the
 * recent peak, on the GPU, on the CPU and split, with the arithmetic and what would fit instead.
 *
 * Pure: the model server's figures and the meters come as arguments, so the same question about the same
 * host has the same answer anywhere. Rejected: one yes or no; a person who is told "no" needs to know by
 * how much, and one who is told "yes" needs to know when.
 */
import { isCloudAllowedFor } from "../domain/cloud-consent.ts";
import type { ShownModel } from "../domain/served-model.ts";
import { isGpuTier, largestUsableGpu } from "../domain/tier.ts";
import { alternativesOf } from "./fit-alternatives.ts";
import { BYTES_PER_MIB, figuresOf } from "./fit-figures.ts";
import { type FoundModel, findModel } from "./fit-name.ts";
import { placesOf } from "./fit-places.ts";
import { type FitGrounds, gpuRoomOf, memoryRoomOf } from "./fit-room.ts";
import type {
  FitFigures,
  FitRemark,
  FitRemarkCode,
  FitRoom,
  ModelFit,
  PlaceFit,
} from "./fit-shape.ts";
import { gpuRowOf, modelLabelOf } from "./model-choice.ts";
import { ANSWER_TOKENS, CPU_ROW, MODEL_TABLE_DATE } from "./model-table.ts";

/** What may be asked. */
export const FIT_LIMITS = { name: 200, context: 16_777_216, images: 1000 } as const;

/** What is asked. */
export interface FitWish {
  readonly model: string;
  /** Tokens, 1 and up; `null` or absent: what the policy would set on this host. */
  readonly context?: number | null;
  /** Pictures in one request; absent: none. */
  readonly images?: number;
}

/** The question with everything that its answer follows from. */
export interface FitQuestion extends FitWish {
  readonly grounds: FitGrounds;
  /** What the model server says of its models, by the name under which it lists them. */
  readonly shown: ReadonlyMap<string, ShownModel>;
}

/** A server on this host. */
const HERE = /^https?:\/\/(?:localhost|127\.[\d.]+|\[::1\])(?:[:/]|$)/i;

/** Whether it fits, where, and what else would. Throws RP_NOT_FOUND for a model that nobody knows. */
export function fitOf(question: FitQuestion): ModelFit {
  const { grounds, shown } = question;
  const found = findModel(question.model, grounds);
  const told = shown.get(found.installed?.name ?? found.name) ?? null;
  const isCloud = found.isCloud || told?.remote === true;
  const figures = figuresOf({ ...found, shown: told });
  const vision = found.installed?.vision ?? told?.vision ?? found.entry?.vision ?? null;
  const context = contextOf(question, figures);
  const images = imagesOf(question.images ?? 0, context.tokens, figures);
  const order = { figures, context: context.tokens };
  const places = isCloud ? [] : placesOf({ order, grounds });
  const sees = vision === true || images.count > 0;
  const { name, isInstalled: installed } = found;
  const isBlind = vision === false && images.count > 0;
  const pictures = { images: images.count, sees, isBlind };
  const wish = { name, installed, order, ...pictures, grounds, shown, places };
  const rooms = { gpu: gpuRoomOf(grounds), memory: memoryRoomOf(grounds) };
  const facts = { found, vision, figures, context, images, isCloud, rooms, places };
  return {
    model: {
      name,
      label: modelLabelOf(name),
      installed,
      cloud: isCloud,
      vision,
      source: isCloud ? null : figures.source,
      table_date: MODEL_TABLE_DATE,
      num_ctx_max: figures.num_ctx_max,
      cache_mib_per_1024:
        isCloud || figures.cache_bytes === null
          ? null
          : (figures.cache_bytes.amount * 1024) / BYTES_PER_MIB,
    },
    context,
    images,
    places,
    best: places.find(({ verdict }) => verdict === "fits")?.place ?? null,
    rooms,
    remarks: remarksOf(facts, grounds),
    alternatives: isCloud ? [] : alternativesOf(wish),
  };
}

function contextOf(
  { context, grounds }: FitQuestion,
  { num_ctx_max }: FitFigures,
): ModelFit["context"] {
  if (context !== null && context !== undefined) return { tokens: context, source: "asked" };
  const { num_ctx } = gpuRowOf(grounds.tier) ?? CPU_ROW;
  return { tokens: Math.min(num_ctx, num_ctx_max ?? num_ctx), source: "policy" };
}

/** Pictures and the answer must stand in the context together. */
function imagesOf(
  count: number,
  tokens: number,
  { frame_tokens, num_ctx_max }: FitFigures,
): ModelFit["images"] {
  const ofImages = count === 0 ? 0 : frame_tokens === null ? null : count * frame_tokens;
  const needed = ofImages === null ? null : ofImages + ANSWER_TOKENS;
  const fit = needed === null ? null : needed <= tokens;
  const isPossible = needed !== null && needed <= (num_ctx_max ?? needed);
  return {
    count,
    frame_tokens,
    needed_tokens: needed,
    fit,
    smallest_context: fit === false && isPossible ? needed : null,
  };
}

interface Facts extends Pick<ModelFit, "context" | "images" | "places" | "rooms"> {
  readonly found: FoundModel;
  readonly vision: boolean | null;
  readonly figures: FitFigures;
  readonly isCloud: boolean;
}

/** In the order of the list of codes. */
function remarksOf(facts: Facts, grounds: FitGrounds): readonly FitRemark[] {
  const { isCloud } = facts;
  return [
    ...(isCloud ? cloudRemarks(grounds) : []),
    ...tokenRemarks(facts),
    ...(isCloud ? [] : [...serverRemarks(facts, grounds), ...roomRemarks(facts, grounds)]),
  ];
}

function remark(code: FitRemarkCode, value: number | null = null): FitRemark {
  return { code, value };
}

function cloudRemarks({ configuration: { cloud } }: FitGrounds): FitRemark[] {
  const isAllowed = isCloudAllowedFor(cloud, "vision") || isCloudAllowedFor(cloud, "planning");
  return [remark("RUNS_IN_CLOUD"), remark(isAllowed ? "CLOUD_ALLOWED" : "CLOUD_REFUSED")];
}

function tokenRemarks({ vision, figures, context, images }: Facts): FitRemark[] {
  const { frame_tokens, num_ctx_max } = figures;
  const remarks: FitRemark[] = [];
  const { fit, smallest_context, count } = images;
  if (smallest_context !== null) remarks.push(remark("IMAGES_NEED_CONTEXT", smallest_context));
  else if (fit === false && frame_tokens !== null && num_ctx_max !== null) {
    const most = Math.max(0, Math.floor((num_ctx_max - ANSWER_TOKENS) / frame_tokens));
    remarks.push(remark("TOO_MANY_IMAGES", most));
  }
  if (count > 0 && vision === false) remarks.push(remark("CANNOT_SEE"));
  else if (count > 0 && frame_tokens === null) remarks.push(remark("PICTURE_TOKENS_UNKNOWN"));
  if (num_ctx_max !== null && context.tokens > num_ctx_max) {
    remarks.push(remark("CONTEXT_BEYOND_MODEL", num_ctx_max));
  }
  return remarks;
}

function serverRemarks({ found, figures }: Facts, { host }: FitGrounds): FitRemark[] {
  const { running, address } = host.ollama;
  return [
    ...(found.isInstalled === false ? [remark("NOT_INSTALLED")] : []),
    ...(running === true ? [] : [remark("SERVER_SILENT")]),
    ...(HERE.test(address) ? [] : [remark("SERVER_ELSEWHERE")]),
    ...(figures.is_cache_bound ? [remark("CACHE_UPPER_BOUND")] : []),
    ...(figures.source === "size-only" ? [remark("SIZE_ONLY")] : []),
  ];
}

function roomRemarks({ rooms, places }: Facts, { host, tier }: FitGrounds): FitRemark[] {
  const card = largestUsableGpu(host);
  const isSeenOnce = (room: FitRoom | null): boolean =>
    room !== null && room.others_peak_mib !== null && room.lookback_ms === 0;
  const isOnCard = places.some(({ place }: PlaceFit) => place === "gpu");
  return [
    ...(card?.unified === true ? [remark("GPU_SHARES_MEMORY")] : []),
    ...(card !== null && isOnCard && !isGpuTier(tier) ? [remark("GPU_BELOW_TIERS")] : []),
    ...(rooms.gpu?.estimated === true ? [remark("OWN_SHARE_UNKNOWN")] : []),
    ...(isSeenOnce(rooms.gpu) || isSeenOnce(rooms.memory) ? [remark("SEEN_ONCE")] : []),
  ];
}
