/** The input lines of `simulate`, as data: what is checked, and what the published schema says. */
import { POWER_SOURCES, STALLS, THERMAL_STATES } from "../domain/conditions.ts";
import { configurationSchema, type JsonSchema } from "../domain/configuration-schema.ts";
import { CPU_SCORES, OPERATING_SYSTEMS } from "../domain/host.ts";
import { FAILURES, type Input, TASKS } from "../domain/input.ts";
import { NOTE_CODES, PROBES } from "../domain/note.ts";
import { RUNGS } from "../domain/rung.ts";
import {
  type Field,
  FLAG,
  NUMBER,
  objectOf,
  optional,
  required,
  type Shape,
  TEXT,
  wordOf,
} from "../domain/shape.ts";

/** The inputs that a line may give; the others are what a log says of itself. */
export const SIMULATED_TYPES = [
  "runtime.started",
  "config.changed",
  "host.detected",
  "reading",
  "task.finished",
  "cloud.probed",
  "models.changed",
  "editor.changed",
  "conditions.changed",
  "memory.oom_killed",
  "degrade.requested",
  "restore.requested",
  "effect.finished",
  "effect.failed",
  "clock.resumed",
] as const satisfies readonly Input["type"][];
export type SimulatedType = (typeof SIMULATED_TYPES)[number];

const SOURCE_AT = optional(NUMBER, "when it was measured, ms; absent: the line's own moment");

const VRAM = objectOf({
  used_mib: optional(NUMBER, "in use on the card by everybody, MiB"),
  total_mib: optional(NUMBER, "size of the card, MiB"),
  own_mib: optional(NUMBER, "what this runtime's own models hold of it, MiB; absent: unknown"),
  source_at: SOURCE_AT,
});

const MEMORY = objectOf({
  available_mib: optional(NUMBER, "what new work can still have, MiB"),
  total_mib: optional(NUMBER, "size of the memory, MiB"),
  source_at: SOURCE_AT,
});

const CPU = objectOf({
  used_percent: optional(NUMBER, "0 to 100, of all processors"),
  source_at: SOURCE_AT,
});

const MISSING = objectOf(
  Object.fromEntries(
    ["vram", "memory", "cpu"].map((signal) => [
      signal,
      optional(wordOf(NOTE_CODES), `why ${signal} has no value`),
    ]),
  ),
);

const GPU = objectOf({
  vendor: optional(wordOf(["nvidia", "amd", "intel", "apple", "unknown"]), "maker of the card"),
  name: optional(TEXT, "as the driver says it"),
  uuid: optional(TEXT, "tells two cards of one kind apart"),
  vram_total_mib: optional(NUMBER, "size of its memory, MiB"),
  driver: optional(TEXT, "version of the driver"),
  cuda: optional(TEXT, "highest CUDA version of the driver"),
  unified: optional(FLAG, "true: it shares the memory of the processor"),
  is_integrated: optional(FLAG, "true: it cannot carry a model"),
});

const MODELS: Shape = {
  kind: "list",
  of: objectOf({
    name: required(TEXT, "as the model server names it"),
    size_bytes: optional(NUMBER, "bytes on disk"),
    vision: optional(FLAG, "true: it takes pictures"),
    cloud: optional(FLAG, "true: it runs elsewhere, whoever answers for it"),
  }),
};

const LOADED: Shape = {
  kind: "list",
  of: objectOf({
    name: required(TEXT, "as the model server names it"),
    size_bytes: optional(NUMBER, "bytes in all"),
    size_vram_bytes: optional(NUMBER, "bytes on the card"),
  }),
};

const NOTES: Shape = {
  kind: "list",
  of: objectOf({
    probe: required(wordOf(PROBES), "what was asked"),
    code: required(wordOf(NOTE_CODES), "why there is no finding, or what is odd about it"),
    detail: optional(TEXT, "what the system said"),
  }),
};

const CONDITIONS = objectOf({
  power: optional(wordOf(POWER_SOURCES), "absent: unknown, as with the others"),
  battery_percent: optional(NUMBER, "0 to 100"),
  thermal: optional(wordOf(THERMAL_STATES), "whether it is too hot"),
  memory_stall: optional(wordOf(STALLS), "how much tasks wait for memory"),
  cpu_stolen: optional(FLAG, "whether the hypervisor takes processor time"),
  disk_waiting: optional(FLAG, "whether processors wait for the disk"),
});

