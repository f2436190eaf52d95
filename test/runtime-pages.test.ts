/** A search through very many transitions: in small steps, and not for ever. */
import { expect, test } from "vitest";
import type { TransitionOutput } from "../src/domain/output.ts";
import { type EventPage, type EventSearch, logViewOf, searchSteps } from "../src/runtime-pages.ts";
import { bareFile, folderOfTest, logOfTest, record } from "./log-helper.ts";
import { Story } from "./support/stories.ts";

const COPIES = 12_000;

/** A log whose only MANUAL_HOLD lies between many copies of another transition. */
function longLog() {
  const folder = folderOfTest();
  const log = logOfTest(folder);
  const story = new Story();
  story.send({ type: "degrade.requested", rung: "cpu" });
  const [entered, held] = story.outputs.filter(({ type }) => type === "transition");
  for (const output of [entered, held])
    log.append(record({ type: "restore.requested", at: 1000 }, [output as TransitionOutput]));
  const file = bareFile(folder);
  // The search asks no hash, and twelve thousand real steps would take a minute.
  file.exec(`
    WITH RECURSIVE copies (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < ${COPIES})
    INSERT INTO entries
    SELECT 4 + n, kind, type, v, at, mono, boot, cause, actor, data, readings, prev, hash
    FROM entries JOIN copies WHERE type = 'transition' AND seq = 2`);
  return log;
}

function searched(
  log: ReturnType<typeof longLog>,
  search: EventSearch,
): EventPage & { steps: number } {
  const run = searchSteps(log, search);
  for (let steps = 0; ; steps += 1) {
    const step = run.next();
    if (step.done) return { ...step.value, steps };
  }
}

test("search: a rare reason is found over several pages, each of which ends after 5000 transitions", () => {
  const log = longLog();
  expect(logViewOf(log).transitions).toBe(COPIES + 2);
  let before: number | undefined;
  const pages: (readonly number[])[] = [];
  for (;;) {
    const page = searched(log, { code: ["MANUAL_HOLD"], order: "descending", limit: 5, before });
    pages.push(page.events.map(({ seq }) => seq));
    expect(page.steps).toBeLessThanOrEqual(100);
    expect(page.steps).toBeGreaterThan(10);
    if (page.next === null) break;
    before = page.next;
  }
  expect(pages).toEqual([[], [], [4]]);
});

test("search: a page ends when it is full, and goes on where it ended", () => {
  const log = longLog();
  const first = searched(log, { rung: ["nominal"], limit: 70 });
  const second = searched(log, { rung: ["nominal"], limit: 70, after: first.next ?? 0 });
  expect([first.steps, first.events.length]).toEqual([1, 70]);
  const seqs = [...first.events, ...second.events].map(({ seq }) => seq);
  expect(seqs).toEqual([2, ...Array.from({ length: 139 }, (_, index) => 5 + index)]);
});

test("log: an empty one holds nothing", () => {
  const log = logOfTest();
  expect(logViewOf(log)).toEqual({
    host_id: log.hostId,
    ...{ first_seq: null, first_at: null, last_seq: null, last_at: null },
    ...{ entries: 0, readings: 0, transitions: 0 },
    used_bytes: expect.any(Number),
    ...{ readings_from_seq: null, entries_from_seq: null },
  });
});
