/**
 * Whether the computer is hot: each thermal zone against its own trip points.
 *
 * At a `passive` trip the kernel slows the processors down; near `hot` or `critical` it is about to do
 * more. A zone without such a trip, or with figures that cannot be, says nothing. Rejected: one limit
 * for all zones (a chip at 85 °C may be well, a battery at 60 °C is not).
 */

/** One zone: its temperature and its trips, texts as the kernel prints them (m°C). */
export interface ThermalZone {
  readonly temp: string | null;
  readonly trips: readonly (readonly [type: string | null, temp: string | null])[];
}

/** Before `hot` and `critical`, in m°C: our margin, an estimate. */
const MARGIN = 3000;
/** What was hot stays so until it is cooler by this much, in m°C. */
const HYSTERESIS = 5000;
/** Beyond what any chip has, in m°C. */
const MAX = 150_000;

/** `null` when no zone tells. */
export function thermalStateOf(
  zones: readonly ThermalZone[],
  wasHot: boolean,
): "normal" | "hot" | null {
  const judged = zones.map((zone) => isHot(zone, wasHot)).filter((hot) => hot !== null);
  if (judged.length === 0) return null;
  return judged.includes(true) ? "hot" : "normal";
}

function isHot({ temp, trips }: ThermalZone, wasHot: boolean): boolean | null {
  const now = celsiusOf(temp);
  const limits = trips.map(([type, at]) => limitOf(type?.trim() ?? "", celsiusOf(at)));
  const known = limits.filter((limit) => limit !== null);
  if (now === null || known.length === 0) return null;
  return now >= Math.min(...known) - (wasHot ? HYSTERESIS : 0);
}

function limitOf(type: string, at: number | null): number | null {
  if (at === null) return null;
  if (type === "passive") return at;
  return type === "hot" || type === "critical" ? at - MARGIN : null;
}

/** A trip or temperature of 0 or below is a sensor that does not work. */
function celsiusOf(text: string | null): number | null {
  const digits = /^(\d{1,6})\s*$/.exec(text ?? "")?.[1];
  const value = digits === undefined ? 0 : Number(digits);
  return value > 0 && value <= MAX ? value : null;
}
