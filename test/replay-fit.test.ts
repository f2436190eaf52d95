/** Will it fit, out of a state: the room is the return test's, told from whole stories, and from one look. */
import { expect, test } from "vitest";
import { roomOf } from "../src/domain/return-test.ts";
import { capacityOf, NO_METERS } from "../src/domain/sensing.ts";
import { placeOf } from "../src/machines/runtime-state.ts";
import { surroundingsOf } from "../src/machines/surroundings.ts";
import { gpuRoomOf, memoryRoomOf } from "../src/policy/fit-room.ts";
import { fitGroundsAt, fitGroundsIn } from "../src/replay/fit.ts";
import {
  CARD,
  CARD_MIB,
  configurationWith,
  hostWith,
  MEMORY_MIB,
  Story,
} from "./support/stories.ts";

const LIMIT = Math.floor(CARD_MIB * 0.85);

function groundsOf(story: Story) {
  const grounds = fitGroundsIn(story.state);
  if (grounds === null) throw new Error("no grounds");
  return grounds;
}

test("grounds: none while the host is being detected", () => {
  expect(fitGroundsIn(new Story(null).state)).toBeNull();
});

test("grounds: the others' peak of the last minute stands beside what they use now", () => {
  const story = new Story().beats(3, { used: 4000 }).beats(3, { used: 9000, available: 30_000 });
  story.beats(20, { used: 5000, available: 45_000 });
  expect(gpuRoomOf(groundsOf(story))).toEqual({
    meter: "vram",
    total_mib: CARD_MIB,
    limit_mib: LIMIT,
    used_now_mib: 5000,
    others_now_mib: 5000,
    others_peak_mib: 9000,
    free_now_mib: LIMIT - 5000,
    free_at_peak_mib: LIMIT - 9000,
    lookback_ms: 60_000,
    estimated: false,
  });
  expect(memoryRoomOf(groundsOf(story))).toMatchObject({
    limit_mib: MEMORY_MIB - 2048,
    others_now_mib: MEMORY_MIB - 45_000,
    others_peak_mib: MEMORY_MIB - 30_000,
  });
  story.beats(70, { used: 5000, available: 45_000 });
  expect(gpuRoomOf(groundsOf(story))?.others_peak_mib).toBe(5000);
});

test("grounds: our own models are not the others, and make room", () => {
  const story = new Story().beats(5, { used: 9000, own: 6000 });
  expect(gpuRoomOf(groundsOf(story))).toMatchObject({ used_now_mib: 9000, others_peak_mib: 3000 });
  const untold = new Story().beats(5, { used: 9000, own: null });
  expect(gpuRoomOf(groundsOf(untold))).toMatchObject({ others_peak_mib: 9000, estimated: true });
});

test("grounds: the room is the one by which the way up is judged", () => {
  const story = new Story().beats(3).beats(4, { used: 19_500 }).beats(10, { used: 6000 });
  const { state } = story;
  const { at, sensing, configuration } = state;
  const place = placeOf(state);
  if (place === null) throw new Error("no place");
  const around = surroundingsOf(state);
  const capacity = capacityOf(sensing, { at, ...place, meters: NO_METERS }, around);
  const room = roomOf("nominal", { ladder: sensing.ladder, capacity, configuration });
  expect(gpuRoomOf(groundsOf(story))).toMatchObject({
    limit_mib: room?.test.limit_mib,
    others_peak_mib: room?.test.others_peak_mib,
    others_now_mib: room?.others_now_mib,
    lookback_ms: room?.lookback_ms,
  });
});

test("grounds: what a silent meter said last is no room of now", () => {
  const story = new Story().beats(5).beats(30, { used: null, available: 40_000 });
  expect(gpuRoomOf(groundsOf(story))).toMatchObject({
    ...{ limit_mib: LIMIT, used_now_mib: null, others_now_mib: null, free_at_peak_mib: null },
  });
  const blind = new Story().beats(5).beats(30, { available: null });
  expect(memoryRoomOf(groundsOf(blind))).toMatchObject({
    others_peak_mib: null,
    free_now_mib: null,
  });
});

test("grounds: a host without a card has no room of one", () => {
  const story = new Story(hostWith({ gpus: [] })).beats(3, { used: null });
  expect(groundsOf(story).vram).toBeNull();
  expect(gpuRoomOf(groundsOf(story))).toBeNull();
});

const GIB = 1024 ** 3;

test.each([
  ["not running", false, [], 4000, false],
  ["nothing loaded", true, [], 4000, false],
  ["a model loaded", true, [GIB], 4000 - 1024, false],
  ["two models loaded", true, [GIB, GIB / 2], 4000 - 1536, false],
  ["one of them does not tell", true, [GIB, null], 4000, true],
  ["silent", null, [], 4000, true],
  ["more than is in use", true, [8 * GIB], 0, false],
] as const)("grounds of one look: Ollama %s", (_what, running, loaded, others, estimated) => {
  const base = hostWith();
  const models = loaded.map((size_vram_bytes) => ({
    name: "x",
    size_bytes: null,
    size_vram_bytes,
  }));
  const grounds = fitGroundsAt({
    host: { ...base, ollama: { ...base.ollama, running, loaded: models } },
    configuration: configurationWith(),
    tier: "LOCAL_GPU_HIGH",
    vram: { used_mib: 4000, total_mib: CARD_MIB },
    memory: { available_mib: 40_000, total_mib: MEMORY_MIB },
  });
  expect(grounds.vram).toEqual({
    total_mib: CARD_MIB,
    used_now_mib: 4000,
    others_now_mib: others,
    others_peak_mib: others,
    lookback_ms: 0,
    estimated,
  });
  expect(grounds.memory).toMatchObject({ others_now_mib: MEMORY_MIB - 40_000, lookback_ms: 0 });
});

test("grounds of one look: a meter that could not be read leaves the card's size and no use", () => {
  const known = { host: hostWith(), configuration: configurationWith() };
  const grounds = fitGroundsAt({ ...known, tier: "LOCAL_GPU_HIGH", vram: null, memory: null });
  expect(gpuRoomOf(grounds)).toMatchObject({ limit_mib: LIMIT, others_now_mib: null });
  expect(memoryRoomOf(grounds)).toMatchObject({ total_mib: MEMORY_MIB, free_now_mib: null });
  const part = { ...CARD, usable_mib: 9984 };
  const mig = fitGroundsAt({
    ...{ ...known, host: hostWith({ gpus: [part] }), tier: "LOCAL_GPU_MID" },
    ...{ vram: null, memory: null },
  });
  expect(gpuRoomOf(mig)?.total_mib).toBe(9984);
});
