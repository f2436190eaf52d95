/**
 * How much memory this process may use: the smaller of the host's and the control group's.
 * The sensor reads the same files again and again; this probe reads them once for the tier.
 * Rejected: the figures of Node on Linux, which ignore limits or count the page cache as used.
 */
import type { Host } from "../domain/host.ts";
import { type HostView, ioOf } from "./host-io.ts";
import { noteOf, originsOf, type Probed } from "./probe.ts";
import { readMemory } from "./read-memory.ts";

/** Total and available MiB; a note when the system does not tell. */
export async function probeMemory(view: HostView): Promise<Probed<Host["memory"]>> {
  const at = Date.now();
  const finding = await readMemory(view, ioOf(view).readText);
  const isComplete = finding.total_mib !== null && finding.available_mib !== null;
  const source = view.platform === "linux" ? "proc" : "node";
  const { total_mib, available_mib } = finding;
  const origins = originsOf({ total_mib, available_mib }, "memory", {
    source: finding.limited_by === "cgroup" ? "cgroup" : source,
    at,
    reason: "unreadable",
  });
  return { finding, notes: isComplete ? [] : [noteOf("memory", "unreadable")], origins };
}
