/**
 * The graphics of a Mac: Apple silicon through sysctl, the cards of Intel Macs through system_profiler.
 *
 * Apple silicon has one memory for everything. What a model can have of it is what the system lets
 * graphics keep: the wired limit where one is set, else two thirds of the memory, which is the low end
 * of what was observed (2/3 to 3/4) and is marked as an estimate. The quick question (sysctl, Node)
 * suffices for that; names and cores come from the slow one, whose failure costs only those.
 * Rejected: Metal's own figure, which needs native code.
 */
import { type Gpu, UNKNOWN_GPU } from "../domain/host.ts";
import type { Note } from "../domain/note.ts";
import type { FactOrigin } from "../domain/origin.ts";
import { type AppleDisplay, parseAppleDisplays } from "./apple-displays.ts";
import { APPLE_SYSCTL_NAMES, type AppleMemory, parseAppleSysctl } from "./apple-sysctl.ts";
import { ioOf } from "./host-io.ts";
import { noteOf, originOf, type Probed } from "./probe.ts";
import { firstWordsOf, runFoundProgram, type SystemQuestion } from "./run-found-program.ts";
import type { ProgramOutcome } from "./run-program.ts";

/** The cards of a Mac. */
export interface AppleFinding {
  readonly gpus: readonly Gpu[];
  /** GPU cores of Apple silicon; `null` = not told. */
  readonly cores: number | null;
}

const SYSCTL_LIMIT_MS = 2000;
/** system_profiler looks at every device and takes its time. */
const PROFILER_LIMIT_MS = 8000;
const BYTES_PER_MIB = 2 ** 20;
/** Low end of what Metal recommends, as observed (detection facts §3.3). */
const USABLE_SHARE = 2 / 3;
const NOTHING: Probed<AppleFinding> = { finding: { gpus: [], cores: null }, notes: [] };

/** The cards of this Mac; nothing on other systems. Never throws, at most about 16 s. */
export async function probeApple(question: SystemQuestion): Promise<Probed<AppleFinding>> {
  if (question.view.platform !== "darwin") return NOTHING;
  const at = Date.now();
  const [sysctl, shown] = await Promise.all([askSysctl(question), askProfiler(question)]);
  const own = shown.displays.find((display) => display.vendor === "apple");
  const processor = ioOf(question.view).figures().processors[0] ?? "";
  if (own !== undefined || processor.startsWith("Apple ")) {
    const name = own?.name ?? processor;
    const cores = own?.cores ?? null;
    return siliconOf({ name, cores, at }, parseAppleSysctl(sysctl.stdout), [
      ...shown.notes,
      ...(sysctl.problem === null ? [] : [noteOf("apple", sysctl.problem, "sysctl")]),
    ]);
  }
  return cardsOf(shown.displays, shown.notes, at);
}

function askSysctl(question: SystemQuestion): Promise<ProgramOutcome> {
  return runFoundProgram(question, {
    name: "sysctl",
    places: ["/usr/sbin/sysctl"],
    args: APPLE_SYSCTL_NAMES,
    limit_ms: SYSCTL_LIMIT_MS,
  });
}

interface Shown {
  readonly displays: readonly AppleDisplay[];
  readonly notes: readonly Note[];
}

/** The JSON form, and the plain one where the first was not understood. */
async function askProfiler(question: SystemQuestion): Promise<Shown> {
  let last: ProgramOutcome | null = null;
  for (const form of [["-json"], []]) {
    last = await runFoundProgram(question, {
      name: "system_profiler",
      places: ["/usr/sbin/system_profiler"],
      args: ["SPDisplaysDataType", ...form],
      limit_ms: PROFILER_LIMIT_MS,
    });
    const displays = parseAppleDisplays(last.problem === null ? last.stdout : "");
    if (displays.length > 0) return { displays, notes: [] };
    if (last.problem !== null) break;
  }
  const code = last?.problem ?? "unparsable";
  const words = last === null ? null : firstWordsOf(last);
  return { displays: [], notes: [noteOf("apple", code, words ?? "system_profiler")] };
}

interface Silicon {
  readonly name: string;
  readonly cores: number | null;
  readonly at: number;
}

function siliconOf(
  { name, cores, at }: Silicon,
  memory: AppleMemory,
  notes: readonly Note[],
): Probed<AppleFinding> {
  const { usable_mib, is_estimated, remarks } = usableOf(memory);
  const gpu: Gpu = { ...UNKNOWN_GPU, vendor: "apple", name, unified: true, usable_mib };
  const certainty = is_estimated ? "estimated" : "measured";
  const isKnown = usable_mib !== null;
  return {
    finding: { gpus: [gpu], cores },
    notes: [...notes, noteOf("apple", "unified-memory", name), ...remarks],
    origins: [
      originOf("gpus.apple-0.vram_total_mib", "sysctl", {
        at,
        certainty: "unknown",
        reason: "unified-memory",
      }),
      originOf(
        "gpus.apple-0.usable_mib",
        "sysctl",
        isKnown
          ? { at, certainty, reason: is_estimated ? "estimated" : null }
          : { at, certainty: "unknown", reason: "memory-not-reported" },
      ),
    ],
  };
}

interface Usable {
  readonly usable_mib: number | null;
  readonly is_estimated: boolean;
  readonly remarks: readonly Note[];
}

function usableOf({ memory_bytes, wired_limit_mib }: AppleMemory): Usable {
  const memory_mib = memory_bytes === null ? null : Math.floor(memory_bytes / BYTES_PER_MIB);
  const isPossible =
    wired_limit_mib === null || memory_mib === null || wired_limit_mib <= memory_mib;
  if (wired_limit_mib !== null && isPossible) {
    return { usable_mib: wired_limit_mib, is_estimated: false, remarks: [] };
  }
  const remarks = isPossible
    ? []
    : [noteOf("apple", "impossible", `wired limit ${wired_limit_mib} of ${memory_mib} MiB`)];
  if (memory_mib === null) {
    const missing = noteOf("apple", "memory-not-reported", "hw.memsize");
    return { usable_mib: null, is_estimated: false, remarks: [...remarks, missing] };
  }
  const usable_mib = Math.floor(memory_mib * USABLE_SHARE);
  const estimate = noteOf("apple", "estimated", `${usable_mib} of ${memory_mib} MiB`);
  return { usable_mib, is_estimated: true, remarks: [...remarks, estimate] };
}

function cardsOf(
  displays: readonly AppleDisplay[],
  notes: readonly Note[],
  at: number,
): Probed<AppleFinding> {
  const gpus = displays.map(
    (display): Gpu => ({
      ...UNKNOWN_GPU,
      vendor: display.vendor,
      name: display.name,
      vram_total_mib: display.is_shared ? null : display.memory_mib,
      unified: display.is_shared,
      is_integrated: display.is_shared,
    }),
  );
  const origins = gpus.map((gpu, position): FactOrigin => {
    const fact = `gpus.${gpu.vendor}-${position}.vram_total_mib`;
    if (gpu.vram_total_mib !== null) return originOf(fact, "system-profiler", { at });
    const reason = gpu.unified ? "unified-memory" : "memory-not-reported";
    return originOf(fact, "system-profiler", { at, certainty: "unknown", reason });
  });
  const missing = gpus
    .filter((gpu) => gpu.vram_total_mib === null && !gpu.unified)
    .map((gpu) => noteOf("apple", "memory-not-reported", gpu.name));
  return { finding: { gpus, cores: null }, notes: [...notes, ...missing], origins };
}
