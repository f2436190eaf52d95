/**
 * The recorded traces as scenarios. plato: a 20 GB card, a look each 5 s (times are taken as they were
 * written, to the second); used + free is the card. earlyoom: three recordings of a host of 7,842 MiB
 * that runs out of memory, 0.1 s; they last half a minute to three minutes. Where they come from and
 * under which licence stands in `test/fixtures/traces/INDEX.md`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Sample, type Scenario, titled } from "./scenario.ts";

const FOLDER = join(import.meta.dirname, "../../test/fixtures/traces");

/** The card of plato, MiB used + free in every row. */
const PLATO_MIB = 20_148;
/** The host that earlyoom's recordings are taken to be from. */
const EARLYOOM_MIB = 7_842;
/** 256 MiB available: earlyoom's recordings count as exhausted there. */
const EARLYOOM_EXHAUSTED = 1 - 256 / EARLYOOM_MIB;

export const EARLYOOM_NAMES = ["ontheedge", "overload", "loadshift"] as const;

function linesOf(file: string): readonly string[] {
  return readFileSync(join(FOLDER, file), "utf8").split("\n");
}

/** Use of plato's card, times `factor`. */
export function plato(factor: number, footprint: number): Scenario {
  const samples = linesOf("plato_20g_5s.csv").flatMap((line): Sample[] => {
    const [time = "", , , used] = line.split(",");
    const mib = Number.parseInt(used ?? "", 10);
    return Number.isNaN(mib) ? [] : [{ at: secondsOf(time) * 1000, othersMib: mib * factor }];
  });
  const start = samples[0]?.at ?? 0;
  return {
    id: factor === 1 ? "plato" : `plato × ${factor}`,
    title: titled(`plato, 20 GB card${factor === 1 ? "" : `, others × ${factor}`}`, footprint),
    origin: "recorded",
    setting: {
      signal: "vram",
      totalMib: PLATO_MIB,
      footprintMib: Math.round(PLATO_MIB * footprint),
      intervalMs: 5000,
    },
    samples: samples.map(({ at, othersMib }) => ({ at: at - start, othersMib })),
    exhausted: 0.95,
  };
}

/** `2026/04/25 16:06:06.780` as seconds; the days of the recording are of one month. */
function secondsOf(time: string): number {
  const [day = 0, hours = 0, minutes = 0, seconds = 0] = (
    time.match(/(\d+) (\d+):(\d+):(\d+)/) ?? []
  )
    .slice(1)
    .map(Number);
  return ((day * 24 + hours) * 60 + minutes) * 60 + seconds;
}

/** Memory in use in one of earlyoom's recordings, after a calm lead-in of its first value. */
export function earlyoom(
  name: (typeof EARLYOOM_NAMES)[number],
  { leadMs, footprint }: { readonly leadMs: number; readonly footprint: number },
): Scenario {
  const rows = linesOf(`earlyoom/${name}.txt`).flatMap((line): Sample[] => {
    const found = line.match(/^\s*(\d+\.\d) \|\s*(\d+)\s/);
    if (found === null) return [];
    const at = Math.round(Number(found[1]) * 1000);
    return [{ at, othersMib: EARLYOOM_MIB - Number(found[2]) }];
  });
  const start = rows[0]?.at ?? 0;
  const first = rows[0]?.othersMib ?? 0;
  const lead = Array.from({ length: leadMs / 100 }, (_, index) => ({
    at: index * 100,
    othersMib: first,
  }));
  return {
    id: `earlyoom ${name}`,
    title: titled(`earlyoom ${name}, memory, 7.7 GB host`, footprint),
    origin: "recorded",
    setting: {
      signal: "memory",
      totalMib: EARLYOOM_MIB,
      footprintMib: Math.round(EARLYOOM_MIB * footprint),
      intervalMs: 100,
    },
    samples: [
      ...lead,
      ...rows.map(({ at, othersMib }) => ({ at: at - start + leadMs, othersMib })),
    ],
    exhausted: EARLYOOM_EXHAUSTED,
  };
}
