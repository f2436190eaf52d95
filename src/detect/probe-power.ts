/** Power, heat and stalls at one moment; shares of time need a second look, which is the sensor's. */
import type { Conditions } from "../domain/conditions.ts";
import { type HostView, ioOf } from "./host-io.ts";
import type { Probed } from "./probe.ts";
import { NO_LOOK, readConditions } from "./read-conditions.ts";

/** The conditions of the view; never throws. */
export async function probePower(
  view: HostView,
  signal?: AbortSignal,
): Promise<Probed<Conditions>> {
  const { readText } = ioOf(view);
  const finding = await readConditions({ view, readText, times: null, signal }, NO_LOOK);
  return { finding, notes: [] };
}
