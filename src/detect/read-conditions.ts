/**
 * Power, heat, stalls and stolen time of a host, in coarse words that seldom change.
 *
 * Each word has an entry and a lower exit, so that a value at the edge does not flap; what was said last
 * is handed in. Memory stalls: some from 10 %, severe from 40 % of `full avg10` (the bounds of nohang's
 * defaults); stolen from a tenth, waiting from a fifth of the processors' time (our own estimate of what
 * a person notices). Rejected: temperatures and watts as figures, which would fill the log.
 */
import { type Conditions, UNKNOWN_CONDITIONS } from "../domain/conditions.ts";
import { parseCgroupPaths } from "./cgroup.ts";
import { type HostView, ioOf } from "./host-io.ts";
import { parsePmsetBattery, parsePmsetThermal, powerOf, type SupplyFiles } from "./power-supply.ts";
import { parsePressureStall } from "./pressure-stall.ts";
import { rootedPath } from "./probe.ts";
import type { CpuTimes } from "./proc-stat.ts";
import type { ReadText } from "./read-file.ts";
import { type ReadTrips, readTrips } from "./thermal-trips.ts";
import { type ThermalZone, thermalStateOf } from "./thermal-zones.ts";

/** What was known at the last look. */
export interface LastLook {
  readonly conditions: Conditions;
  /** `null`: there was none, so no share can be told. */
  readonly times: CpuTimes | null;
}

/** Before the first look. */
export const NO_LOOK: LastLook = { conditions: UNKNOWN_CONDITIONS, times: null };

/** How to look; `times` are those of now. */
export interface ConditionsQuestion {
  readonly view: HostView;
  /** For files of chips, which may be slow. */
  readonly readText: ReadText;
  /** For what every kernel makes at once; absent = as all others. */
  readonly readQuick?: ReadText;
  /** Trip points of a zone, where they are remembered; absent = they are read. */
  readonly tripsOf?: ReadTrips;
  readonly times: CpuTimes | null;
  readonly signal?: AbortSignal | undefined;
}

const SUPPLIES = "/sys/class/power_supply";
const ZONES = "/sys/class/thermal";
const HOST_STALL = "/proc/pressure/memory";
const MAX_SUPPLIES = 16;
const MAX_ZONES = 32;
const PMSET_LIMIT_MS = 2000;
const BATTERY_STEP = 5;

/** Entry and exit of each word, percent. */
const SOME = { enter: 10, exit: 5 } as const;
const SEVERE = { enter: 40, exit: 30 } as const;
const STOLEN = { enter: 10, exit: 5 } as const;
const WAITING = { enter: 20, exit: 10 } as const;

/** The conditions now; what cannot be told is `null`. */
export async function readConditions(
  question: ConditionsQuestion,
  last: LastLook,
): Promise<Conditions> {
  switch (question.view.platform) {
    case "linux":
      return conditionsOfLinux(question, last);
    case "darwin":
      return conditionsOfMac(question);
    default:
      return UNKNOWN_CONDITIONS;
  }
}

async function conditionsOfLinux(
  { view, readText, readQuick = readText, tripsOf = readTrips, times }: ConditionsQuestion,
  { conditions: before, times: timesBefore }: LastLook,
): Promise<Conditions> {
  const read: ReadText = (path) => readText(rootedPath(view.root, path));
  const [supplies, zones, full] = await Promise.all([
    readSupplies(view, read),
    readZones(view, read, tripsOf),
    readMemoryStall(read, (path) => readQuick(rootedPath(view.root, path))),
  ]);
  const { power, battery_percent } =
    supplies === null ? { power: null, battery_percent: null } : powerOf(supplies);
  const shares = timesBefore === null || times === null ? null : sharesOf(timesBefore, times);
  return {
    power,
    battery_percent: battery_percent === null ? null : inSteps(battery_percent),
    thermal: thermalStateOf(zones, before.thermal === "hot"),
    memory_stall: full === null ? null : stallOf(full, before.memory_stall),
    cpu_stolen: shares === null ? null : isBeyond(shares.steal, STOLEN, before.cpu_stolen),
    disk_waiting: shares === null ? null : isBeyond(shares.iowait, WAITING, before.disk_waiting),
  };
}

