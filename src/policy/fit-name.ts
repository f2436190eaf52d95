/**
 * Which model is meant: one that the server has, one of the table, or one that runs in a cloud.
 *
 * A name that nobody knows is refused with the names that come nearest, never answered with figures of
 * another model. A quantisation that is not installed is such a name: the table has the size of one only.
 */
import type { Configuration } from "../domain/configuration.ts";
import { RuntimeProfileError } from "../domain/error.ts";
import type { Host, OllamaModel } from "../domain/host.ts";
import { nearestOf } from "../domain/nearest.ts";
import { isCloudModel, isSameModel, modelEntryOf } from "./model-choice.ts";
import { MODEL_TABLE_DATE, MODELS, type ModelEntry } from "./model-table.ts";

/** A model by its name. */
export interface FoundModel {
  /** As the server has it, else as the table has it. */
  readonly name: string;
  readonly installed: OllamaModel | null;
  readonly entry: ModelEntry | null;
  /** `null`: the model server did not say what it has. */
  readonly isInstalled: boolean | null;
  readonly isCloud: boolean;
}

/** Names that are offered for one that nobody knows. */
const NEAR_MAX = 3;

/** Which names there are: those of the host, and those that are configured for the cloud. */
export interface NamedModels {
  readonly host: Host;
  readonly configuration: Pick<Configuration, "cloud">;
}

/** The model that is meant. Throws RP_NOT_FOUND with the nearest names. */
export function findModel(name: string, { host, configuration }: NamedModels): FoundModel {
  const { models, running } = host.ollama;
  const wanted = name.trim();
  const same = models.filter((model) => isSameModel(model.name, wanted));
  // The very name before one of its quantisations.
  const installed = same.find((model) => isSameModel(wanted, model.name)) ?? same[0] ?? null;
  const isInstalled = installed !== null ? true : running === true ? false : null;
  if (isCloudModel(installed?.name ?? wanted, models)) {
    const known = installed?.name ?? wanted;
    return { name: known, installed, entry: null, isInstalled, isCloud: true };
  }
  const entry = modelEntryOf(installed?.name ?? wanted);
  if (installed !== null) {
    return { name: shortOf(installed.name), installed, entry, isInstalled, isCloud: false };
  }
  if (entry !== null && isSameModel(entry.tag, wanted)) {
    return { name: entry.tag, installed, entry, isInstalled, isCloud: false };
  }
  const { vision_model, planning_model } = configuration.cloud;
  if (wanted === vision_model || wanted === planning_model) {
    return { name: wanted, installed, entry: null, isInstalled, isCloud: true };
  }
  throw unknownModel(wanted, host);
}

/** Without the tag that everybody leaves out. */
export function shortOf(name: string): string {
  return name.endsWith(":latest") ? name.slice(0, -":latest".length) : name;
}

function unknownModel(wanted: string, { ollama }: Host): RuntimeProfileError {
  const here = ollama.models.map(({ name }) => shortOf(name));
  const tags = MODELS.map(({ tag }) => tag);
  const near = namesNear(wanted, [...new Set([...here, ...tags])]);
  const isHeard = ollama.running === true;
  const whose = isHeard ? "an installed model or one" : "a model";
  const silence = isHeard ? "" : " (Ollama did not answer, so what it has is not known)";
  const remedy =
    near.length > 0
      ? `did you mean ${[near.slice(0, -1).join(", "), near.at(-1)].filter((part) => part !== "").join(" or ")}?`
      : isHeard
        ? `ollama list shows the installed ones, and the table has ${tags.join(", ")}.`
        : `start Ollama, or name one of ${tags.join(", ")}.`;
  return new RuntimeProfileError(
    "RP_NOT_FOUND",
    `Expected ${whose} of the table of ${MODEL_TABLE_DATE}${silence}, got ${JSON.stringify(wanted)}; ${remedy}`,
    { path: "model" },
  );
}

/** Those of the same family, then those with few wrong letters. */
function namesNear(wanted: string, known: readonly string[]): readonly string[] {
  const family = wanted.toLowerCase().split(":", 1)[0] ?? "";
  const near = new Set<string>();
  const nearest = nearestOf(wanted, known);
  if (nearest !== null) near.add(nearest);
  for (const name of known) if (name.toLowerCase().split(":", 1)[0] === family) near.add(name);
  const familyNear = nearestOf(
    family,
    known.map((name) => name.split(":", 1)[0] ?? ""),
  );
  for (const name of known) if (name.split(":", 1)[0] === familyNear) near.add(name);
  return [...near].slice(0, NEAR_MAX);
}
