/**
 * "Will it fit" out of a state: the grounds that the policy judges by, and the answer with its sentences.
 *
 * The others' use and its peak are the return test's own figures, of the same look-back, so that this
 * answer and the way up can never disagree about the room. A silent meter is unknown.
 */
import type { Configuration, Language, LevelThreshold } from "../domain/configuration.ts";
import type { Host } from "../domain/host.ts";
import { lookbackMsAt } from "../domain/out-of-memory.ts";
import { type Peaks, peakOver } from "../domain/peak.ts";
import { placeOf, type RuntimeState } from "../machines/runtime-state.ts";
import type { FitGrounds, MeterUse } from "../policy/fit-room.ts";
import type { ModelFit } from "../policy/fit-shape.ts";
import { fitAlternativeText, fitRemarkText, placeText } from "../policy/fit-text.ts";

/** The answer with a sentence beside each code. */
export interface FitView extends ModelFit {
  /** For people: the places in order, then the remarks, then what would fit instead. */
  readonly sentences: {
    readonly places: readonly string[];
    readonly remarks: readonly string[];
    readonly alternatives: readonly string[];
  };
}

/** The grounds now; `null` while the host is being detected. */
export function fitGroundsIn(state: RuntimeState): FitGrounds | null {
  const { host, configuration, sensing, hasVram } = state;
  const place = placeOf(state);
  if (host === null || place === null) return null;
  const { vram, memory } = sensing;
  const usedShare = vram.level === "lost" ? null : vram.value;
  const available = memory.level === "lost" ? null : memory.value;
  const [vramTotal, memoryTotal] = [sensing.vramTotalMib, sensing.memoryTotalMib];
  return {
    host,
    configuration,
    tier: place.tier,
    vram: !hasVram
      ? null
      : useOf(state, "vram", {
          total_mib: vramTotal,
          used_now_mib: product(usedShare, vramTotal),
          peaks: sensing.vramPeaks,
          estimated: sensing.isOwnUnknown,
        }),
    memory: useOf(state, "memory", {
      total_mib: memoryTotal,
      used_now_mib: available === null || memoryTotal === null ? null : memoryTotal - available,
      peaks: sensing.memoryPeaks,
      estimated: false,
    }),
  };
}

/** The answer as people and programs read it. */
export function fitViewOf(fit: ModelFit, language: Language): FitView {
  return {
    ...fit,
    sentences: {
      places: fit.places.map((place) => placeText(place, language)),
      remarks: fit.remarks.map((one) => fitRemarkText(one, language)),
      alternatives: fit.alternatives.map((one) => fitAlternativeText(one, language)),
    },
  };
}

/** What one look at the meters of a host shows, where no runtime has watched them. */
export interface Glance {
  readonly host: Host;
  readonly configuration: Configuration;
  readonly tier: FitGrounds["tier"];
  readonly vram: { readonly used_mib: number | null; readonly total_mib: number | null } | null;
  readonly memory: {
    readonly available_mib: number | null;
    readonly total_mib: number | null;
  } | null;
}

/** The grounds of one look: the use of this moment is the only peak that was seen. */
export function fitGroundsAt({ vram, memory, ...known }: Glance): FitGrounds {
  const own = ownMibOf(known.host);
  const used = vram?.used_mib ?? null;
  const available = memory?.available_mib ?? null;
  const total = memory?.total_mib ?? null;
  const inUse = available === null || total === null ? null : total - available;
  const others = used === null ? null : Math.max(0, used - (own ?? 0));
  return {
    ...known,
    vram:
      vram === null
        ? null
        : {
            ...once(others),
            total_mib: vram.total_mib,
            used_now_mib: used,
            estimated: own === null,
          },
    memory: { ...once(inUse), total_mib: total, used_now_mib: inUse, estimated: false },
  };
}

function once(others_mib: number | null) {
  return { others_now_mib: others_mib, others_peak_mib: others_mib, lookback_ms: 0 };
}

const BYTES_PER_MIB = 1024 * 1024;

/** What the model server's loaded models hold on the card; `null` = it does not say. */
function ownMibOf({ ollama }: Host): number | null {
  if (ollama.running === null) return null;
  let bytes = 0;
  for (const { size_vram_bytes } of ollama.loaded) {
    if (size_vram_bytes === null) return null;
    bytes += size_vram_bytes;
  }
  return Math.round(bytes / BYTES_PER_MIB);
}

type Meter = "vram" | "memory";

interface Seen extends Pick<MeterUse, "total_mib" | "used_now_mib" | "estimated"> {
  readonly peaks: Peaks;
}

function useOf(state: RuntimeState, meter: Meter, { peaks, ...seen }: Seen): MeterUse {
  const { at, sensing, configuration } = state;
  const threshold: LevelThreshold = configuration.thresholds[meter];
  const lookback_ms = lookbackMsAt(sensing.ladder, at, threshold.lookback_ms);
  const isLost = sensing[meter].level === "lost" || seen.used_now_mib === null;
  return {
    ...seen,
    others_now_mib: isLost ? null : (peaks.current?.peak ?? null),
    others_peak_mib: isLost ? null : peakOver(peaks, at, lookback_ms),
    lookback_ms,
  };
}

function product(share: number | null, total: number | null): number | null {
  return share === null || total === null ? null : Math.round(share * total);
}
