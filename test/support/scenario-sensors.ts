/** The sensors of a story: what they would measure at a moment, and how they fail to. */
import type { Host } from "../../src/domain/host.ts";
import type {
  CpuReading,
  MemoryReading,
  ReadingFields,
  VramReading,
} from "../../src/domain/input.ts";
import { deviceOf } from "../../src/domain/rung.ts";
import { largestUsableGpu } from "../../src/domain/tier.ts";
import { placeOf, type RuntimeState } from "../../src/machines/runtime-state.ts";
import { policyIn } from "../../src/replay/fold.ts";
import type { Amount, Deed, Quantity, SensorName, SensorState } from "./scenario.ts";

/** A value from a moment on, reached in `overMs`. */
interface Course {
  readonly since: number;
  readonly amount: Amount;
  readonly overMs: number;
}

/** Values and conditions so far. */
export interface Sensors {
  readonly courses: Record<Quantity, Course[]>;
  readonly conditions: Record<SensorName, SensorState>;
  /** When a frozen sensor measured for the last time. */
  readonly frozenAt: Record<SensorName, number>;
}

/** Where and when a reading is taken. */
export interface Scene {
  readonly at: number;
  readonly host: Host;
  readonly state: RuntimeState;
}

const WELL: SensorState = { condition: "well", note: null, lateMs: 0 };
const IDLE_CPU: Amount = { percent: 12 };

export function newSensors(): Sensors {
  return {
    courses: { vram: [], others: [], ours: [], memory: [], cpu: [] },
    conditions: { vram: WELL, memory: WELL, cpu: WELL },
    frozenAt: { vram: 0, memory: 0, cpu: 0 },
  };
}

/** Takes a new value, or a new condition of a sensor. */
export function takeDeed(
  sensors: Sensors,
  at: number,
  deed: Extract<Deed, { do: "value" | "sensor" }>,
): void {
  if (deed.do === "sensor") {
    sensors.conditions[deed.sensor] = deed.state;
    return;
  }
  const { quantity, amount, overMs } = deed;
  sensors.courses[quantity].push({ since: at, amount, overMs });
  // VRAM is told as a whole or as the others' part; the later word counts.
  if (quantity === "vram") sensors.courses.others.length = 0;
  if (quantity === "others") sensors.courses.vram.length = 0;
}

/** The host as a detection finds it at this moment: with the memory that is available then. */
export function hostSeen(sensors: Sensors, at: number, host: Host): Host {
  const total = host.memory.total_mib ?? 0;
  const available_mib = valueAt(sensors.courses.memory, at, total);
  return { ...host, memory: { ...host.memory, available_mib } };
}

/** The fields of the reading at this moment. */
export function readingOf(sensors: Sensors, scene: Scene): ReadingFields {
  const { at, host } = scene;
  const card = largestUsableGpu(host);
  const hasVram = card !== null && !card.unified;
  const missing: Partial<Record<SensorName, NonNullable<SensorState["note"]>>> = {};
  for (const sensor of ["vram", "memory", "cpu"] as const) {
    const { condition, note } = sensors.conditions[sensor];
    if (condition !== "frozen") sensors.frozenAt[sensor] = at;
    if (condition === "missing" && note !== null) missing[sensor] = note;
  }
  return {
    vram: hasVram ? vramOf(sensors, scene, card.vram_total_mib ?? 0) : null,
    memory: memoryOf(sensors, scene),
    cpu: cpuOf(sensors, at),
    ...(Object.keys(missing).length === 0 ? {} : { missing }),
  };
}

function vramOf(sensors: Sensors, scene: Scene, total_mib: number): VramReading | null {
  const { condition } = sensors.conditions.vram;
  if (condition === "missing") return null;
  const source_at = measuredAt(sensors, "vram", scene.at);
  const own_mib = ownOf(sensors, scene, source_at);
  const others = valueAt(sensors.courses.others, source_at, total_mib);
  const whole = valueAt(sensors.courses.vram, source_at, total_mib);
  const used = others === null ? (whole ?? 0) : Math.min(others + (own_mib ?? 0), total_mib);
  return { used_mib: spoiled(condition, used, 2 * total_mib), total_mib, own_mib, source_at };
}

function memoryOf(sensors: Sensors, { at, host }: Scene): MemoryReading | null {
  const { condition } = sensors.conditions.memory;
  if (condition === "missing") return null;
  const total_mib = host.memory.total_mib ?? 0;
  const source_at = measuredAt(sensors, "memory", at);
  const available = valueAt(sensors.courses.memory, source_at, total_mib) ?? total_mib;
  return { available_mib: spoiled(condition, available, -1), total_mib, source_at };
}

function cpuOf(sensors: Sensors, at: number): CpuReading | null {
  const { condition } = sensors.conditions.cpu;
  if (condition === "missing") return null;
  const source_at = measuredAt(sensors, "cpu", at);
  const course = sensors.courses.cpu;
  const used = valueAt(course.length === 0 ? [idle()] : course, source_at, 100) ?? 0;
  return { used_percent: spoiled(condition, used, 250), source_at };
}

function idle(): Course {
  return { since: 0, amount: IDLE_CPU, overMs: 0 };
}

function measuredAt(sensors: Sensors, sensor: SensorName, at: number): number {
  const { condition, lateMs } = sensors.conditions[sensor];
  if (condition === "frozen") return sensors.frozenAt[sensor];
  return condition === "late" ? Math.max(0, at - lateMs) : at;
}

function spoiled(condition: SensorState["condition"], value: number, absurd: number): number {
  if (condition === "zero") return 0;
  if (condition === "NaN") return Number.NaN;
  return condition === "nonsense" ? absurd : value;
}

/** Our own share: as written, or what the present rung needs while it is on the card. */
function ownOf(sensors: Sensors, { state }: Scene, at: number): number | null {
  const amount = sensors.courses.ours.at(-1)?.amount;
  if (amount === undefined) return 0;
  if (!("word" in amount)) return valueAt(sensors.courses.ours, at, 0);
  if (amount.word === "unknown") return null;
  const place = placeOf(state);
  if (place === null || deviceOf(place.tier, place.rung) !== "gpu") return 0;
  // Before the first reading no model is loaded.
  if (!policyIn(state).vision.ready) return 0;
  const { footprints } = state.configuration.policy;
  return (place.rung === "nominal" ? footprints.nominal : footprints.smallModel) ?? 0;
}

/** The value at a moment; on its way from the one before while a course lasts. */
function valueAt(courses: readonly Course[], at: number, whole: number): number | null {
  const index = courses.findLastIndex(({ since }) => since <= at);
  const course = courses[Math.max(index, 0)];
  if (course === undefined) return null;
  const goal = numberOf(course.amount, whole);
  const before = courses[index - 1];
  const share = course.overMs === 0 ? 1 : Math.min(1, (at - course.since) / course.overMs);
  if (before === undefined || share === 1) return goal;
  const from = numberOf(before.amount, whole);
  return Math.floor(from + (goal - from) * share);
}

function numberOf(amount: Amount, whole: number): number {
  // Rounded down, so that "92%" is never over 92 %.
  if ("percent" in amount) return Math.floor((amount.percent * whole) / 100);
  return "mib" in amount ? amount.mib : 0;
}
