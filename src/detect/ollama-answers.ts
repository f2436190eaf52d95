/**
 * Ollama's answers to version, tags and ps: JSON text in, facts out, `null` when it is not Ollama's.
 *
 * A cloud model is listed like a local one but runs elsewhere; remote fields or its name's ending
 * give it away. Vision is told by `capabilities`; servers before 0.30 lack them, and there only the
 * families of image encoders prove it. Rejected: a table of model names, which is old tomorrow.
 */
import type { LoadedModel, OllamaModel } from "../domain/host.ts";
import { amountOf, fieldOf, parseJson, textOf } from "./json-field.ts";

/** More models than a disk holds; the rest is not read. */
const MAX_MODELS = 1000;
const IMAGE_FAMILIES: readonly string[] = ["clip", "mllama"];
const CLOUD_NAME = /(?::|-)cloud$/;

/** The body of `GET /` of a running Ollama. */
export const OLLAMA_GREETING = "Ollama is running";

/** The version of `/api/version`; `null` when the answer is not Ollama's or the version is empty. */
export function parseOllamaVersion(text: string): string | null {
  return textOf(fieldOf(parseJson(text), "version"));
}

/** The models of `/api/tags`; `null` when the answer is not Ollama's. */
export function parseOllamaTags(text: string): readonly OllamaModel[] | null {
  return modelsIn(text, modelOf);
}

/** The loaded models of `/api/ps`; `null` when the answer is not Ollama's. */
export function parseOllamaPs(text: string): readonly LoadedModel[] | null {
  return modelsIn(text, loadedOf);
}

/** A Go server prints an empty list as `null`; anything else that is no list is not an answer. */
function modelsIn<T>(text: string, toModel: (json: unknown) => T | null): readonly T[] | null {
  const json = parseJson(text);
  if (typeof json !== "object" || json === null || !("models" in json)) return null;
  const { models } = json;
  if (models === null) return [];
  if (!Array.isArray(models)) return null;
  return models
    .slice(0, MAX_MODELS)
    .map(toModel)
    .filter((model) => model !== null);
}

function modelOf(json: unknown): OllamaModel | null {
  const name = nameOf(json);
  if (name === null) return null;
  const isRemote =
    textOf(fieldOf(json, "remote_host")) !== null || textOf(fieldOf(json, "remote_model")) !== null;
  const cloud = isRemote || CLOUD_NAME.test(name);
  return {
    name,
    // The size of a cloud model is that of its name plate (384 bytes), not of the model.
    size_bytes: cloud ? null : amountOf(fieldOf(json, "size")),
    vision: visionOf(json),
    cloud,
  };
}

function loadedOf(json: unknown): LoadedModel | null {
  const name = nameOf(json);
  if (name === null) return null;
  const size = amountOf(fieldOf(json, "size"));
  const vram = amountOf(fieldOf(json, "size_vram"));
  const isMoreThanAll = size !== null && vram !== null && vram > size;
  return { name, size_bytes: size, size_vram_bytes: isMoreThanAll ? size : vram };
}

function nameOf(json: unknown): string | null {
  return textOf(fieldOf(json, "name")) ?? textOf(fieldOf(json, "model"));
}

function visionOf(json: unknown): boolean | null {
  const capabilities = fieldOf(json, "capabilities");
  if (Array.isArray(capabilities)) return capabilities.includes("vision");
  const families = fieldOf(fieldOf(json, "details"), "families");
  if (!Array.isArray(families)) return null;
  return families.some((family) => IMAGE_FAMILIES.includes(family)) ? true : null;
}
