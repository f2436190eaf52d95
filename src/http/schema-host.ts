/** Later parts of a host in the schemas: what a card tells beyond its name, servers, editors, origins. */
import { Type } from "typebox";
import { POWER_SOURCES, STALLS, THERMAL_STATES } from "../domain/conditions.ts";
import { NOTE_CODES } from "../domain/note.ts";
import { CERTAINTIES, FACT_SOURCES } from "../domain/origin.ts";
import { SERVER_KINDS } from "../domain/served.ts";
import {
  nullableInteger,
  nullableOneOf,
  nullableText,
  nullableTruth,
  oneOf,
} from "./schema-parts.ts";

/** Of a card; absent where no probe tells it. */
export const GPU_EXTRAS = {
  bus_id: Type.Optional(nullableText({ description: "PCI address, `0000:01:00.0`." })),
  usable_mib: Type.Optional(
    nullableInteger({ description: "What one program can use, where that is not all of it." }),
  ),
  compute_capability: Type.Optional(nullableText()),
  driver_model: Type.Optional(nullableText()),
  mig: Type.Optional(
    Type.Array(
      Type.Object({
        uuid: nullableText(),
        profile: nullableText(),
        vram_total_mib: nullableInteger(),
      }),
    ),
  ),
  luid: Type.Optional(nullableText({ description: "Number in the counters of Windows." })),
  excluded_by: Type.Optional(
    nullableOneOf(["environment", "configuration"], { description: "Who left this card out." }),
  ),
};

/** How the host is beside memory and load. */
export const CONDITIONS = Type.Object(
  {
    power: nullableOneOf(POWER_SOURCES),
    battery_percent: nullableInteger({ description: "In steps of 5." }),
    thermal: nullableOneOf(THERMAL_STATES),
    memory_stall: nullableOneOf(STALLS),
    cpu_stolen: nullableTruth(),
    disk_waiting: nullableTruth(),
  },
  { description: "Power, heat, stalls and stolen time, in coarse words." },
);

/** Of a host; absent where no probe tells it. */
export const EXTRAS = {
  servers: Type.Optional(
    Type.Array(
      Type.Object({
        kind: nullableOneOf(SERVER_KINDS, { description: "null: none that is known." }),
        address: Type.String(),
        running: nullableTruth(),
        version: nullableText(),
        models: Type.Array(
          Type.Object({
            name: Type.String(),
            vision: nullableTruth(),
            loaded: nullableTruth(),
            context: nullableInteger(),
            size_bytes: nullableInteger(),
            cloud: Type.Boolean(),
          }),
        ),
      }),
    ),
  ),
  editors: Type.Optional(
    Type.Array(
      Type.Object({
        id: Type.String(),
        name: Type.String(),
        installed: nullableTruth(),
        running: nullableTruth(),
        memory_mib: nullableInteger(),
      }),
    ),
  ),
  surrounding: Type.Optional(Type.Object({ wsl: nullableInteger(), container: nullableText() })),
  conditions: Type.Optional(CONDITIONS),
  origins: Type.Optional(
    Type.Array(
      Type.Object({
        fact: Type.String({ description: "Path in the host; cards by uuid." }),
        source: oneOf(FACT_SOURCES),
        at: Type.Integer({ description: "ms since 1970 when it was read." }),
        certainty: oneOf(CERTAINTIES),
        reason: nullableOneOf(NOTE_CODES),
      }),
    ),
  ),
};