async function conditionsOfMac({ view, signal }: ConditionsQuestion): Promise<Conditions> {
  const run = async (what: string): Promise<string> => {
    const args = ["-g", what];
    const program = {
      file: "/usr/bin/pmset",
      args,
      env: view.env,
      limit_ms: PMSET_LIMIT_MS,
      signal,
    };
    return (await ioOf(view).run(program)).stdout;
  };
  const { power, battery_percent } = parsePmsetBattery(await run("batt"));
  return {
    ...UNKNOWN_CONDITIONS,
    power,
    battery_percent: battery_percent === null ? null : inSteps(battery_percent),
    thermal: parsePmsetThermal(await run("therm")),
  };
}

/** `null` when the kernel lists no supplies at all. */
async function readSupplies(view: HostView, read: ReadText): Promise<SupplyFiles[] | null> {
  const names = await ioOf(view).listFolder(rootedPath(view.root, SUPPLIES));
  if (names === null) return null;
  return Promise.all(
    names.slice(0, MAX_SUPPLIES).map(async (name) => {
      const folder = `${SUPPLIES}/${name}`;
      const [type, online, capacity, status, scope] = await Promise.all(
        ["type", "online", "capacity", "status", "scope"].map((key) => read(`${folder}/${key}`)),
      );
      return { type, online, capacity, status, scope } as SupplyFiles;
    }),
  );
}

async function readZones(
  view: HostView,
  read: ReadText,
  tripsOf: ReadTrips,
): Promise<ThermalZone[]> {
  const names = (await ioOf(view).listFolder(rootedPath(view.root, ZONES))) ?? [];
  const zones = names.filter((name) => /^thermal_zone\d+$/.test(name)).slice(0, MAX_ZONES);
  return Promise.all(
    zones.map(async (name) => {
      const zone = { folder: `${ZONES}/${name}`, among: zones.length };
      const trips = await tripsOf(zone, read);
      return { temp: await read(`${zone.folder}/temp`), trips };
    }),
  );
}

/** Of our own control group where it tells, else of the host; percent, `null` = not told. */
async function readMemoryStall(read: ReadText, readQuick: ReadText): Promise<number | null> {
  const { unified } = parseCgroupPaths((await readQuick("/proc/self/cgroup")) ?? "");
  // A path from outside the container has no folder here: our group is then the root that we see.
  const folders = unified === null ? [] : [`/sys/fs/cgroup${unified}`, "/sys/fs/cgroup"];
  for (const folder of folders) {
    const shares = parsePressureStall(await read(`${folder}/memory.pressure`));
    if (shares !== null) return shares.full_percent;
  }
  return parsePressureStall(await readQuick(HOST_STALL))?.full_percent ?? null;
}

function stallOf(full: number, before: Conditions["memory_stall"]): Conditions["memory_stall"] {
  if (isBeyond(full, SEVERE, before === "severe")) return "severe";
  return isBeyond(full, SOME, before !== null && before !== "none") ? "some" : "none";
}

function isBeyond(
  value: number,
  { enter, exit }: { readonly enter: number; readonly exit: number },
  was: boolean | null,
): boolean {
  return value >= (was === true ? exit : enter);
}

/** Percent of all processor time between two looks; `null` when they cannot be compared. */
function sharesOf(
  before: CpuTimes,
  after: CpuTimes,
): { readonly steal: number; readonly iowait: number } | null {
  const total = after.total - before.total;
  const [steal, iowait] = [after.steal - before.steal, after.iowait - before.iowait];
  if (before.processors !== after.processors || !(total > 0) || steal < 0 || iowait < 0)
    return null;
  return { steal: (steal / total) * 100, iowait: (iowait / total) * 100 };
}

function inSteps(percent: number): number {
  return Math.round(percent / BATTERY_STEP) * BATTERY_STEP;
}
