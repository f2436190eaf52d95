/** Our own share of the card where nobody says it: learned from what an unload gives back. */
import { expect, test } from "vitest";
import { NO_OWN_SHARE, ownShareMib, withUsedMib } from "../src/domain/own-share.ts";
import { CARD_MIB, configurationWith, hostWith, Story } from "./support/stories.ts";

const HARD = Math.ceil(CARD_MIB * 0.93);
const LIMIT = Math.floor(CARD_MIB * 0.85);
const OURS = 8000;
const BIG = configurationWith({
  policy: {
    ...configurationWith().policy,
    footprints: { nominal: OURS, smallModel: 3000, cpu: 3000 },
  },
});

test("own share: a drop within the unload is ours, a later one is not", () => {
  const onCard = { at: 1000, device: "gpu", stepAt: null, leftDevice: "none" } as const;
  const off = { device: "cpu", stepAt: 2000, leftDevice: "gpu" } as const;
  const full = withUsedMib(NO_OWN_SHARE, 19_000, onCard);
  expect(withUsedMib(full, 11_000, { ...off, at: 17_000 }).dropMib).toBe(8000);
  expect(withUsedMib(full, 11_000, { ...off, at: 17_001 }).dropMib).toBeNull();
  const half = withUsedMib(full, 15_000, { ...off, at: 2500 });
  expect(withUsedMib(half, 11_000, { ...off, at: 4000 }).dropMib).toBe(8000);
  expect(withUsedMib(half, 16_000, { ...off, at: 4000 }).dropMib).toBe(4000);
});

test("own share: it is nothing off the card, and never more than the model needs", () => {
  const share = { onCardMib: 19_000, offCardMib: 11_000, dropMib: 8000, unloadAt: 2000 };
  const on = (footprintMib: number | null) => ({ device: "gpu", footprintMib }) as const;
  expect(ownShareMib(share, 19_000, { device: "cpu", footprintMib: OURS })).toBe(0);
  expect(ownShareMib(share, 19_000, on(OURS))).toBe(8000);
  expect(ownShareMib(share, 19_500, on(null))).toBe(8000);
  expect(ownShareMib(share, 19_000, on(3000))).toBe(3000);
  expect(ownShareMib(NO_OWN_SHARE, 19_000, on(OURS))).toBe(0);
});

test("own share: a model that is not loaded after all holds nothing", () => {
  const share = { onCardMib: 19_000, offCardMib: 11_000, dropMib: 8000, unloadAt: 2000 };
  const on = { device: "gpu", footprintMib: OURS } as const;
  expect(ownShareMib(share, 11_000, on)).toBe(0);
  expect(ownShareMib(share, 12_500, on)).toBe(1500);
  expect(ownShareMib(share, 9000, on)).toBe(0);
});

test("own share: a model that would fill the card again does not return, though nobody says what is ours", () => {
  const others = LIMIT - OURS + 1;
  const story = new Story(hostWith(), BIG)
    .beats(3, { used: OURS, own: null })
    .beat({ used: HARD, own: null })
    .beats(600, { used: others, own: null });
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.smallModel");
  expect(story.state.sensing.ownShare.dropMib).toBe(HARD - others);
  expect(story.moves.at(1)?.reason.estimated).toBe(true);
});

test("own share: on the card the learned share is not counted among the others", () => {
  const others = LIMIT - OURS;
  const story = new Story(hostWith(), BIG)
    .beats(3, { used: OURS + others, own: null })
    .beat({ used: HARD, own: null })
    .beats(600, { used: others, own: null });
  expect(story.profile).toBe("LOCAL_GPU_HIGH.nominal");
  story.beats(80, { used: others + OURS, own: null });
  expect(story.state.sensing.vramPeaks.current?.peak).toBe(others);
});
