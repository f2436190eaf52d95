/** One card of the host in one line: name, memory and how it is meant, driver, and why it is left out. */
import type { Language } from "../domain/configuration.ts";
import type { Gpu } from "../domain/host.ts";
import { gigabyteText } from "../policy/wording.ts";
import { type CliCode, cliText } from "./words.ts";

const SEPARATOR = " · ";
/** The most parts of a card in MIG mode in a line. */
const PARTS_SHOWN = 7;

/** What people should know of a card. */
export function gpuText(gpu: Gpu, language: Language): string {
  const text = (code: CliCode): string => cliText(code, language);
  return joined([
    gpu.name ?? gpu.vendor,
    gpu.is_integrated ? text("INTEGRATED") : null,
    memoryText(gpu, language),
    migText(gpu),
    gpu.driver === null ? null : `${text("DRIVER")} ${gpu.driver}`,
    gpu.cuda === null ? null : `CUDA ${gpu.cuda}`,
    gpu.excluded_by == null ? null : text(EXCLUDED[gpu.excluded_by]),
  ]);
}

/** The parts that are known, with a dot between. */
export function joined(parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null).join(SEPARATOR);
}

const EXCLUDED = {
  environment: "EXCLUDED_BY_ENVIRONMENT",
  configuration: "EXCLUDED_BY_CONFIGURATION",
} as const satisfies Record<string, CliCode>;

function memoryText(gpu: Gpu, language: Language): string | null {
  const { unified, is_integrated, vram_total_mib, usable_mib = null } = gpu;
  const usable =
    usable_mib === null
      ? null
      : `${cliText("USABLE", language)} ${gigabyteText(usable_mib, language)}`;
  if (unified) return joined([cliText("SHARED", language), usable]);
  if (is_integrated && vram_total_mib === null) return null;
  return joined([gigabyteText(vram_total_mib, language), usable]);
}

function migText({ mig = [] }: Gpu): string | null {
  if (mig.length === 0) return null;
  const profiles = mig.slice(0, PARTS_SHOWN).map(({ profile }) => profile ?? "?");
  return `MIG ${profiles.join(", ")}${mig.length > PARTS_SHOWN ? ", …" : ""}`;
}
