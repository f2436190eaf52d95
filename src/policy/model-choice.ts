/**
 * Which model a rung uses on this host: the first of the table's order that is installed and fits,
 * else any other installed vision model that fits, else the one that is planned (and to be pulled).
 *
 * The idea: cook with what is in the kitchen before writing a shopping list. Sizes of installed
 * models come from the model server, the rest from the table. Rejected: taking the largest that
 * fits (size is not preference), and a choice by readings (the model would change with the weather).
 */
import type { Configuration } from "../domain/configuration.ts";
import { memoryLimitMib, vramLimitMib } from "../domain/feasibility.ts";
import type { Host, OllamaModel } from "../domain/host.ts";
import { isGpuTier, type Tier } from "../domain/tier.ts";
import {
  CPU_ROW,
  GPU_ROWS,
  type GpuRow,
  MODELS,
  type ModelEntry,
  RUNNER_MEMORY_MIB,
} from "./model-table.ts";

/** The rungs on which a model runs on this host. */
export type LocalRung = "nominal" | "smallModel" | "cpu";

/** A chosen model: its name as the server knows it, context, and need in MiB (estimated). */
export interface ModelChoice {
  readonly model: string;
  readonly num_ctx: number;
  /** VRAM on a GPU rung, memory on the CPU. */
  readonly footprint_mib: number;
  readonly installed: boolean;
  /** True when the model can plan as well. */
  readonly text: boolean;
}

/** What a choice depends on; readings are not among it. */
export interface ModelQuestion {
  readonly host: Host;
  readonly tier: Tier;
  readonly configuration: Configuration;
}

interface Place {
  readonly num_ctx: number;
  readonly limit_mib: number | null;
  /** Beside the model itself. */
  readonly overhead_mib: number;
  /** Only models that need less than this are taken; `null` = any. */
  readonly below_mib: number | null;
}

const MIB = 1024 * 1024;

/** Share of an unknown model's file that its cache and buffers take; an estimate. */
export const UNKNOWN_MODEL_OVERHEAD = 0.25;

/** The vision model of a local rung. */
export function visionChoiceOf(question: ModelQuestion, rung: LocalRung): ModelChoice {
  const row = gpuRowOf(question.tier);
  if (row === null || rung === "cpu") return cpuVisionChoiceOf(question);
  return rung === "nominal" ? nominalChoiceOf(question, row) : smallChoiceOf(question, row);
}

/** True on a GPU tier where `smallModel` would run just what `nominal` runs: no smaller model is installed. */
export function isSmallSameAsNominal(question: ModelQuestion): boolean {
  if (!isGpuTier(question.tier)) return false;
  const nominal = visionChoiceOf(question, "nominal");
  const small = visionChoiceOf(question, "smallModel");
  return nominal.installed && small.model === nominal.model && small.num_ctx === nominal.num_ctx;
}

/** The text model of a local rung; a vision model that can plan is shared before a second one is loaded. */
export function planningChoiceOf(question: ModelQuestion, rung: LocalRung): ModelChoice {
  const row = gpuRowOf(question.tier);
  const place = row === null || rung === "cpu" ? cpuPlaceOf(question) : gpuPlaceOf(question, row);
  const { planning, planning_plan } = row === null || rung === "cpu" ? CPU_ROW : row;
  const wanted = wantedModelOf(question, "planning");
  if (wanted !== null) return namedChoiceOf(question, place, wanted);
  const shared = visionChoiceOf(question, rung);
  if (shared.installed && shared.text) return shared;
  return (
    installedChoiceOf(question, place, planning) ?? namedChoiceOf(question, place, planning_plan)
  );
}

/** True for names that are served by a cloud wherever their server runs (`…:cloud`, `…-cloud`). */
export function isCloudModel(name: string, installed: readonly OllamaModel[]): boolean {
  const found = installed.find((model) => isSameModel(model.name, name));
  return found?.cloud === true || /[:-]cloud$/i.test(name);
}

/** True when an installed name is the tag, with or without `:latest`, or one of its quantisations. */
export function isSameModel(installed: string, tag: string): boolean {
  const name = withTag(installed);
  const wanted = withTag(tag);
  if (name === wanted) return true;
  return tag.includes(":") && name.startsWith(`${wanted}-`) && !name.endsWith("-cloud");
}

const ENTRY_BY_TAG: ReadonlyMap<string, ModelEntry> = new Map(
  MODELS.map((entry) => [withTag(entry.tag), entry]),
);

/** The table's entry for an installed name or a tag; `null` = not in the table. */
export function modelEntryOf(name: string): ModelEntry | null {
  const exact = ENTRY_BY_TAG.get(withTag(name));
  return exact ?? MODELS.find((entry) => isSameModel(name, entry.tag)) ?? null;
}

/** The name as people say it: the table's label, else the name itself. */
export function modelLabelOf(name: string): string {
  return modelEntryOf(name)?.label ?? name;
}

/** The row of a GPU tier; `null` for the two tiers without one. */
export function gpuRowOf(tier: Tier): GpuRow | null {
  return isGpuTier(tier) ? GPU_ROWS[tier as keyof typeof GPU_ROWS] : null;
}

/** The model that the user names; a cloud model is no answer to "which one runs on this host?". */
function wantedModelOf(question: ModelQuestion, role: "vision" | "planning"): string | null {
  const { model } = question.configuration.policy[role];
  return model === null || isCloudModel(model, question.host.ollama.models) ? null : model;
}

