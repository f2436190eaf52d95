/** Components about the host: the profile and the document of `runtime_profile.json`. */
import { Type } from "typebox";
import { CPU_SCORES, GPU_VENDORS, OPERATING_SYSTEMS } from "../domain/host.ts";
import { NOTE_CODES, PROBES } from "../domain/note.ts";
import { RUNGS } from "../domain/rung.ts";
import { TIERS } from "../domain/tier.ts";
import * as examples from "./examples.ts";
import { EXTRAS, GPU_EXTRAS } from "./schema-host.ts";
import {
  nullableInteger,
  nullableNumber,
  nullableOneOf,
  nullableReference,
  nullableText,
  nullableTruth,
  oneOf,
  reference,
} from "./schema-parts.ts";

const GPU_FACTS = {
  name: nullableText(),
  uuid: nullableText(),
  vram_total_mib: nullableInteger(),
  driver: nullableText(),
  cuda: nullableText({ description: "Highest CUDA version of the driver." }),
  unified: Type.Boolean({ description: "True when card and processor share one memory." }),
};

const ollamaModel = Type.Object(
  {
    name: Type.String(),
    size_bytes: nullableInteger(),
    vision: nullableTruth(),
    cloud: Type.Boolean(),
  },
  { $id: "OllamaModel", description: "An installed model.", examples: [examples.OLLAMA_MODEL] },
);

const details = Type.Object(
  {
    os_version: nullableText(),
    cpu: Type.Object({ brand: nullableText(), quota: nullableNumber() }),
    memory: Type.Object({
      total_mib: nullableInteger(),
      available_mib: nullableInteger(),
      limited_by: oneOf(["host", "cgroup"]),
    }),
    ollama: Type.Object({
      address: Type.String(),
      version: nullableText(),
      models: Type.Array(reference("OllamaModel")),
      loaded: Type.Array(
        Type.Object({
          name: Type.String(),
          size_bytes: nullableInteger(),
          size_vram_bytes: nullableInteger(),
        }),
      ),
    }),
    davinci_running: nullableTruth(),
    ...EXTRAS,
  },
  { description: "What rebuilds the host without loss." },
);

const hostProfile = Type.Object(
  {
    cpu: Type.Object({
      cores: nullableNumber(),
      threads: nullableNumber(),
      score: nullableOneOf(CPU_SCORES),
    }),
    memory: Type.Object({ total_gb: nullableNumber(), available_gb: nullableNumber() }),
    gpu: Type.Union([Type.Object(GPU_FACTS), Type.Null()]),
    ai_runtime: Type.Object({
      ollama: nullableTruth(),
      ollama_models: Type.Array(Type.String()),
      cuda_available: nullableTruth(),
    }),
    editor: Type.Object({
      davinci: Type.Object({
        installed: nullableTruth(),
        version: nullableText(),
        scriptable: nullableTruth(),
      }),
    }),
    os: oneOf(OPERATING_SYSTEMS),
    profile_class: nullableOneOf(TIERS),
    schema_version: Type.Integer(),
    gpus: Type.Array(
      Type.Object({
        vendor: oneOf(GPU_VENDORS),
        ...GPU_FACTS,
        is_integrated: Type.Boolean(),
        ...GPU_EXTRAS,
      }),
    ),
    notes: Type.Array(
      Type.Object({ probe: oneOf(PROBES), code: oneOf(NOTE_CODES), detail: nullableText() }),
    ),
    details,
  },
  {
    $id: "HostProfile",
    description: "The object of `runtime_profile.json`.",
    examples: [examples.HOST_PROFILE],
  },
);

const profile = Type.Object(
  {
    class: nullableOneOf(TIERS, { description: "The tier; null while detecting." }),
    degraded: Type.Boolean(),
    rung: nullableOneOf(RUNGS),
    explanation: Type.String(),
    host: nullableReference("HostProfile"),
  },
  { $id: "Profile", description: "What this host is.", examples: [examples.PROFILE] },
);

/** The components of this file. */
export const PROFILE_SCHEMAS = [ollamaModel, hostProfile, profile] as const;