const HOST = objectOf({
  os: optional(wordOf(OPERATING_SYSTEMS), "absent: Linux"),
  os_version: optional(TEXT, "as the system says it"),
  cpu: optional(
    objectOf({
      brand: optional(TEXT, "as the system says it"),
      cores: optional(NUMBER, "physical cores"),
      threads: optional(NUMBER, "hardware threads"),
      score: optional(wordOf(CPU_SCORES), "absent: from cores, threads and quota"),
      quota: optional(NUMBER, "processors that a container may use"),
    }),
    "the processor",
  ),
  memory: optional(
    objectOf({
      total_mib: optional(NUMBER, "MiB"),
      available_mib: optional(NUMBER, "MiB when it was detected"),
      limited_by: optional(wordOf(["host", "cgroup"]), "whose limit that is"),
    }),
    "the memory",
  ),
  gpus: optional({ kind: "list", of: GPU }, "every card; the largest usable one counts"),
  cuda_available: optional(FLAG, "whether CUDA can be used"),
  ollama: optional(
    objectOf({
      running: optional(FLAG, "absent: it could not be told"),
      address: optional(TEXT, "absent: http://127.0.0.1:11434"),
      version: optional(TEXT, "of the server"),
      models: optional(MODELS, "what is installed"),
      loaded: optional(LOADED, "what is in memory"),
    }),
    "the model server",
  ),
  davinci: optional(
    objectOf({
      installed: optional(FLAG, "whether it is there"),
      version: optional(TEXT, "of the editor"),
      running: optional(FLAG, "whether it runs"),
      scriptable: optional(FLAG, "whether it can be scripted"),
    }),
    "the editor",
  ),
  notes: optional(NOTES, "remarks of the probes"),
});

const REASON = optional(TEXT, "why, in a person's words; for the log");
const DETAIL = optional({ kind: "anything" }, "for the log");
const EFFECT = { effect: required(TEXT, "its name"), detail: DETAIL };
const CONFIG: Shape = { kind: "foreign", schema: bare(configurationSchema()) };

/** The keys of each input besides `type` and `at`. */
const KEYS: Readonly<Record<SimulatedType, Readonly<Record<string, Field>>>> = {
  "runtime.started": {},
  "config.changed": {
    config: required(CONFIG, "a whole configuration, as in the file; absent keys take defaults"),
  },
  "host.detected": { host: required(HOST, "what was found; absent = unknown") },
  reading: {
    vram: optional(VRAM, "the card; absent: no sample this time"),
    memory: optional(MEMORY, "the memory; absent: no sample this time"),
    cpu: optional(CPU, "the processor; absent: no sample this time"),
    missing: optional(MISSING, "why a sample is missing"),
  },
  "task.finished": {
    task: required(wordOf(TASKS), "the duty that it was part of"),
    provider: required(wordOf(["local", "cloud"]), "who did it"),
    model: optional(TEXT, "with which model; failures are counted for each"),
    ok: required(FLAG, "whether it was done"),
    failure: optional(wordOf(FAILURES), "what kind of failure it was"),
  },
  "cloud.probed": { reachable: required(FLAG, "whether it answered") },
  "models.changed": {
    running: optional(FLAG, "whether the model server runs; absent: it did not answer"),
    models: optional(MODELS, "what is installed now"),
  },
  "editor.changed": { running: optional(FLAG, "whether the editor runs; absent: unknown") },
  "conditions.changed": { conditions: required(CONDITIONS, "how the host is now") },
  "memory.oom_killed": {
    killed: required(NUMBER, "processes that the kernel ended since the last look"),
    total: required(NUMBER, "as the kernel counts from the beginning"),
  },
  "degrade.requested": {
    rung: optional(wordOf(RUNGS), "to be held at least there; absent: the next rung down"),
    reason: REASON,
  },
  "restore.requested": { reason: REASON },
  "effect.finished": EFFECT,
  "effect.failed": EFFECT,
  "clock.resumed": { gap_ms: required(NUMBER, "how long nobody was watching, ms") },
};

const AT = required(NUMBER, "ms on one clock that never goes back");

/** The whole line of a type. */
export function shapeOfLine(type: SimulatedType): Shape {
  const named = required(wordOf([type]), "what happened");
  return objectOf({ type: named, at: AT, ...KEYS[type] });
}

/** Without its own heading: it stands inside another schema. */
function bare({ $schema: _schema, title: _title, ...schema }: JsonSchema): JsonSchema {
  return schema;
}
