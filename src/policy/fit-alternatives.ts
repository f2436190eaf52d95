/**
 * What would fit instead, best first: less context, another model, the CPU, the cloud where it is allowed.
 *
 * The idea of the model choice goes on here: cook with what is in the kitchen before writing a shopping
 * list, in the order of the table. Nothing is offered that does not fit beside the others' peak, and no
 * cloud without consent. Rejected: offering more than what was asked; who asked for a model wants its kind.
 */
import { isCloudAllowedFor } from "../domain/cloud-consent.ts";
import type { OllamaModel } from "../domain/host.ts";
import type { ShownModel } from "../domain/served-model.ts";
import { BYTES_PER_MIB, figuresOf } from "./fit-figures.ts";
import { shortOf } from "./fit-name.ts";
import type { Order } from "./fit-need.ts";
import { cpuFitOf, gpuFitOf } from "./fit-places.ts";
import { type FitGrounds, gpuRoomOf, memoryRoomOf } from "./fit-room.ts";
import type { FitAlternative, PlaceFit } from "./fit-shape.ts";
import { gpuRowOf, isCloudModel, isSameModel, modelEntryOf, modelLabelOf } from "./model-choice.ts";
import { ANSWER_TOKENS, CPU_ROW, GPU_ROWS, MODELS, RUNNER_MEMORY_MIB } from "./model-table.ts";

/** What is looked for. */
export interface Wish {
  readonly name: string;
  readonly installed: boolean | null;
  readonly order: Order;
  /** Pictures in one request. */
  readonly images: number;
  /** The model sees, or must. */
  readonly sees: boolean;
  /** It must see and cannot: no room makes it fit. */
  readonly isBlind: boolean;
  readonly grounds: FitGrounds;
  readonly shown: ReadonlyMap<string, ShownModel>;
  readonly places: readonly PlaceFit[];
}

/** Most models that are offered. */
const MODELS_OFFERED = 3;

/** Contexts are offered in these steps, and not below one. */
const CONTEXT_STEP = 1024;

type Target = "gpu" | "cpu";

/** What fits instead; empty where the model itself fits its best place. */
export function alternativesOf(wish: Wish): readonly FitAlternative[] {
  const verdictOf = (place: Target) => wish.places.find((one) => one.place === place)?.verdict;
  const target: Target = (gpuRoomOf(wish.grounds)?.limit_mib ?? null) === null ? "cpu" : "gpu";
  if (verdictOf(target) === "fits") return [];
  const isOnCpu = verdictOf("cpu") === "fits";
  const onTarget = [...contextOn(target, wish), ...modelsOn(target, wish)];
  const isCpuSearched = target === "gpu" && !isOnCpu && onTarget.length === 0;
  return [
    ...onTarget,
    ...(isCpuSearched ? [...contextOn("cpu", wish), ...modelsOn("cpu", wish)] : []),
    ...(target === "gpu" && isOnCpu && isAble(wish) ? [onCpu(wish)] : []),
    ...cloudFor(wish),
  ];
}

/** It sees what it must, and the context holds the pictures as far as that is known. */
function isAble(wish: Wish): boolean {
  const { figures, context } = wish.order;
  return !wish.isBlind && (tokensFor(wish, figures.frame_tokens) ?? 0) <= context;
}

/** The need of an order in a place, where it fits there beside the others' peak; `null` = it does not. */
function fittingNeed(target: Target, order: Order, grounds: FitGrounds): number | null {
  const fit = target === "gpu" ? gpuFitOf({ order, grounds }) : cpuFitOf({ order, grounds });
  return fit.verdict === "fits" ? needIn(fit, target) : null;
}

function needIn({ needs }: PlaceFit, target: Target): number | null {
  return target === "gpu" && needs.vram_mib !== 0 ? needs.vram_mib : needs.memory_mib;
}

/** The longest context of the same model that fits, in whole steps. */
function contextOn(target: Target, wish: Wish): FitAlternative[] {
  const { order, grounds } = wish;
  const { weights, buffers, cache_bytes } = order.figures;
  if (wish.isBlind) return [];
  const room = target === "gpu" ? gpuRoomOf(grounds) : memoryRoomOf(grounds);
  const free = room?.free_at_peak_mib ?? null;
  if (weights === null || buffers === null || cache_bytes === null || free === null) return [];
  const runner = target === "gpu" && room?.meter === "vram" ? 0 : RUNNER_MEMORY_MIB;
  const left = free - weights.amount - buffers.amount - runner;
  const most = Math.min((left * BYTES_PER_MIB) / cache_bytes.amount, order.context - 1);
  const context = Math.floor(most / CONTEXT_STEP) * CONTEXT_STEP;
  if (context < Math.max(CONTEXT_STEP, tokensFor(wish, order.figures.frame_tokens) ?? 0)) return [];
  const need_mib = fittingNeed(target, { ...order, context }, grounds);
  if (need_mib === null) return [];
  return [
    { ...ofModel(wish.name, wish.installed), kind: "context", place: target, context, need_mib },
  ];
}

