/**
 * The parts of a profile document that came later: what a card tells beyond its name and size, servers,
 * editors, surroundings, conditions and origins. Each is absent in a document of before.
 */
import { type Conditions, POWER_SOURCES, STALLS, THERMAL_STATES } from "./conditions.ts";
import { GPU_VENDORS, type Gpu, type Host, type MigInstance } from "./host.ts";
import { NOTE_CODES } from "./note.ts";
import { CERTAINTIES, FACT_SOURCES, type FactOrigin } from "./origin.ts";
import {
  type Editor,
  type ModelServer,
  SERVER_KINDS,
  type ServedModel,
  type Surrounding,
} from "./served.ts";
import { amount, at, isObject, listOf, oneOf, text, truth } from "./tolerant-json.ts";

/** What a host has of the later parts. */
export type HostExtras = Pick<
  Host,
  "servers" | "editors" | "surrounding" | "conditions" | "origins"
>;

const EXCLUDERS = ["environment", "configuration"] as const;

/** The later parts that are there, and nothing else. */
export function extrasOf(host: HostExtras): HostExtras {
  const { servers, editors, surrounding, conditions, origins } = host;
  return {
    ...(servers === undefined ? {} : { servers }),
    ...(editors === undefined ? {} : { editors }),
    ...(surrounding === undefined ? {} : { surrounding }),
    ...(conditions === undefined ? {} : { conditions }),
    ...(origins === undefined ? {} : { origins }),
  };
}

/** The later parts as a document's details have them. */
export function readExtras(details: unknown): HostExtras {
  const has = (key: string): boolean => isObject(details) && details[key] != null;
  return {
    ...(has("servers") ? { servers: listOf(at(details, "servers"), serverOf) } : {}),
    ...(has("editors") ? { editors: listOf(at(details, "editors"), editorOf) } : {}),
    ...(has("surrounding") ? { surrounding: surroundingOf(at(details, "surrounding")) } : {}),
    ...(has("conditions") ? { conditions: conditionsOf(at(details, "conditions")) } : {}),
    ...(has("origins") ? { origins: listOf(at(details, "origins"), originOf) } : {}),
  };
}

/** A card as a document has it; keys that are absent there stay absent. */
export function readGpu(json: unknown): Gpu | null {
  if (!isObject(json)) return null;
  const kept = <Key extends string, Value>(key: Key, value: Value) =>
    Object.hasOwn(json, key) ? ({ [key]: value } as Record<Key, Value>) : {};
  return {
    vendor: oneOf(GPU_VENDORS, json["vendor"]) ?? "unknown",
    name: text(json["name"]),
    uuid: text(json["uuid"]),
    vram_total_mib: amount(json["vram_total_mib"]),
    driver: text(json["driver"]),
    cuda: text(json["cuda"]),
    unified: json["unified"] === true,
    is_integrated: json["is_integrated"] === true,
    ...kept("bus_id", text(json["bus_id"])),
    ...kept("usable_mib", amount(json["usable_mib"])),
    ...kept("compute_capability", text(json["compute_capability"])),
    ...kept("driver_model", text(json["driver_model"])),
    ...kept("luid", text(json["luid"])),
    ...kept("mig", listOf(json["mig"], migOf)),
    ...kept("excluded_by", oneOf(EXCLUDERS, json["excluded_by"])),
  };
}

function migOf(json: unknown): MigInstance | null {
  if (!isObject(json)) return null;
  return {
    uuid: text(json["uuid"]),
    profile: text(json["profile"]),
    vram_total_mib: amount(json["vram_total_mib"]),
  };
}

function serverOf(json: unknown): ModelServer | null {
  const address = text(at(json, "address"));
  if (address === null) return null;
  return {
    kind: oneOf(SERVER_KINDS, at(json, "kind")),
    address,
    running: truth(at(json, "running")),
    version: text(at(json, "version")),
    models: listOf(at(json, "models"), servedModelOf),
  };
}

function servedModelOf(json: unknown): ServedModel | null {
  const name = text(at(json, "name"));
  if (name === null) return null;
  return {
    name,
    vision: truth(at(json, "vision")),
    loaded: truth(at(json, "loaded")),
    context: amount(at(json, "context")),
    size_bytes: amount(at(json, "size_bytes")),
    cloud: at(json, "cloud") === true,
  };
}

function editorOf(json: unknown): Editor | null {
  const id = text(at(json, "id"));
  if (id === null) return null;
  return {
    id,
    name: text(at(json, "name")) ?? id,
    installed: truth(at(json, "installed")),
    running: truth(at(json, "running")),
    memory_mib: amount(at(json, "memory_mib")),
  };
}

function surroundingOf(json: unknown): Surrounding {
  const wsl = at(json, "wsl");
  return { wsl: wsl === 1 || wsl === 2 ? wsl : null, container: text(at(json, "container")) };
}

function conditionsOf(json: unknown): Conditions {
  return {
    power: oneOf(POWER_SOURCES, at(json, "power")),
    battery_percent: amount(at(json, "battery_percent")),
    thermal: oneOf(THERMAL_STATES, at(json, "thermal")),
    memory_stall: oneOf(STALLS, at(json, "memory_stall")),
    cpu_stolen: truth(at(json, "cpu_stolen")),
    disk_waiting: truth(at(json, "disk_waiting")),
  };
}

function originOf(json: unknown): FactOrigin | null {
  const fact = text(at(json, "fact"));
  const source = oneOf(FACT_SOURCES, at(json, "source"));
  const certainty = oneOf(CERTAINTIES, at(json, "certainty"));
  const moment = amount(at(json, "at"));
  if (fact === null || source === null || certainty === null || moment === null) return null;
  return { fact, source, at: moment, certainty, reason: oneOf(NOTE_CODES, at(json, "reason")) };
}
