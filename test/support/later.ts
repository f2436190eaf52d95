/** Lets time pass for what measures it, without waiting. */
import { onTestFinished, vi } from "vitest";

const real = performance.now.bind(performance);
let aheadMs = 0;

/** From now until the end of the test the monotonic clock of this process is ahead by so much more, in ms. */
export function later(ms: number): void {
  aheadMs += ms;
  vi.spyOn(performance, "now").mockImplementation(() => real() + aheadMs);
  onTestFinished(() => {
    vi.restoreAllMocks();
    aheadMs = 0;
  });
}
