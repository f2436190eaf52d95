/** The small words of a story: times, spans, sizes, shares, hosts. Each says what it wanted when it is wrong. */
import { type CpuScore, type Gpu, type Host, UNKNOWN_HOST } from "../../src/domain/host.ts";
import type { Amount } from "./scenario.ts";

const MIB_PER_GB = 1024;
const SPANS: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

/** A value, or the sentence about what was wanted. */
export type Read<Value> = { readonly value: Value } | { readonly wanted: string };

/** `1:30`, `1:02:00` or `0:00.5`, in ms. */
export function readTime(text: string): number | null {
  const found = /^(?:(\d+):)?(\d+):(\d\d)(?:\.(\d{1,3}))?$/.exec(text);
  if (found === null) return null;
  const [, hours = "0", minutes = "0", seconds = "0", part = "0"] = found;
  const isInRange = Number(seconds) < 60 && (found[1] === undefined || Number(minutes) < 60);
  if (!isInRange) return null;
  const whole = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return whole * 1000 + Number(part.padEnd(3, "0"));
}

/** A moment as it is written: `1:30`, `1:02:00`; parts of a second only where there are some. */
export function timeText(at: number): string {
  const seconds = Math.floor(at / 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const clock = `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`;
  const part = at % 1000;
  return part === 0 ? clock : `${clock}.${String(part).padStart(3, "0").replace(/0+$/, "")}`;
}

/** `10 s`, `250 ms`, `5 min`, `1 h`, in ms. */
export function readSpan(text: string): Read<number> {
  const [, count, unit = ""] = /^(\d+(?:\.\d+)?) ?(ms|s|min|h)$/.exec(text) ?? [];
  const ms = Number(count) * (SPANS[unit] ?? 0);
  if (count === undefined || ms <= 0 || !Number.isInteger(ms))
    return { wanted: `a span such as "10 s", "250 ms", "5 min" or "1 h", got "${text}"` };
  return { value: ms };
}

/** `8 GB` or `900 MB`, in MiB. */
export function readSize(text: string): Read<number> {
  const [, count, unit] = /^(\d+(?:\.\d+)?) ?(GB|MB)$/.exec(text) ?? [];
  if (count === undefined) return { wanted: `a size such as "8 GB" or "900 MB", got "${text}"` };
  return { value: Math.round(Number(count) * (unit === "GB" ? MIB_PER_GB : 1)) };
}

/** `45%`, a size, `unknown`, or `as needed`. */
export function readAmount(text: string): Read<Amount> {
  if (text === "unknown") return { value: { word: "unknown" } };
  if (text === "as needed") return { value: { word: "needed" } };
  const share = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  if (share !== undefined && Number(share) <= 100) return { value: { percent: Number(share) } };
  const size = readSize(text);
  if ("value" in size) return { value: { mib: size.value } };
  return { wanted: `"45%", "8 GB", "900 MB", "unknown" or "as needed", got "${text}"` };
}

/** `a 20 GB card, 64 GB of memory, 16 cores`; `no card`; `a card with shared memory`. */
export function readHost(text: string): Read<Host> {
  let host: Host = UNKNOWN_HOST;
  for (const part of text.split(",").map((each) => each.trim().replace(/^an? /, ""))) {
    const [, cores] = /^(\d+) cores?$/.exec(part) ?? [];
    const [, card] = /^(\d+(?:\.\d+)? [GM]B) card$/.exec(part) ?? [];
    const [, memory] = /^(\d+(?:\.\d+)? [GM]B) of memory$/.exec(part) ?? [];
    if (part === "no card") host = { ...host, gpus: [] };
    else if (part === "card with shared memory") host = { ...host, gpus: [sharedCard()] };
    else if (cores !== undefined) host = { ...host, cpu: processorOf(Number(cores)) };
    else if (card !== undefined) host = { ...host, gpus: [cardOf(mibOf(card))] };
    else if (memory !== undefined) host = { ...host, memory: memoryOf(mibOf(memory)) };
    else
      return {
        wanted: `"a 20 GB card", "no card", "a card with shared memory", "64 GB of memory" or "16 cores", got "${part}"`,
      };
  }
  return { value: host };
}

function mibOf(text: string): number {
  const size = readSize(text);
  return "value" in size ? size.value : 0;
}

function cardOf(mib: number): Gpu {
  return {
    vendor: "nvidia",
    name: "NVIDIA Test Card",
    uuid: `GPU-${mib}`,
    vram_total_mib: mib,
    driver: "595.71.05",
    cuda: "13.0",
    unified: false,
    is_integrated: false,
  };
}

function sharedCard(): Gpu {
  const card = { ...cardOf(0), vendor: "apple", name: "Apple GPU", uuid: "GPU-shared" } as const;
  return { ...card, vram_total_mib: null, driver: null, cuda: null, unified: true };
}

function processorOf(cores: number): Host["cpu"] {
  const score: CpuScore = cores >= 12 ? "ultra" : cores >= 8 ? "high" : "medium";
  return { brand: null, cores, threads: cores * 2, score, quota: null };
}

function memoryOf(mib: number): Host["memory"] {
  return { total_mib: mib, available_mib: null, limited_by: "host" };
}
