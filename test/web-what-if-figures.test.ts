/** The figures of the page's what-if, and what it calls better; the host it supposes. */
import { expect, test } from "vitest";
import { hostOfProfileDocument, profileDocumentOf } from "../src/domain/profile-document.ts";
import { largestUsableGpu } from "../src/domain/tier.ts";
import { WHAT_IF } from "../src/http/examples-what-if.ts";
import type { Exhaustion, SideView } from "../src/replay/what-if-view.ts";
import { exhaustionCounts, figuresOf, verdictOf } from "../web/src/what-if-figures.ts";
import { hostSizes, supposedHost } from "../web/src/what-if-host.ts";
import { hostWith } from "./support/stories.ts";

const side = (off: boolean) => ({ worst: 0.99, free_mib: 82, off, lead_ms: off ? 5000 : null });
const exhaustion = (actual: boolean | null, hypothetical: boolean | null): Exhaustion => ({
  ...{ seq: 1, at: 1, signal: "vram.used" },
  actual: actual === null ? null : side(actual),
  hypothetical: hypothetical === null ? null : side(hypothetical),
});

test("what-if figures: more of a wish is better, less is worse, and nothing is said of what has none", () => {
  expect(verdictOf(4, 2, "less")).toBe("better");
  expect(verdictOf(4, 6, "less")).toBe("worse");
  expect(verdictOf(4, 6, "more")).toBe("better");
  expect(verdictOf(4, 2, "more")).toBe("worse");
  expect(verdictOf(4, 4, "less")).toBe("same");
  expect(verdictOf(4, 6, "none")).toBe("other");
  expect(verdictOf(null, 6, "less")).toBe("other");
});

test("what-if figures: only rungs that one of the sides was on have a row", () => {
  const hypothetical: SideView = {
    ...WHAT_IF.actual,
    transitions: 9,
    time_per_rung_ms: {
      ...{ nominal: 3_000_000, smallModel: 0, cpu: 0, cloud: 0, shed: 600_000 },
      detecting: 0,
    },
  };
  const figures = figuresOf({ ...WHAT_IF, hypothetical });
  expect(figures.map(({ key, verdict }) => [key, verdict])).toEqual([
    ["steps", "worse"],
    ["steps_per_hour", "same"],
    ["time.nominal", "worse"],
    ["time.smallModel", "other"],
    ["time.cpu", "other"],
    ["time.shed", "worse"],
    ["local_share", "same"],
    ["vram_limit", "same"],
    ["memory_limit", "same"],
    ["in_time", "better"],
  ]);
  const calm = figuresOf({ ...WHAT_IF, exhaustions: { total: 0, list: [] } });
  expect(calm.map(({ key }) => key)).not.toContain("in_time");
});

test("what-if figures: in time is who was off the resource, or did not run out of it", () => {
  const list = [
    exhaustion(false, true),
    exhaustion(false, null),
    exhaustion(true, false),
    exhaustion(null, false),
    exhaustion(true, true),
    exhaustion(false, false),
  ];
  expect(exhaustionCounts(list)).toEqual({
    total: 6,
    actualInTime: 3,
    hypotheticalInTime: 3,
    avoided: 2,
    added: 2,
  });
});

test("what-if host: another card and more memory, and nothing else, are what the service reads", () => {
  const host = hostWith();
  const present = profileDocumentOf(host, null);
  expect(supposedHost(present, { vramGb: null, memoryGb: null })).toBeNull();
  expect(hostSizes(present)).toEqual({ vramGb: 20, memoryGb: (host.memory.total_mib ?? 0) / 1024 });
  const larger = hostOfProfileDocument(supposedHost(present, { vramGb: 24, memoryGb: 12.34 }));
  expect(larger).toMatchObject({
    memory: { total_mib: 12_636 },
    cpu: host.cpu,
    ollama: { running: null },
    davinci: { installed: null },
  });
  expect(larger === null ? null : largestUsableGpu(larger)?.vram_total_mib).toBe(24_576);
  const bare = hostOfProfileDocument(supposedHost(present, { vramGb: 0, memoryGb: null }));
  expect(bare?.memory.total_mib).toBe(host.memory.total_mib);
  expect(bare === null ? null : largestUsableGpu(bare)).toBeNull();
  expect(hostSizes(profileDocumentOf(hostWith({ gpus: [] }), null)).vramGb).toBe(0);
});
