/**
 * The few lines among the many: entries of some types, in order, a small page at a time.
 *
 * The index of the file has each type in order, so the types are read side by side and merged, and no
 * other line is touched. Asked for together they would all have to be sorted for every page.
 */
import type { EntryType } from "../log/codec.ts";
import type { Entry } from "../log/entry.ts";
import type { LogStore } from "../log/store.ts";

/** Entries of one type that are in memory at a time: about half a millisecond. */
const PAGE_ENTRIES = 100;

/** Which entries; bounds are exclusive. */
export interface TypesRange {
  readonly after: number;
  readonly before: number;
  readonly types: readonly EntryType[];
}

/** All entries of these types in the range, oldest first. */
export function* entriesOfTypes(
  log: Pick<LogStore, "read">,
  { types, ...range }: TypesRange,
): Generator<Entry> {
  const streams = types.map((type) => entriesOfType(log, { ...range, type }));
  const next = streams.map((stream) => stream.next());
  for (;;) {
    let least = -1;
    for (const [place, step] of next.entries()) {
      if (step.done) continue;
      const other = next[least];
      if (other === undefined || other.done || step.value.seq < other.value.seq) least = place;
    }
    const [step, stream] = [next[least], streams[least]];
    if (step === undefined || step.done || stream === undefined) return;
    yield step.value;
    next[least] = stream.next();
  }
}

function* entriesOfType(
  log: Pick<LogStore, "read">,
  { after, before, type }: { after: number; before: number; type: EntryType },
): Generator<Entry> {
  for (let from = after; ; ) {
    const page = log.read({ after: from, before, type, limit: PAGE_ENTRIES });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ENTRIES) return;
    from = last.seq;
  }
}
