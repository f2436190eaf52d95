/** The runtime's time: never back, ahead with the wall clock, and a jump is told once. */
import { expect, test } from "vitest";
import { JUMP_MS, startClock } from "../src/runtime-clock.ts";

/** A clock on two hands that the test moves. */
function handClock(notBefore = 0) {
  let wall = 1_000_000;
  let mono = 0;
  const clock = startClock(
    notBefore,
    () => wall,
    () => mono,
  );
  const pass = (wallMs: number, monoMs: number): number => {
    wall += wallMs;
    mono += monoMs;
    return clock.now();
  };
  return { clock, pass, wall: () => wall };
}

test("clock: never goes back when the wall clock does, and jumps ahead once after a sleep", () => {
  const { clock, pass, wall } = handClock();
  expect(pass(1000, 1000)).toBe(1_001_000);
  expect(pass(-3_600_000, 1000)).toBe(1_002_000);
  expect(pass(3_600_000, 0)).toBe(1_002_000);
  expect(clock.takeJump()).toBeNull();
  expect(pass(7_200_000, 1000)).toBe(wall());
  expect(clock.takeJump()).toBe(7_198_000);
  expect(clock.takeJump()).toBeNull();
  expect(clock.mono()).toBe(3000);
  expect(clock.timeOf(wall() - 250)).toBe(clock.now() - 250);
});

test("clock: does not start before the last moment of the log", () => {
  expect(handClock(5_000_000).clock.now()).toBe(5_000_000);
  expect(handClock(5000).clock.now()).toBe(1_000_000);
});

test.each([
  [JUMP_MS, null],
  [JUMP_MS + 1, JUMP_MS + 1],
])("clock: ahead by %i ms at one look is told as a jump of %s", (ahead, told) => {
  const { clock, pass, wall } = handClock();
  expect(pass(ahead, 0)).toBe(wall());
  expect(clock.takeJump()).toBe(told);
});

test("clock: drift is followed and never adds up to a jump", () => {
  const { clock, pass, wall } = handClock();
  for (let second = 0; second < 10_000; second += 1) expect(pass(1001, 1000)).toBe(wall());
  expect(clock.takeJump()).toBeNull();
});
