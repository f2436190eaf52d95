/** "Will it fit" in sentences: one for each place, for each remark and for each alternative. */
import type { Language } from "../domain/configuration.ts";
import type { FitAlternative, FitReason, FitRemark, PlaceFit } from "./fit-shape.ts";
import { gigabyteText, unknownWord } from "./wording.ts";
import {
  FIT_METER_WORDS,
  FIT_PLACE_WORDS,
  FIT_REASON_WORDS,
  FIT_REMARK_WORDS,
  FIT_VERDICT_WORDS,
} from "./words-fit.ts";

/** Verdict and reason of a place: `GPU: fits (0.8 GB of GPU memory left …)`. */
export function placeText(fit: PlaceFit, language: Language): string {
  const [name, verdict] = [FIT_PLACE_WORDS[fit.place], FIT_VERDICT_WORDS[fit.verdict]];
  const parts = [splitText(fit, language), ...fit.reasons.map((one) => reasonText(one, language))];
  const why = parts.filter((part) => part !== null).join(language === "zh" ? "；" : "; ");
  // That there is no card is known; the verdict is about a card that nobody has.
  if (fit.verdict === "unknown" && fit.reasons[0]?.code === "NO_GPU") {
    return `${name[language]()}: ${why}`;
  }
  return `${name[language]()}: ${verdict[language]()} (${why})`;
}

function reasonText({ code, meter, mib }: FitReason, language: Language): string {
  const figures = { meter: FIT_METER_WORDS[meter][language](), amount: sizeText(mib, language) };
  return FIT_REASON_WORDS[code][language](figures);
}

/** How much of it lies on the card, and what each part takes; `null` where it is not split. */
function splitText(fit: PlaceFit, language: Language): string | null {
  const { layers, gpu_share, verdict, needs } = fit;
  if (verdict === "unknown" || gpu_share === null || gpu_share === 0) return null;
  const [there, here] = [sizeText(needs.vram_mib, language), sizeText(needs.memory_mib, language)];
  if (language === "zh") {
    const part =
      layers === null
        ? `${Math.floor(gpu_share * 100)}% 在 GPU 上`
        : `${layers.total} 层中 ${layers.on_gpu} 层在 GPU 上`;
    return `${part}，GPU 占 ${there}，内存占 ${here}`;
  }
  const part =
    layers === null
      ? `${Math.floor(gpu_share * 100)}%`
      : `${layers.on_gpu} of ${layers.total} layers`;
  return `${part} on the GPU, ${there} there and ${here} in memory`;
}

/** A remark as a sentence. */
export function fitRemarkText({ code, value }: FitRemark, language: Language): string {
  return FIT_REMARK_WORDS[code][language](value?.toString() ?? unknownWord(language));
}

/** An alternative as one line. */
export function fitAlternativeText(one: FitAlternative, language: Language): string {
  const { place, need_mib, command } = one;
  const need = sizeText(need_mib, language);
  const where = place === "cloud" ? "" : FIT_PLACE_WORDS[place][language]();
  const lines = ALTERNATIVES[one.kind][language]({ ...one, need, where });
  if (command === null) return lines;
  return language === "zh" ? `${lines}；先下载: ${command}` : `${lines}; first: ${command}`;
}

/** Below a GB in MiB, so that nothing small reads as nothing. */
function sizeText(mib: number | null, language: Language): string {
  return mib !== null && Math.abs(mib) < 1024 ? `${mib} MiB` : gigabyteText(mib, language);
}

type Line = (figures: FitAlternative & { readonly need: string; readonly where: string }) => string;

const ALTERNATIVES: Readonly<Record<FitAlternative["kind"], Readonly<Record<Language, Line>>>> = {
  context: {
    zh: ({ context, where, need }) => `上下文减到 ${context}: ${where} 放得下 (${need})`,
    en: ({ context, where, need }) => `context ${context}: fits on the ${where} (${need})`,
  },
  model: {
    zh: ({ label, context, where, need }) =>
      `${label}，上下文 ${context}: ${where} 放得下 (${need})`,
    en: ({ label, context, where, need }) =>
      `${label}, context ${context}: fits on the ${where} (${need})`,
  },
  cpu: {
    zh: ({ need }) => `在 CPU 上运行，慢一些: 放得下 (${need})`,
    en: ({ need }) => `on the CPU, more slowly: fits (${need})`,
  },
  cloud: {
    zh: ({ label }) => `用云端: ${label} (你允许了使用云端)`,
    en: ({ label }) => `in the cloud: ${label} (you allow the cloud)`,
  },
};
