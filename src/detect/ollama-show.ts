/**
 * Ollama's answer to `POST /api/show`: JSON text in, one model's figures out, `null` when it is not Ollama's.
 *
 * The keys of `model_info` begin with the name of the architecture, which stands in the answer itself.
 * Layers of several kinds come as lists there; a list is no number, so it stays unknown. Rejected:
 * looking for the ending of a key, which finds those of the image encoder as well.
 */
import type { ShownModel } from "../domain/served-model.ts";
import { amountOf, fieldOf, parseJson, textOf } from "./json-field.ts";

/** More architectures than a model has; the rest is not read. */
const FAMILIES_MAX = 16;
const IMAGE_FAMILIES: readonly string[] = ["clip", "mllama"];

/** What Ollama says of one model; `null` when the answer is not Ollama's. */
export function parseOllamaShow(text: string): ShownModel | null {
  const json = parseJson(text);
  const details = fieldOf(json, "details");
  const info = fieldOf(json, "model_info");
  if (typeof details !== "object" || details === null) return null;
  const families = familiesOf(details);
  const figure = (name: string): number | null =>
    amountOf(fieldOf(info, `${textOf(fieldOf(info, "general.architecture")) ?? ""}.${name}`));
  return {
    vision: visionOf(json, families),
    families,
    parameter_size: textOf(fieldOf(details, "parameter_size")),
    quantization: textOf(fieldOf(details, "quantization_level")),
    context_length: figure("context_length"),
    block_count: figure("block_count"),
    head_count: figure("attention.head_count"),
    head_count_kv: figure("attention.head_count_kv"),
    key_length: figure("attention.key_length"),
    value_length: figure("attention.value_length"),
    embedding_length: figure("embedding_length"),
    remote:
      textOf(fieldOf(json, "remote_host")) !== null ||
      textOf(fieldOf(json, "remote_model")) !== null,
  };
}

function familiesOf(details: object): readonly string[] {
  const listed = fieldOf(details, "families");
  const named = Array.isArray(listed) ? listed.slice(0, FAMILIES_MAX).map(textOf) : [];
  const all = [textOf(fieldOf(details, "family")), ...named].filter((name) => name !== null);
  return [...new Set(all)];
}

/** Servers before 0.30 do not tell it; there only the families of image encoders prove it. */
function visionOf(json: unknown, families: readonly string[]): boolean | null {
  const capabilities = fieldOf(json, "capabilities");
  if (Array.isArray(capabilities)) return capabilities.includes("vision");
  return families.some((family) => IMAGE_FAMILIES.includes(family)) ? true : null;
}