function nominalChoiceOf(question: ModelQuestion, row: GpuRow): ModelChoice {
  const place = gpuPlaceOf(question, row);
  const wanted = wantedModelOf(question, "vision");
  if (wanted !== null) return namedChoiceOf(question, place, wanted);
  return (
    installedChoiceOf(question, place, row.vision) ??
    otherInstalledChoiceOf(question, place) ??
    plannedChoiceOf(question, place, row.vision_plan)
  );
}

/**
 * A smaller model than the nominal one. Where none is installed but the nominal one is, that stays
 * (with fewer scenes): the rung is then taken only where its footprint is configured.
 */
function smallChoiceOf(question: ModelQuestion, row: GpuRow): ModelChoice {
  const nominal = nominalChoiceOf(question, row);
  const place = {
    ...gpuPlaceOf(question, row),
    num_ctx: row.small_num_ctx,
    below_mib: nominal.footprint_mib,
  };
  const smaller = installedChoiceOf(question, place, row.small);
  if (smaller !== null) return smaller;
  return nominal.installed ? nominal : plannedChoiceOf(question, place, row.small_plan);
}

function cpuVisionChoiceOf(question: ModelQuestion): ModelChoice {
  const place = cpuPlaceOf(question);
  const wanted = wantedModelOf(question, "vision");
  if (wanted !== null) return namedChoiceOf(question, place, wanted);
  return (
    installedChoiceOf(question, place, CPU_ROW.vision) ??
    otherInstalledChoiceOf(question, place) ??
    plannedChoiceOf(question, place, CPU_ROW.vision_plan)
  );
}

function installedChoiceOf(
  question: ModelQuestion,
  place: Place,
  order: readonly string[],
): ModelChoice | null {
  for (const tag of order) {
    for (const model of localModelsOf(question.host)) {
      if (!isSameModel(model.name, tag)) continue;
      const isBlind = model.vision === false && modelEntryOf(tag)?.vision === true;
      const choice = choiceOf(model.name, model, place);
      if (!isBlind && choice !== null && fits(choice, place)) return choice;
    }
  }
  return null;
}

function otherInstalledChoiceOf(question: ModelQuestion, place: Place): ModelChoice | null {
  for (const model of localModelsOf(question.host)) {
    if (model.vision !== true) continue;
    const choice = choiceOf(model.name, model, place);
    if (choice !== null && fits(choice, place)) return choice;
  }
  return null;
}

/** The first of the plan that fits; the last (smallest) where none does, so that the numbers say why. */
function plannedChoiceOf(
  question: ModelQuestion,
  place: Place,
  plan: readonly string[],
): ModelChoice {
  const choices = plan.map((tag) => namedChoiceOf(question, place, tag));
  const chosen = choices.find((choice) => fits(choice, place)) ?? choices.at(-1);
  if (chosen === undefined) throw new Error("A row of the model table has no plan.");
  return chosen;
}

/** A model by its name, installed or not; of an unknown one not yet here, the size is that of Moondream. */
function namedChoiceOf(question: ModelQuestion, place: Place, name: string): ModelChoice {
  const installed = localModelsOf(question.host).find((model) => isSameModel(model.name, name));
  const choice = choiceOf(installed?.name ?? name, installed ?? null, place);
  if (choice !== null) return choice;
  const standIn = choiceOf("moondream", null, place);
  const footprint_mib = standIn?.footprint_mib ?? RUNNER_MEMORY_MIB;
  return {
    model: displayNameOf(name),
    num_ctx: place.num_ctx,
    footprint_mib,
    installed: installed !== undefined,
    text: true,
  };
}

function choiceOf(name: string, installed: OllamaModel | null, place: Place): ModelChoice | null {
  const entry = modelEntryOf(name);
  const num_ctx = Math.min(place.num_ctx, entry?.num_ctx_max ?? place.num_ctx);
  const fileMib = mibOf(installed?.size_bytes ?? null) ?? entry?.weights_mib ?? null;
  if (fileMib === null) return null;
  const extraMib =
    entry === null
      ? fileMib * UNKNOWN_MODEL_OVERHEAD
      : (entry.cache_mib * num_ctx) / 1024 + entry.buffers_mib;
  return {
    model: displayNameOf(name),
    num_ctx,
    footprint_mib: Math.ceil(fileMib + extraMib + place.overhead_mib),
    installed: installed !== null,
    text: entry?.text ?? true,
  };
}

function fits(choice: ModelChoice, place: Place): boolean {
  if (place.below_mib !== null && choice.footprint_mib >= place.below_mib) return false;
  return place.limit_mib === null || choice.footprint_mib <= place.limit_mib;
}

function gpuPlaceOf({ host, configuration }: ModelQuestion, row: GpuRow): Place {
  const limit_mib = vramLimitMib(host, configuration);
  return { num_ctx: row.num_ctx, limit_mib, overhead_mib: 0, below_mib: null };
}

function cpuPlaceOf({ host, configuration }: ModelQuestion): Place {
  const limit_mib = memoryLimitMib(host, configuration);
  return { num_ctx: CPU_ROW.num_ctx, limit_mib, overhead_mib: RUNNER_MEMORY_MIB, below_mib: null };
}

function localModelsOf(host: Host): readonly OllamaModel[] {
  return host.ollama.models.filter((model) => !isCloudModel(model.name, [model]));
}

/** A size of zero is a server that does not say, not a model without weight. */
function mibOf(bytes: number | null): number | null {
  return bytes === null || !(bytes > 0) ? null : Math.ceil(bytes / MIB);
}

function withTag(name: string): string {
  const lower = name.toLowerCase();
  return lower.includes(":") ? lower : `${lower}:latest`;
}

function displayNameOf(name: string): string {
  return name.endsWith(":latest") ? name.slice(0, -":latest".length) : name;
}
