import { expect, test } from "vitest";
import { withKnownCards } from "../src/domain/host-continuity.ts";
import { CARD, hostWith } from "./support/stories.ts";

const note = (code: "timeout" | "no-devices") => [{ probe: "nvidia" as const, code, detail: null }];

test("continuity: a probe that timed out takes no card away", () => {
  const host = withKnownCards(hostWith(), hostWith({ gpus: [], notes: note("timeout") }));
  expect(host.gpus).toEqual([CARD]);
});

test("continuity: a probe that says the card is gone is believed", () => {
  expect(
    withKnownCards(hostWith(), hostWith({ gpus: [], notes: note("no-devices") })).gpus,
  ).toEqual([]);
});

test("continuity: nothing is invented without a previous host, and a found card is not doubled", () => {
  expect(withKnownCards(null, hostWith({ gpus: [], notes: note("timeout") })).gpus).toEqual([]);
  expect(withKnownCards(hostWith(), hostWith({ notes: note("timeout") })).gpus).toEqual([CARD]);
});
