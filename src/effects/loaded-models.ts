/**
 * What `/api/ps` says of models in memory. Only the fields that work and unloading go by; `detect` has its
 * own reader for facts about the host, and rooms of one floor do not borrow from each other.
 */

import { rootOf } from "../domain/job.ts";
import { amount, at, listOf, parsedJson, text } from "../domain/tolerant-json.ts";
import { askBounded } from "./bounded-ask.ts";

/** A model in memory. */
export interface ListedModel {
  readonly name: string;
  /** What it holds on the card, 0 = it lies beside it; `null` = the server does not say. */
  readonly gpuMib: number | null;
}

const BYTES_PER_MIB = 1_048_576;

/** A local server answers in milliseconds; who waits longer waits for nothing (detection facts §5.4). */
const LOOK_LIMIT_MS = 1000;

/** Asks a server what it has in memory; `null` when it did not say in time. Never rejects. */
export async function askLoaded(address: string): Promise<readonly ListedModel[] | null> {
  const url = `${rootOf(address)}/api/ps`;
  const signal = AbortSignal.timeout(LOOK_LIMIT_MS);
  const answer = await askBounded({ url, body: null, signal });
  return answer?.status === 200 ? listedModelsIn(answer.body) : null;
}

/** The models in memory; `null` when the answer is not Ollama's. A Go server prints no list as `null`. */
export function listedModelsIn(body: string): readonly ListedModel[] | null {
  const models = at(parsedJson(body), "models");
  if (models === null) return /"models"\s*:\s*null/.test(body) ? [] : null;
  return Array.isArray(models) ? listOf(models, listedModelOf) : null;
}

/** Those of them that lie on the card, wholly or in part. */
export function gpuModelsIn(body: string): readonly ListedModel[] | null {
  return listedModelsIn(body)?.filter(({ gpuMib }) => gpuMib !== 0) ?? null;
}

/** True for two ways to name one model: a name without a tag means `latest`. */
export function isSameModel(one: string, other: string): boolean {
  return withTag(one) === withTag(other);
}

function listedModelOf(json: unknown): ListedModel | null {
  const name = text(at(json, "name")) ?? text(at(json, "model"));
  const bytes = amount(at(json, "size_vram"));
  if (name === null) return null;
  return { name, gpuMib: gpuMibOf(bytes) };
}

/** MiB of a size on the card; less than one is on it all the same, `null` stays unknown. */
export function gpuMibOf(bytes: number | null): number | null {
  if (bytes === null) return null;
  return bytes === 0 ? 0 : Math.max(1, Math.round(bytes / BYTES_PER_MIB));
}

function withTag(name: string): string {
  const last = name.slice(name.lastIndexOf("/") + 1);
  return (last.includes(":") ? name : `${name}:latest`).toLowerCase();
}
