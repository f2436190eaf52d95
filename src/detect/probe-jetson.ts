/**
 * Jetson: NVIDIA's small computers, where nvidia-smi tells no memory and files tell what it is.
 *
 * Any one of three signs suffices: the release file, the board's name in the device tree, the variable
 * that Ollama looks at, too. The GPU has no memory of its own; the pool is the system's, so the memory
 * rules apply. Other boards have a device tree as well: only names of the family count.
 */
import { type Gpu, UNKNOWN_GPU } from "../domain/host.ts";
import { ioOf } from "./host-io.ts";
import { parseMeminfo } from "./meminfo.ts";
import { noteOf, originOf, type Probed, rootedPath } from "./probe.ts";
import { programLinesOf } from "./program-lines.ts";
import type { SystemQuestion } from "./run-found-program.ts";

/** The GPU of a Jetson and the memory that it shares with the processor. */
export interface JetsonFinding {
  /** One, or none on any other host. */
  readonly gpus: readonly Gpu[];
  /** MemTotal in MiB; `null` = not told, or no Jetson. */
  readonly pool_mib: number | null;
}

const RELEASE = "/etc/nv_tegra_release";
const MODEL = "/proc/device-tree/model";
const FAMILY = /\b(?:Jetson|Tegra|Orin|Xavier|Thor)\b/i;
const MAX_NAME_CHARACTERS = 120;
const BYTES_PER_MIB = 2 ** 20;
const NOTHING: Probed<JetsonFinding> = { finding: { gpus: [], pool_mib: null }, notes: [] };

/** Reads files and the environment only; never throws. */
export async function probeJetson({ view }: SystemQuestion): Promise<Probed<JetsonFinding>> {
  if (view.platform !== "linux") return NOTHING;
  const at = Date.now();
  const io = ioOf(view);
  const read = (path: string): Promise<string | null> => io.readText(rootedPath(view.root, path));
  const [release, model] = await Promise.all([read(RELEASE), read(MODEL)]);
  const name = nameOf(model);
  const isJetson = release !== null || name !== null || (view.env["JETSON_JETPACK"] ?? "") !== "";
  if (!isJetson) return NOTHING;
  const total = parseMeminfo((await read("/proc/meminfo")) ?? "").total;
  const gpu: Gpu = { ...UNKNOWN_GPU, vendor: "nvidia", name, unified: true };
  return {
    finding: {
      gpus: [gpu],
      pool_mib: total === null ? null : Math.floor(total / BYTES_PER_MIB),
    },
    notes: [noteOf("jetson", "unified-memory", name ?? programLinesOf(release ?? "")[0] ?? null)],
    origins: [
      originOf("gpus.nvidia-0.vram_total_mib", "files", {
        at,
        certainty: "unknown",
        reason: "unified-memory",
      }),
    ],
  };
}

/** The board's name when it is one of the family; the text in the device tree ends with a NUL. */
function nameOf(model: string | null): string | null {
  const line = programLinesOf(model ?? "")[0]?.trim() ?? "";
  return FAMILY.test(line) ? line.slice(0, MAX_NAME_CHARACTERS) : null;
}
