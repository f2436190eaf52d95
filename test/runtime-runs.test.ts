/** Runs over the past end with the runtime. */
import { expect, test } from "vitest";
import { createRuns } from "../src/runtime-runs.ts";

test("runs: one under way ends with the runtime, and none begins after it", async () => {
  const stopping = new AbortController();
  const runs = createRuns(stopping.signal);
  const begun = runs.begin(
    (signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new Error("ended")), { once: true });
      }),
  );
  stopping.abort();
  await expect(begun).rejects.toThrow("ended");
  await runs.ended();
  await expect(runs.begin(async () => 1)).rejects.toMatchObject({ code: "RP_STOPPED" });
});

test("runs: one can be ended alone, and the others go on", async () => {
  const runs = createRuns(new AbortController().signal);
  const own = new AbortController();
  const first = runs.begin(async (signal) => signal, own.signal);
  own.abort();
  expect((await first).aborted).toBe(true);
  expect(await runs.begin(async (signal) => signal.aborted)).toBe(false);
});
