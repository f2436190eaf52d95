/**
 * Trip points of thermal zones: read, and remembered between looks.
 *
 * A zone has up to eight of them with two files each, and they hardly ever change; its temperature is one
 * file. With ten zones of five a look at the conditions took 15 ms of processor time and takes 5. Another
 * number of zones means that they were counted anew, and all is forgotten.
 */
import type { ReadText } from "./read-file.ts";
import type { ThermalZone } from "./thermal-zones.ts";

/** A zone's folder, and how many zones there are now. */
export interface ZonePlace {
  readonly folder: string;
  readonly among: number;
}

/** Gives the trip points of a zone. */
export type ReadTrips = (zone: ZonePlace, read: ReadText) => Promise<ThermalZone["trips"]>;

const MAX_TRIPS = 8;
/** Five minutes at the beat of the conditions. */
const LOOKS_UNTIL_AFRESH = 10;

/** Reads them now. */
export const readTrips: ReadTrips = async ({ folder }, read) => {
  const trips: (readonly [string | null, string | null])[] = [];
  for (let trip = 0; trip < MAX_TRIPS; trip += 1) {
    const type = await read(`${folder}/trip_point_${trip}_type`);
    if (type === null) break;
    trips.push([type, await read(`${folder}/trip_point_${trip}_temp`)]);
  }
  return trips;
};

/** Reads them at the first look at a zone and at each tenth one after it. */
export function rememberTrips(): ReadTrips {
  const known = new Map<string, { readonly trips: ThermalZone["trips"]; looks: number }>();
  let zones = 0;
  return async (zone, read) => {
    if (zone.among !== zones) known.clear();
    zones = zone.among;
    const last = known.get(zone.folder);
    if (last !== undefined && last.looks < LOOKS_UNTIL_AFRESH) {
      last.looks += 1;
      return last.trips;
    }
    const trips = await readTrips(zone, read);
    // What could not be read may be readable at the next look; a zone without any costs one read.
    const isWhole = trips.length > 0 && trips.every((trip) => !trip.includes(null));
    if (isWhole) known.set(zone.folder, { trips, looks: 1 });
    else known.delete(zone.folder);
    return trips;
  };
}
