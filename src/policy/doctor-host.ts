/** The host around the cards: Node, clock, folder, port, memory, containers and virtual hosts. */
import { type DoctorFinding, findingOf } from "./doctor-code.ts";
import type { DoctorFacts } from "./doctor-facts.ts";
import { isOlder } from "./version-order.ts";

/** As in package.json. */
const NODE_WANTED = "22.18.0";
/** This program did not exist before: 1 January 2026, in ms since 1970. */
const CLOCK_EARLIEST = 1_767_225_600_000;
/** Another process may have written a moment ago; clocks of containers differ by less. */
const CLOCK_AHEAD_MS = 300_000;
/** Below it a container cannot hold a vision model beside the rest. */
const CONTAINER_MIB = 4096;
/** A container with less than this share of its host is often one that nobody measured for models. */
const CONTAINER_SHARE = 0.25;

/** Whether this program finds its place. */
export function placeFindingsOf(facts: DoctorFacts): readonly DoctorFinding[] {
  const { place, configuration } = facts;
  const { at, log_at, data_folder: path, data_folder_problem, disk_free_mib: free } = place;
  const isOld = isOlder(place.node_version, NODE_WANTED);
  const isClockWrong = at < CLOCK_EARLIEST || (log_at !== null && log_at > at + CLOCK_AHEAD_MS);
  const of_mib = configuration.log.limit_mib ?? 0;
  return [
    findingOf(isOld ? "NODE_OLD" : "NODE_FINE", {
      version: place.node_version,
      wanted: NODE_WANTED,
    }),
    findingOf(isClockWrong ? "CLOCK_WRONG" : "CLOCK_FINE"),
    data_folder_problem === null
      ? findingOf("DATA_FOLDER_FINE", { path })
      : findingOf("DATA_FOLDER_REFUSED", { path, said: data_folder_problem }),
    findingOf(free === null ? "DISK_UNKNOWN" : free < of_mib ? "DISK_SHORT" : "DISK_FINE", {
      found_mib: free,
      of_mib,
    }),
    portFindingOf(facts),
  ];
}

function portFindingOf({ place }: DoctorFacts): DoctorFinding {
  const { address, port_problem: said } = place;
  if (place.runtime === "live") return findingOf("RUNTIME_LIVE", { address });
  if (place.runtime === "silent") return findingOf("RUNTIME_SILENT", { address });
  if (said === null) return findingOf("PORT_FREE", { address });
  if (said !== "EADDRINUSE") return findingOf("PORT_REFUSED", { address, said });
  return findingOf("PORT_TAKEN", { address }, "runtime-profile --port 0");
}

/** Memory and processors, and the boxes that they may stand in. */
export function memoryFindingsOf(facts: DoctorFacts): readonly DoctorFinding[] {
  const { host, configuration, place } = facts;
  const { total_mib, available_mib: available, limited_by } = host.memory;
  const of_mib = configuration.thresholds.memory.enter;
  const isKnown = total_mib !== null && available !== null;
  const found: DoctorFinding[] = [
    !isKnown
      ? findingOf("MEMORY_UNKNOWN")
      : available < of_mib
        ? findingOf("MEMORY_TIGHT", { found_mib: available, of_mib })
        : findingOf("MEMORY_FINE", { found_mib: available, of_mib: total_mib }),
  ];
  if (limited_by === "cgroup" && total_mib !== null) {
    const whole = place.host_memory_mib;
    const isFar = whole !== null && total_mib < whole * CONTAINER_SHARE;
    const params = { found_mib: total_mib, of_mib: whole };
    if (total_mib < CONTAINER_MIB) found.push(findingOf("CONTAINER_MEMORY_SMALL", params));
    else if (isFar) found.push(findingOf("CONTAINER_MEMORY_FAR", params));
  }
  if (host.cpu.quota !== null) {
    const { quota: processors, threads } = host.cpu;
    found.push(findingOf("CPU_QUOTA", { processors, threads }));
  }
  if (place.is_wsl) {
    found.push(findingOf("WSL_MEMORY", { found_mib: total_mib }, "wsl --shutdown"));
  }
  return found;
}
