/** Numbers and times as people read them. Unknown is a dash, never a zero. */
import type { Language } from "../../src/domain/configuration.ts";

const UNKNOWN = "–";
const MIB_PER_GB = 1024;

/** `45.2 %`. */
export function percent(value: number | null | undefined, digits = 1): string {
  return value === null || value === undefined ? UNKNOWN : `${value.toFixed(digits)} %`;
}

/** MiB as `12.0 GB`; GB are GiB, as everywhere in this program. */
export function gigabytes(mib: number | null | undefined): string {
  return mib === null || mib === undefined ? UNKNOWN : `${(mib / MIB_PER_GB).toFixed(1)} GB`;
}

/** `14:07:03`, or with the date where it is not of today. */
export function clockTime(at: number, language: Language, now: number): string {
  const time = new Date(at);
  const sameDay = time.toDateString() === new Date(now).toDateString();
  const clock = { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false } as const;
  const day = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
  return time.toLocaleString(localeOf(language), sameDay ? clock : { ...day, ...clock });
}

/** Date and time, always both. */
export function fullTime(at: number, language: Language): string {
  return clockTime(at, language, Number.NEGATIVE_INFINITY);
}

/** `850 ms`, `12 s`, `3 min`, `2.5 h`, `4.0 d`. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return UNKNOWN;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${(ms / 3_600_000).toFixed(1)} h`;
  return `${(ms / 86_400_000).toFixed(1)} d`;
}

/** A whole number with its thousands apart. */
export function count(value: number | null | undefined, language: Language): string {
  return value === null || value === undefined ? UNKNOWN : value.toLocaleString(localeOf(language));
}

export function localeOf(language: Language): string {
  return language === "zh" ? "zh-CN" : "en-GB";
}
