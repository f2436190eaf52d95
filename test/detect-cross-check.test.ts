/** Two witnesses of one card: what the probes found, and where the server's model lies. */
import { expect, test } from "vitest";
import { crossCheckNotes } from "../src/detect/cross-check.ts";
import { UNKNOWN_GPU } from "../src/domain/host.ts";

const CARD = { ...UNKNOWN_GPU, vendor: "nvidia", vram_total_mib: 8188 } as const;
const model = (size_bytes: number | null, size_vram_bytes: number | null) => ({
  name: "m",
  size_bytes,
  size_vram_bytes,
});

test.each([
  ["on a card that nobody found", [], [model(9, 9)], "seen-by-server"],
  ["off a usable card", [CARD], [model(9, 0)], "off-the-gpu"],
  ["on the card", [CARD], [model(9, 9)], null],
  ["in part on the card", [CARD], [model(9, 4)], null],
  ["of unknown share", [CARD], [model(9, null)], null],
  ["off an integrated card", [{ ...CARD, is_integrated: true }], [model(9, 0)], null],
  [
    "off a card that is left out",
    [{ ...CARD, excluded_by: "environment" as const }],
    [model(9, 0)],
    null,
  ],
  ["nothing loaded", [], [], null],
] as const)("crossCheckNotes: a model %s", (_, gpus, loaded, code) => {
  expect(crossCheckNotes(gpus, loaded).map((note) => note.code)).toEqual(
    code === null ? [] : [code],
  );
});
