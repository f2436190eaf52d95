/** The JSON Schema (2020-12) of what `simulate` reads and answers, made from the tables that check it. */
import type { JsonSchema } from "../domain/configuration-schema.ts";
import { ERROR_CODES } from "../domain/error.ts";
import { INPUT_TYPES, TASKS } from "../domain/input.ts";
import { NOTE_CODES } from "../domain/note.ts";
import { REASON_CODES, REFUSAL_CODES } from "../domain/reason.ts";
import { RUNGS } from "../domain/rung.ts";
import { schemaOf } from "../domain/shape.ts";
import {
  CLOUD_STATES,
  EDITOR_STATES,
  HOLD_STATES,
  MEMORY_STATES,
  REGIONS,
  TASKS_STATES,
  VRAM_STATES,
} from "../domain/state.ts";
import { SIMULATED_TYPES, shapeOfLine } from "./simulate-shapes.ts";

const TEXT = { type: "string" };
const NUMBER = { type: "number" };
const MAYBE_NUMBER = { type: ["number", "null"] };
const MAYBE_TEXT = { type: ["string", "null"] };

/** The schema of an input line; `$defs` has that of an answer and that of a refusal. */
export function simulateSchema(): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Lines of runtime-profile simulate",
    description:
      "One JSON object per line. Each is answered by one line: $defs/answer, or $defs/refusal when it is not valid; a refused line changes nothing. A key that is null is as good as absent.",
    oneOf: SIMULATED_TYPES.map((type) => ({ title: type, ...schemaOf(shapeOfLine(type)) })),
    $defs: { answer: answerSchema(), refusal: refusalSchema() },
  };
}

function answerSchema(): JsonSchema {
  return whole({
    at: NUMBER,
    state: whole({
      profile: TEXT,
      vram: { enum: VRAM_STATES },
      memory: { enum: MEMORY_STATES },
      tasks: { enum: TASKS_STATES },
      cloud: { enum: CLOUD_STATES },
      hold: { enum: HOLD_STATES },
      editor: { enum: EDITOR_STATES },
    }),
    rung: { enum: [...RUNGS, null] },
    vision: whole({
      provider: { enum: ["local", "cloud", "none"] },
      model: MAYBE_TEXT,
      device: { enum: ["auto", "cpu", "remote", "none"] },
    }),
    transitions: {
      type: "array",
      maxItems: 1,
      items: whole({ from: TEXT, to: TEXT, reason: reasonSchema() }),
    },
    facts: {
      type: "array",
      items: whole({
        region: { enum: REGIONS.filter((region) => region !== "profile") },
        from: TEXT,
        to: TEXT,
      }),
    },
  });
}

/** Two keys are there only where they say something. */
function reasonSchema(): JsonSchema {
  const always = reasonKeys();
  const tasks = whole({
    task: { enum: [...TASKS, null] },
    model: MAYBE_TEXT,
    failed: NUMBER,
    counted: NUMBER,
  });
  const occasion = {
    ...whole({
      input: { enum: INPUT_TYPES },
      held: { enum: RUNGS },
      said: TEXT,
      missing: { enum: NOTE_CODES },
    }),
    required: ["input"],
  };
  return {
    ...whole({ ...always, tasks, occasion }),
    required: Object.keys(always),
  };
}

function reasonKeys(): Readonly<Record<string, JsonSchema>> {
  return {
    code: { enum: REASON_CODES },
    region: { enum: REGIONS },
    signal: TEXT,
    value: MAYBE_NUMBER,
    unit: { enum: ["fraction", "MiB", "percent", "count", null] },
    threshold: MAYBE_NUMBER,
    level: { enum: ["soft", "hard", "exit"] },
    sustained_ms: NUMBER,
    required_ms: NUMBER,
    reading_age_ms: MAYBE_NUMBER,
    estimated: { type: "boolean" },
    from: TEXT,
    to: TEXT,
    demanded_by: { type: "array", items: { enum: REGIONS } },
    refused: {
      type: "object",
      propertyNames: { enum: RUNGS },
      additionalProperties: { enum: REFUSAL_CODES },
    },
    dwell: whole({ served_ms: NUMBER, required_ms: NUMBER, factor: NUMBER }),
    return_test: {
      anyOf: [
        whole({ others_peak_mib: NUMBER, footprint_mib: NUMBER, limit_mib: NUMBER }),
        { type: "null" },
      ],
    },
  };
}

function refusalSchema(): JsonSchema {
  const error = whole({ code: { enum: ERROR_CODES }, path: MAYBE_TEXT, message: TEXT });
  return whole({ at: MAYBE_NUMBER, error });
}

/** An object that has these keys and no others. */
function whole(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return {
    type: "object",
    additionalProperties: false,
    required: Object.keys(properties),
    properties,
  };
}
