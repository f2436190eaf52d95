/** The plain functions behind the page's view of the log. */
import { expect, test } from "vitest";
import type { Reason } from "../src/domain/reason.ts";
import type { ExplainedEntry } from "../web/src/api.ts";
import {
  addressQueryOf,
  fieldOf,
  filterOf,
  isNarrow,
  momentOfField,
  NO_FILTER,
  questionOf,
  SHOWN_TYPES,
  toggled,
} from "../web/src/log-filter.ts";
import {
  isThin,
  NO_ROWS,
  newestSeq,
  PAGE,
  QUESTIONS_MAX,
  ROWS_MAX,
  withNewer,
  withOlder,
  withWaiting,
} from "../web/src/log-pages.ts";
import { recordLines, refusedLines } from "../web/src/log-record.ts";

test("log filter: an address becomes a filter and the same address again", () => {
  const filter = filterOf(
    new URLSearchParams(
      "code=VRAM_TIGHT,VRAM_EXHAUSTED&tier=LOCAL_GPU_MID&rung=cpu&since=2026-01-02T03:04:00Z&until=-5m",
    ),
  );
  expect(filter).toEqual({
    code: ["VRAM_TIGHT", "VRAM_EXHAUSTED"],
    tier: ["LOCAL_GPU_MID"],
    rung: ["cpu"],
    since: "2026-01-02T03:04:00.000Z",
    until: "-5m",
    all: false,
  });
  const kept = Object.entries(addressQueryOf(filter)).filter(([, value]) => value) as [
    string,
    string,
  ][];
  expect(filterOf(new URLSearchParams(kept))).toEqual(filter);
});

test("log filter: what nobody knows is left out, and repeated values count together", () => {
  const query = new URLSearchParams(
    "code=NONSENSE&code=RECOVERED&rung=attic&since=yesterday&until=-5x",
  );
  expect(filterOf(query)).toEqual({ ...NO_FILTER, code: ["RECOVERED"] });
});

test("log filter: all entries and a reason exclude each other", () => {
  expect(filterOf(new URLSearchParams("all=1"))).toEqual({ ...NO_FILTER, all: true });
  expect(filterOf(new URLSearchParams("all=1&rung=cpu")).all).toBe(false);
});

test("log filter: the question asks for steps, or for everything but readings", () => {
  expect(questionOf(NO_FILTER)["type"]).toEqual(["transition"]);
  expect(questionOf({ ...NO_FILTER, all: true })["type"]).toEqual(SHOWN_TYPES);
  expect(SHOWN_TYPES).not.toContain("reading");
});

test("log filter: it is narrow as soon as something is left out", () => {
  expect(isNarrow(NO_FILTER)).toBe(false);
  expect(isNarrow({ ...NO_FILTER, all: true })).toBe(false);
  expect(isNarrow({ ...NO_FILTER, rung: ["cpu"] })).toBe(true);
  expect(isNarrow({ ...NO_FILTER, until: "-5m" })).toBe(true);
});

test("log filter: a choice goes in and out and keeps the order of the list", () => {
  const known = ["a", "b", "c"] as const;
  expect(toggled(["c"], "a", known)).toEqual(["a", "c"]);
  expect(toggled(["a", "c"], "a", known)).toEqual(["c"]);
});

test("log filter: a field's minute begins a stretch, and is whole at its end", () => {
  const since = momentOfField("2026-01-02T03:04", "since");
  const until = momentOfField("2026-01-02T03:04", "until");
  expect(Date.parse(until ?? "") - Date.parse(since ?? "")).toBe(59_999);
  expect([fieldOf(since), fieldOf(until)]).toEqual(["2026-01-02T03:04", "2026-01-02T03:04"]);
  expect([momentOfField("", "since"), fieldOf("-2h"), fieldOf(null)]).toEqual([null, "", ""]);
});

function entries(...seqs: number[]): ExplainedEntry[] {
  return seqs.map((seq) => ({ seq }) as ExplainedEntry);
}
const seqsOf = (list: readonly ExplainedEntry[]) => list.map(({ seq }) => seq);

test("log rows: older pages come below, and nothing comes twice", () => {
  const first = withOlder(NO_ROWS, { events: entries(9, 8, 7), next: 7 });
  const second = withOlder(first, { events: entries(7, 6, 5), next: null });
  expect([seqsOf(second.shown), second.next]).toEqual([[9, 8, 7, 6, 5], null]);
});

