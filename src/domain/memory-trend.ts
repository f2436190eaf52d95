/**
 * The trend of available memory: advice ("full in about 4 min"), never a reason to step.
 *
 * VRAM moves in steps, so there a slope says nothing; memory may creep. The line is Theil and Sen's (the
 * median of all slopes between two samples: one outlier moves it little), and it counts only when nearly
 * all pairs fall and the three thirds fall by comparable amounts. Without that second test the load of a
 * model looks like a ramp (2.1 % false time on a recorded trace, 0 with it). Rejected: an average, which
 * one large file copy bends.
 */

/** One sample of the trend. */
interface TrendSample {
  readonly at: number;
  readonly availableMib: number;
}

/** The last samples, oldest first, and when memory would be full if it falls on like that. */
export interface MemoryTrend {
  readonly samples: readonly TrendSample[];
  /** `null`: nothing points to it within half an hour. */
  readonly fullAt: number | null;
}

export const NO_TREND: MemoryTrend = { samples: [], fullAt: null };

/** Ten samples, half a minute apart: five minutes (the prototype looked at 30 samples at most). */
const SAMPLES_MAX = 10;
const SPACING_MS = 30_000;
/** Fewer say nothing yet: two and a half minutes. */
const SAMPLES_MIN = 6;
/** Share of pairs that must fall (decision-model §2.2). */
const FALLING_SHARE = 0.8;
/** The thirds may differ by this factor. */
const COMPARABLE = 3;
/** Farther away it is no advice any more. */
const HORIZON_MS = 1_800_000;

/** Takes a sample in; the same trend comes back until the next one is due. Full is at `limitMib` available. */
export function withTrend(
  trend: MemoryTrend,
  { at, availableMib }: TrendSample,
  limitMib: number,
): MemoryTrend {
  const last = trend.samples[trend.samples.length - 1];
  if (last !== undefined && at - last.at < SPACING_MS) return trend;
  // After a gap the old samples belong to another time.
  const kept = last !== undefined && at - last.at > 2 * SPACING_MS ? [] : trend.samples;
  const samples = [...kept, { at, availableMib }].slice(-SAMPLES_MAX);
  return { samples, fullAt: fullAtOf(samples, { at, availableMib }, limitMib) };
}

function fullAtOf(
  samples: readonly TrendSample[],
  { at, availableMib }: TrendSample,
  limitMib: number,
): number | null {
  const [first] = samples;
  const fallen = (first?.availableMib ?? 0) - availableMib;
  // First the straight line through both ends: it is cheap, and nearly always says no.
  const endsMs = ((availableMib - limitMib) / fallen) * (at - (first?.at ?? at));
  if (fallen <= 0 || endsMs > HORIZON_MS || !isRamp(samples)) return null;
  const mibPerMs = -medianOf(slopesOf(samples));
  const ms = Math.max(0, (availableMib - limitMib) / mibPerMs);
  return mibPerMs > 0 && ms <= HORIZON_MS ? Math.round(at + ms) : null;
}

function isRamp(samples: readonly TrendSample[]): boolean {
  if (samples.length < SAMPLES_MIN || !doNearlyAllFall(samples)) return false;
  const size = Math.floor(samples.length / 3);
  const [first, middle, end] = [0, size, samples.length - size].map((from) =>
    medianOf(samples.slice(from, from + size).map(({ availableMib }) => availableMib)),
  ) as [number, number, number];
  const [early, late] = [first - middle, middle - end];
  return early > 0 && late > 0 && Math.max(early, late) <= COMPARABLE * Math.min(early, late);
}

/** Counted without making anything: nearly always the answer is no, and a reading pays for it. */
function doNearlyAllFall(samples: readonly TrendSample[]): boolean {
  const pairs = (samples.length * (samples.length - 1)) / 2;
  let others = Math.floor((1 - FALLING_SHARE) * pairs);
  for (let later = samples.length - 1; later > 0; later -= 1) {
    const { availableMib } = samples[later] as TrendSample;
    for (let earlier = 0; earlier < later; earlier += 1) {
      if (availableMib < (samples[earlier] as TrendSample).availableMib) continue;
      others -= 1;
      if (others < 0) return false;
    }
  }
  return true;
}

/** Of every pair, in MiB a millisecond. */
function slopesOf(samples: readonly TrendSample[]): number[] {
  return samples.flatMap((later, index) =>
    samples
      .slice(0, index)
      .map((earlier) => (later.availableMib - earlier.availableMib) / (later.at - earlier.at)),
  );
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
