/** How soon to look again: both sides of each edge. */
import { expect, test } from "vitest";
import { paceOf } from "../src/domain/pace.ts";
import { CARD_MIB, configurationWith, Story } from "./support/stories.ts";

function paceAt(given: { readonly used?: number | null; readonly available?: number | null }) {
  const story = new Story().beats(3).beat(given);
  return paceOf(story.state.sensing, story.state.configuration);
}

test("pace: far from every limit the configured beats stay", () => {
  expect(paceAt({})).toEqual({ beatMs: 1000, gpuMs: 2000 });
  expect(paceAt({ available: 1024 + 6000 })).toMatchObject({ beatMs: 1000 });
});

test("pace: memory is looked at as fast as it could fill, down to a quarter of a second", () => {
  const hard = configurationWith().thresholds.memory.hard;
  const cases = [
    [hard + 5400, 900],
    [hard + 3000, 500],
    [hard + 1500, 250],
    [hard, 250],
    [hard - 500, 250],
  ] as const;
  for (const [available, beatMs] of cases) expect(paceAt({ available }).beatMs).toBe(beatMs);
});

test("pace: the card is looked at faster between the release value and the threshold", () => {
  const cases = [
    [0.77, 2000],
    [0.78, 2000],
    [0.815, 1250],
    [0.85, 500],
    [0.99, 500],
  ] as const;
  for (const [share, gpuMs] of cases) expect(paceAt({ used: CARD_MIB * share }).gpuMs).toBe(gpuMs);
});

test("pace: where nothing is known the configured beat stays", () => {
  const lost = new Story().beats(3).beats(20, { used: null, available: null });
  expect(paceOf(lost.state.sensing, lost.state.configuration)).toEqual({
    beatMs: 1000,
    gpuMs: 2000,
  });
});

test("pace: a beat that is configured faster is never slowed down", () => {
  const sensors = { beat_ms: 100, gpu_ms: 100, slow_ms: 100 };
  const { state } = new Story().beats(3, { used: 20_000, available: 500 });
  expect(paceOf(state.sensing, configurationWith({ sensors }))).toEqual({
    beatMs: 100,
    gpuMs: 100,
  });
});
