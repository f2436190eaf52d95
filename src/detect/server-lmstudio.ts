/**
 * LM Studio's own lists of models: `/api/v0/models` (from 0.3.6) and `/api/v1/models` (from 0.4.0).
 *
 * Only LM Studio has these addresses, and each entry says of what type the model is; a list without any
 * such entry is somebody else's. Rejected: `/v1/models`, which every server answers alike.
 */
import type { ServedModel } from "../domain/served.ts";
import { amountOf, fieldOf, parseJson, textOf } from "./json-field.ts";
import { listedModels } from "./server-models.ts";

const VISION_OF_TYPE: ReadonlyMap<string, boolean> = new Map([
  ["vlm", true],
  ["llm", false],
  ["embeddings", false],
]);
const LOADED_OF_STATE: ReadonlyMap<string, boolean> = new Map([
  ["loaded", true],
  ["not-loaded", false],
]);

/** The models of `/api/v0/models`; `null` when the answer is not LM Studio's. */
export function parseLmStudioV0(text: string): readonly ServedModel[] | null {
  return ownList(text, "data", (json) => ({
    name: textOf(fieldOf(json, "id")),
    vision: VISION_OF_TYPE.get(typeOf(json)) ?? null,
    loaded: LOADED_OF_STATE.get(textOf(fieldOf(json, "state")) ?? "") ?? null,
    size_bytes: null,
  }));
}

/** The models of `/api/v1/models`; `null` when the answer is not LM Studio's. */
export function parseLmStudioV1(text: string): readonly ServedModel[] | null {
  return ownList(text, "models", (json) => {
    const vision = fieldOf(fieldOf(json, "capabilities"), "vision");
    const instances = fieldOf(json, "loaded_instances");
    return {
      name: textOf(fieldOf(json, "key")),
      vision: typeof vision === "boolean" ? vision : null,
      loaded: Array.isArray(instances) ? instances.length > 0 : null,
      size_bytes: amountOf(fieldOf(json, "size_bytes")),
    };
  });
}

type OwnFields = Omit<ServedModel, "name" | "context" | "cloud"> & { readonly name: string | null };

function ownList(
  text: string,
  field: "data" | "models",
  fieldsOf: (json: unknown) => OwnFields,
): readonly ServedModel[] | null {
  const json = parseJson(text);
  const models = listedModels(json, field, (one) => {
    const { name, ...fields } = fieldsOf(one);
    if (name === null || typeOf(one) === "") return null;
    const context = amountOf(fieldOf(one, "max_context_length"));
    return { name, ...fields, context, cloud: false };
  });
  const list = fieldOf(json, field);
  const isForeign = models?.length === 0 && Array.isArray(list) && list.length > 0;
  return isForeign ? null : models;
}

function typeOf(json: unknown): string {
  return textOf(fieldOf(json, "type")) ?? "";
}
