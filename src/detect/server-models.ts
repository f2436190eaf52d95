/**
 * The list of `/v1/models`, which every model server answers in the same shape.
 *
 * It tells nothing about who answers, so it is read only where that is known already: for the names of
 * the models and their longest context, which each maker writes into a field of its own.
 */
import type { ServedModel } from "../domain/served.ts";
import { amountOf, fieldOf, parseJson, textOf } from "./json-field.ts";

/** More models than a disk holds; the rest is not read. */
export const MAX_SERVED_MODELS = 1000;

/** The models of `/v1/models`; `null` when it is no such list. */
export function parseOpenAiModels(text: string): readonly ServedModel[] | null {
  return listedModels(parseJson(text), "data", (json) => {
    const name = textOf(fieldOf(json, "id"));
    if (name === null) return null;
    const meta = fieldOf(json, "meta");
    return {
      name: nameOfPath(name),
      vision: null,
      loaded: null,
      context: amountOf(fieldOf(json, "max_model_len") ?? fieldOf(meta, "n_ctx_train")),
      size_bytes: amountOf(fieldOf(meta, "size")),
      cloud: false,
    };
  });
}

/** The readable models in a list of an answer; a broken one does not cost the others. */
export function listedModels(
  json: unknown,
  field: "data" | "models",
  toModel: (json: unknown) => ServedModel | null,
): readonly ServedModel[] | null {
  const list = fieldOf(json, field);
  if (!Array.isArray(list)) return null;
  return list
    .slice(0, MAX_SERVED_MODELS)
    .map(toModel)
    .filter((model) => model !== null);
}

/** The last name of a path that leads to a model file: where it lies is nobody's business. */
export function nameOfPath(path: string): string {
  return /\.gguf$/i.test(path) ? (path.split(/[\\/]/).at(-1) ?? path) : path;
}