/** Tokens of the pictures and the answer; `null` = not known. */
function tokensFor({ images }: Wish, frameTokens: number | null): number | null {
  if (images === 0) return ANSWER_TOKENS;
  return frameTokens === null ? null : images * frameTokens + ANSWER_TOKENS;
}

/** Smaller models of the same kind, installed ones first, each in the table's order. */
function modelsOn(target: Target, wish: Wish): FitAlternative[] {
  const asked = wish.places.find(({ place }) => place === target);
  const askedMib = asked === undefined ? null : needIn(asked, target);
  const offered: FitAlternative[] = [];
  for (const { tag, installed } of candidatesOf(target, wish)) {
    if (offered.length === MODELS_OFFERED) break;
    if (isSameModel(tag, wish.name) || isSameModel(wish.name, tag)) continue;
    const shown = wish.shown.get(tag) ?? null;
    // It is listed like the others, and runs in a cloud.
    if (shown?.remote === true) continue;
    const figures = figuresOf({ installed, entry: modelEntryOf(tag), shown });
    const context = Math.min(wish.order.context, figures.num_ctx_max ?? wish.order.context);
    const tokens = tokensFor(wish, figures.frame_tokens);
    if (tokens === null || tokens > context) continue;
    const need_mib = fittingNeed(target, { figures, context }, wish.grounds);
    if (need_mib === null || (askedMib !== null && need_mib >= askedMib)) continue;
    const model = ofModel(shortOf(tag), installed !== null);
    offered.push({ ...model, kind: "model", place: target, context, need_mib });
  }
  return offered;
}

interface Candidate {
  readonly tag: string;
  readonly installed: OllamaModel | null;
}

function candidatesOf(target: Target, { sees, grounds }: Wish): readonly Candidate[] {
  const row = target === "cpu" ? CPU_ROW : (gpuRowOf(grounds.tier) ?? GPU_ROWS.LOCAL_GPU_LOW);
  const order = sees ? row.vision : row.planning;
  const here = grounds.host.ollama.models.filter((model) => !isCloudModel(model.name, [model]));
  const able = here.filter(({ name, vision }) => {
    const entry = modelEntryOf(name);
    return sees ? (vision ?? entry?.vision ?? false) : (entry?.text ?? true);
  });
  const listed = order.flatMap((tag) => able.filter(({ name }) => isSameModel(name, tag)));
  const others = able.filter((model) => !listed.includes(model));
  const isHere = (tag: string): boolean => here.some(({ name }) => isSameModel(name, tag));
  const known = order.filter((tag) => !isHere(tag) && MODELS.some((one) => one.tag === tag));
  return [
    ...[...listed, ...others].map((model) => ({ tag: model.name, installed: model })),
    ...known.map((tag) => ({ tag, installed: null })),
  ];
}

function onCpu({ name, installed, order, places }: Wish): FitAlternative {
  const cpu = places.find(({ place }) => place === "cpu");
  return {
    ...ofModel(name, installed),
    kind: "cpu",
    place: "cpu",
    context: order.context,
    need_mib: cpu?.needs.memory_mib ?? null,
  };
}

function cloudFor({ sees, grounds }: Wish): FitAlternative[] {
  const { cloud } = grounds.configuration;
  if (!isCloudAllowedFor(cloud, sees ? "vision" : "planning")) return [];
  const model = sees ? cloud.vision_model : cloud.planning_model;
  return [
    {
      kind: "cloud",
      place: "cloud",
      model,
      label: model,
      context: null,
      need_mib: null,
      installed: null,
      command: null,
    },
  ];
}

function ofModel(
  model: string,
  installed: boolean | null,
): Pick<FitAlternative, "model" | "label" | "installed" | "command"> {
  const command = installed === true ? null : `ollama pull ${model}`;
  return { model, label: modelLabelOf(model), installed, command };
}