test("log rows: new entries wait, or stand on top at once", () => {
  const rows = withOlder(NO_ROWS, { events: entries(3, 2), next: null });
  const waiting = withNewer(rows, entries(3, 4, 5), false);
  expect([seqsOf(waiting.shown), seqsOf(waiting.waiting)]).toEqual([
    [3, 2],
    [5, 4],
  ]);
  expect(newestSeq(waiting)).toBe(5);
  expect(seqsOf(withWaiting(waiting).shown)).toEqual([5, 4, 3, 2]);
  const atOnce = withNewer(waiting, entries(6), true);
  expect([seqsOf(atOnce.shown), atOnce.waiting]).toEqual([[6, 5, 4, 3, 2], []]);
});

test("log rows: they are bounded, and what falls off can be loaded again", () => {
  const seqs = Array.from({ length: ROWS_MAX + 10 }, (_, index) => 2000 - index);
  const full = withOlder(NO_ROWS, { events: entries(...seqs), next: null });
  expect(full.shown.length).toBe(ROWS_MAX);
  const more = withNewer(full, entries(2001, 2002), true);
  expect([more.shown.length, more.shown[0]?.seq]).toEqual([ROWS_MAX, 2002]);
  expect(more.next).toBe(more.shown.at(-1)?.seq);
});

test("log rows: a search that answers early is asked on, but not for ever", () => {
  const page = { events: [], next: 100 };
  expect(isThin(0, page, 1)).toBe(true);
  expect(isThin(PAGE, page, 1)).toBe(false);
  expect(isThin(0, { ...page, next: null }, 1)).toBe(false);
  expect(isThin(0, page, QUESTIONS_MAX)).toBe(false);
});

const TIGHT: Reason = {
  code: "VRAM_TIGHT",
  region: "vram",
  signal: "vram.used",
  value: 0.8642578125,
  unit: "fraction",
  threshold: 0.85,
  level: "soft",
  sustained_ms: 10_000,
  required_ms: 10_000,
  reading_age_ms: 250,
  estimated: true,
  from: "LOCAL_GPU_MID.nominal",
  to: "LOCAL_GPU_MID.degraded.smallModel",
  demanded_by: ["vram"],
  refused: { nominal: "VRAM_TIGHT" },
  dwell: { served_ms: 0, required_ms: 120_000, factor: 2 },
  return_test: null,
};

function told(reason: Reason, language: "en" | "zh"): string[] {
  return recordLines(reason, language).map(({ name, text }) => `${name[language]}: ${text}`);
}

test("reason record: a step down says what was measured against what, and for how long", () => {
  expect(told(TIGHT, "en")).toEqual([
    "Measured: GPU memory used 86.4% · against 85%",
    "Kind: soft: counts after its grace period",
    "Lasted: 10 s of 10 s required",
    "Demanded by: GPU memory",
    "Age of the reading: 0.3 s",
    "Source: derived, not measured itself",
    "Occasion: a reading",
  ]);
  expect(told(TIGHT, "zh")[0]).toBe("测量值: 显存已用 86.4% · 界限 85%");
});

test("reason record: a step up says its dwell, its back-off and the arithmetic of its room", () => {
  const lines = told(
    {
      ...TIGHT,
      code: "RECOVERED",
      level: "exit",
      demanded_by: [],
      dwell: { served_ms: 240_000, required_ms: 240_000, factor: 4 },
      return_test: { others_peak_mib: 4000, footprint_mib: 2048, limit_mib: 17_408 },
    },
    "en",
  );
  expect(lines).toContain("Dwell: 4 min of 4 min required · back-off × 4");
  expect(lines).toContain(
    "Return test: others' peak 3.9 GB + need 2.0 GB = 5.9 GB ≤ limit 17.0 GB",
  );
  expect(lines.join("\n")).not.toContain("Lasted");
});

test("reason record: a hold by hand tells who asked for what, and claims no measurement", () => {
  const hold = told(
    {
      ...TIGHT,
      code: "MANUAL_HOLD",
      signal: "hold",
      value: null,
      unit: null,
      threshold: null,
      sustained_ms: 0,
      required_ms: 0,
      reading_age_ms: null,
      demanded_by: ["hold"],
      occasion: { input: "degrade.requested", held: "cpu", said: "final cut" },
    },
    "en",
  );
  expect(hold).toEqual([
    "Signal: The hold by hand",
    "Demanded by: manual hold",
    "Occasion: a request to step down · asked for CPU · reason given: final cut",
  ]);
});

test("reason record: better rungs come with what spoke against them, best first", () => {
  const reason: Reason = {
    ...TIGHT,
    to: "LOCAL_GPU_MID.degraded.cpu",
    refused: { smallModel: "VRAM_EXHAUSTED", nominal: "VRAM_TIGHT" },
  };
  expect(refusedLines(reason, "en").map(({ name, why }) => `${name}: ${why}`)).toEqual([
    "GPU (nominal): GPU memory is tight",
    "small model on the GPU: GPU memory is almost used up",
  ]);
});
