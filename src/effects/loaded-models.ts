/**
 * What `/api/ps` says of models on the card. Only the fields that unloading goes by; `detect` has its own
 * reader for facts about the host, and rooms of one floor do not borrow from each other.
 */
import { amount, at, listOf, parsedJson, text } from "../domain/tolerant-json.ts";

/** A model that lies on the card, wholly or in part. */
export interface GpuModel {
  readonly name: string;
  /** What it holds on the card; `null` = the server does not say. */
  readonly gpuMib: number | null;
}

const BYTES_PER_MIB = 1_048_576;

/** The models on the card; `null` when the answer is not Ollama's. A Go server prints no list as `null`. */
export function gpuModelsIn(body: string): readonly GpuModel[] | null {
  const models = at(parsedJson(body), "models");
  if (models === null) return /"models"\s*:\s*null/.test(body) ? [] : null;
  return Array.isArray(models) ? listOf(models, gpuModelOf) : null;
}

/** True for two ways to name one model: a name without a tag means `latest`. */
export function isSameModel(one: string, other: string): boolean {
  return withTag(one) === withTag(other);
}

function gpuModelOf(json: unknown): GpuModel | null {
  const name = text(at(json, "name")) ?? text(at(json, "model"));
  const bytes = amount(at(json, "size_vram"));
  if (name === null || bytes === 0) return null;
  return { name, gpuMib: bytes === null ? null : Math.round(bytes / BYTES_PER_MIB) };
}

function withTag(name: string): string {
  const last = name.slice(name.lastIndexOf("/") + 1);
  return (last.includes(":") ? name : `${name}:latest`).toLowerCase();
}
