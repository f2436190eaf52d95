/**
 * Mains or battery, and how full: the files of `/sys/class/power_supply`, and what `pmset` prints.
 *
 * A battery of a mouse or a pen (`scope` Device) does not run the computer. A computer that lists its
 * supplies and has no battery runs on mains. Reading a charge may ask a slow chip, so look seldom.
 */

/** What runs the computer. */
export interface PowerFacts {
  readonly power: "mains" | "battery" | null;
  /** 0..100. */
  readonly battery_percent: number | null;
}

/** The files of one supply, `null` = not there. */
export interface SupplyFiles {
  readonly type: string | null;
  readonly online: string | null;
  readonly capacity: string | null;
  readonly status: string | null;
  readonly scope: string | null;
}

const NOTHING: PowerFacts = { power: null, battery_percent: null };

/** What the supplies of a Linux host say. */
export function powerOf(supplies: readonly SupplyFiles[]): PowerFacts {
  const own = supplies.filter(({ scope }) => wordOf(scope) !== "Device");
  const batteries = own.filter(({ type }) => wordOf(type) === "Battery");
  const isPlugged = own.some(
    ({ type, online }) => wordOf(type) !== "Battery" && wordOf(online) === "1",
  );
  const charges = batteries
    .map(({ capacity }) => percentOf(capacity))
    .filter((one) => one !== null);
  // Two batteries are one store; how large each is is not asked.
  const battery_percent =
    charges.length === 0
      ? null
      : Math.round(charges.reduce((sum, one) => sum + one, 0) / charges.length);
  if (batteries.length === 0) return { power: "mains", battery_percent: null };
  const isDraining = batteries.some(({ status }) => wordOf(status) === "Discharging");
  if (isDraining && !isPlugged) return { power: "battery", battery_percent };
  const isTold = isPlugged || batteries.some(({ status }) => isResting(wordOf(status)));
  return { power: isTold ? "mains" : null, battery_percent };
}

/** What `pmset -g batt` prints on macOS. */
export function parsePmsetBattery(text: string): PowerFacts {
  const source = /^Now drawing from '(AC|Battery|UPS) Power'/m.exec(text)?.[1];
  if (source === undefined) return NOTHING;
  const charge = /InternalBattery[^\n]*?\s(\d{1,3})%;/.exec(text)?.[1];
  return {
    power: source === "Battery" ? "battery" : "mains",
    battery_percent: percentOf(charge ?? null),
  };
}

/** What `pmset -g therm` prints: `hot` when the processors are slowed; `null` when it does not tell. */
export function parsePmsetThermal(text: string): "normal" | "hot" | null {
  const limit = /^\s*CPU_Speed_Limit\s*=\s*(\d{1,3})\s*$/m.exec(text)?.[1];
  if (limit !== undefined) return Number(limit) < 100 ? "hot" : "normal";
  return /No thermal warning level has been recorded/.test(text) ? "normal" : null;
}

function isResting(status: string | null): boolean {
  return status === "Charging" || status === "Full" || status === "Not charging";
}

function wordOf(text: string | null): string | null {
  const word = text?.trim() ?? "";
  return word === "" ? null : word;
}

function percentOf(text: string | null): number | null {
  const digits = /^(\d{1,3})\s*$/.exec(text ?? "")?.[1];
  const value = digits === undefined ? null : Number(digits);
  return value !== null && value <= 100 ? value : null;
}
