/** What `doctor` is told: the detected host, the settings, and what was looked at beside detection. */
import type { FullConfiguration } from "../domain/configuration.ts";
import type { Host } from "../domain/host.ts";
import type { Tier } from "../domain/tier.ts";

/** What was looked at beside detection; `null` = it could not be told. */
export interface DoctorPlace {
  readonly node_version: string;
  /** Wall clock in ms since 1970. */
  readonly at: number;
  /** Moment of the newest entry of the log; `null` without a log. */
  readonly log_at: number | null;
  readonly data_folder: string;
  /** Why the data folder cannot be written; `null` when it can. */
  readonly data_folder_problem: string | null;
  readonly disk_free_mib: number | null;
  readonly runtime: "live" | "silent" | "none";
  readonly address: string;
  /** Error code of the system, such as EADDRINUSE; `null` when the port can be had. */
  readonly port_problem: string | null;
  /** `null` when nobody was asked. */
  readonly is_cloud_reachable: boolean | null;
  /** Memory of the whole host, around a container. */
  readonly host_memory_mib: number | null;
  readonly is_wsl: boolean;
}

/** A program on a card; `null` = not told. */
export interface CardProgram {
  readonly name: string | null;
  readonly used_mib: number | null;
}

/** How full the memory of the card is that work would go to, and who holds it; MiB. */
export interface CardUse {
  readonly name: string;
  readonly used_mib: number;
  readonly total_mib: number;
  /** Those that the driver lists, the largest first: graphics are not among them. */
  readonly programs: readonly CardProgram[];
}

/** Everything that the findings are made from. */
export interface DoctorFacts {
  readonly host: Host;
  readonly tier: Tier;
  readonly configuration: FullConfiguration;
  readonly place: DoctorPlace;
  /** `null` without a card of its own memory, or where nobody tells. */
  readonly card: CardUse | null;
}
