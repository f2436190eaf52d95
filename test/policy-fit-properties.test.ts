/** Will it fit: what holds for every model, context and host. fast-check prints seed and path of what it finds. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { fitOf } from "../src/policy/fit.ts";
import type { FitRoom, FitVerdict, ModelFit, PlaceFit } from "../src/policy/fit-shape.ts";
import { MODELS } from "../src/policy/model-table.ts";
import { groundsOf, model, shownModel } from "./support/fit-grounds.ts";

const RUNS = { numRuns: 300 };

const SOME_SIZE = fc.integer({ min: 100, max: 40_000 });

/** A model of the table, one that the server shows, or one of which only the size is known. */
const ANY_MODEL = fc.oneof(
  fc.constantFrom(...MODELS.map(({ tag }) => ({ name: tag, size: null, shown: null }))),
  fc.record({ name: fc.constant("own:1b"), size: SOME_SIZE, shown: fc.constant(null) }),
  fc.record({
    name: fc.constant("own:1b"),
    size: SOME_SIZE,
    shown: fc.record({
      block_count: fc.integer({ min: 1, max: 120 }),
      head_count_kv: fc.integer({ min: 1, max: 32 }),
      key_length: fc.constantFrom(64, 80, 128, 256),
    }),
  }),
);

const ANY_OTHERS = fc
  .tuple(fc.integer({ min: 0, max: 60_000 }), fc.integer({ min: 0, max: 20_000 }))
  .map(([now, more]) => ({ now, peak: now + more }));

const ANY_CASE = fc.record({
  model: ANY_MODEL,
  context: fc.integer({ min: 1, max: 200_000 }),
  images: fc.integer({ min: 0, max: 20 }),
  vram: fc.integer({ min: 1, max: 50_000 }),
  memory: fc.integer({ min: 1, max: 100_000 }),
  onCard: ANY_OTHERS,
  inMemory: ANY_OTHERS,
  installed: fc.subarray(MODELS.map(({ tag }) => tag)),
});
type Case = typeof ANY_CASE extends fc.Arbitrary<infer One> ? One : never;

function fitFor(one: Case): ModelFit {
  const { name, size, shown } = one.model;
  const here = one.installed.map((tag) => model(tag, 4000, true));
  const own = size === null ? [] : [model(name, size, true)];
  return fitOf({
    model: name,
    context: one.context,
    images: one.images,
    grounds: groundsOf({ ...one, models: [...own, ...here] }),
    shown: shown === null ? new Map() : new Map([[name, shownModel(shown)]]),
  });
}

function holds(property: (one: Case) => void): void {
  fc.assert(fc.property(ANY_CASE, property), RUNS);
}

const RANKS: readonly FitVerdict[] = ["too-large", "fits-now-not-at-peak", "fits"];

/** Split goes away once the whole fits on the card. */
function rankOf(fit: ModelFit, place: PlaceFit["place"]): number {
  const found = fit.places.find((each) => each.place === place);
  return found === undefined ? RANKS.length : RANKS.indexOf(found.verdict);
}

test("property: the items of each place add up to its need, and split pays for every MiB once", () => {
  holds((one) => {
    const fit = fitFor(one);
    for (const { terms, needs } of fit.places) {
      const sum = (meter: string) =>
        terms.reduce(
          (total, term) => total + (term.meter === meter ? (term.mib ?? Number.NaN) : 0),
          0,
        );
      expect([sum("vram"), sum("memory")]).toEqual([needs.vram_mib, needs.memory_mib]);
      for (const { mib } of terms)
        expect(Number.isSafeInteger(mib) && (mib as number) >= 0).toBe(true);
    }
    const cpu = fit.places.find(({ place }) => place === "cpu")?.needs.memory_mib;
    const split = fit.places.find(({ place }) => place === "split")?.needs;
    if (split !== undefined) {
      expect((split.vram_mib ?? Number.NaN) + (split.memory_mib ?? Number.NaN)).toBe(cpu);
    }
  });
});

test("property: more context never needs less, nor fits better", () => {
  holds((one) => {
    const [less, more] = [fitFor(one), fitFor({ ...one, context: one.context + 5000 })];
    for (const place of ["gpu", "cpu"] as const) {
      const [before, after] = [less, more].map(
        (fit) => fit.places.find((each) => each.place === place)?.needs,
      );
      expect(after?.vram_mib ?? Number.NaN).toBeGreaterThanOrEqual(before?.vram_mib ?? Number.NaN);
      expect(after?.memory_mib ?? Number.NaN).toBeGreaterThanOrEqual(
        before?.memory_mib ?? Number.NaN,
      );
      expect(rankOf(more, place)).toBeLessThanOrEqual(rankOf(less, place));
    }
  });
});

test("property: more free memory never makes a verdict worse", () => {
  holds((one) => {
    const freed = ({ now, peak }: { now: number; peak: number }) => ({
      now: Math.floor(now / 2),
      peak: Math.floor(peak / 2),
    });
    const before = fitFor(one);
    const wider = { onCard: freed(one.onCard), inMemory: freed(one.inMemory) };
    const larger = { vram: one.vram + 3000, memory: one.memory + 3000 };
    for (const change of [wider, larger, { ...wider, ...larger }]) {
      const after = fitFor({ ...one, ...change });
      for (const place of ["gpu", "split", "cpu"] as const) {
        expect(rankOf(after, place)).toBeGreaterThanOrEqual(rankOf(before, place));
      }
    }
  });
});

test("property: a part on the card stays within the room that is counted on", () => {
  holds((one) => {
    const { places, rooms } = fitFor(one);
    const split = places.find(({ place }) => place === "split");
    if (split === undefined || split.verdict === "too-large") return;
    const room = rooms.gpu as FitRoom;
    const free = split.verdict === "fits" ? room.free_at_peak_mib : room.free_now_mib;
    expect(split.needs.vram_mib ?? Number.NaN).toBeLessThanOrEqual(free ?? Number.NaN);
    expect(split.gpu_share).toBeGreaterThanOrEqual(0);
    expect(split.gpu_share).toBeLessThan(1);
  });
});

test("property: every alternative fits beside the others' peak when it is asked for itself", () => {
  holds((one) => {
    const fit = fitFor(one);
    for (const { place, model: name, context, need_mib, kind } of fit.alternatives) {
      const size = name === one.model.name ? one.model : { name, size: null, shown: null };
      const again = fitFor({ ...one, model: size, context: context ?? 0 });
      const same = again.places.find((each) => each.place === place);
      expect([kind, name, same?.verdict]).toEqual([kind, name, "fits"]);
      expect([same?.needs.vram_mib, same?.needs.memory_mib]).toContain(need_mib);
      expect(again.images.fit).not.toBe(false);
    }
  });
});

test("property: without a figure of the card its verdict is unknown or too large, never a fit", () => {
  holds((one) => {
    const grounds = groundsOf({ ...one, onCard: { now: null, peak: null } });
    const fit = fitOf({ model: "moondream", grounds, shown: new Map() });
    for (const place of ["gpu", "split"] as const) {
      const found = fit.places.find((each) => each.place === place);
      expect(["unknown", "too-large"]).toContain(found?.verdict);
    }
  });
});
