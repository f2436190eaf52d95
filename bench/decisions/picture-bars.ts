/** Bars over all closed-loop scenarios on a card: flaps, out-of-memory failures, time with a model. */
import type { PictureWords } from "./picture-words.ts";
import type { ClosedGroup } from "./results.ts";
import { flapsOf } from "./tables.ts";

const ROW = 22;
const NAME_WIDTH = 140;
const GAP = 24;
const VALUE_WIDTH = 44;

interface Total {
  readonly controller: string;
  readonly hours: number;
  readonly flapsAnHour: number;
  readonly outOfMemory: number;
  readonly localPercent: number;
}

/** How high the bars are for so many controllers. */
export function barsHeight(controllers: number): number {
  return 60 + controllers * ROW;
}

function totalOf(groups: readonly ClosedGroup[], controller: string): Total {
  const results = groups.flatMap((group) =>
    group.results.filter((each) => each.controller === controller),
  );
  const sum = (part: (each: (typeof results)[number]) => number) =>
    results.reduce((total, each) => total + part(each), 0);
  const hours = sum((each) => each.hours);
  return {
    controller,
    hours,
    flapsAnHour: sum(({ switches }) => flapsOf(switches)) / hours,
    outOfMemory: sum((each) => each.outOfMemory),
    localPercent: (100 * sum((each) => each.localShare * each.hours)) / hours,
  };
}

/** Three sets of bars beside each other. */
export function barsOf(
  groups: readonly ClosedGroup[],
  { controllers, words }: { readonly controllers: readonly string[]; readonly words: PictureWords },
  { x, y, width }: { readonly x: number; readonly y: number; readonly width: number },
): string {
  const totals = controllers.map((each) => totalOf(groups, each));
  const setWidth = (width - NAME_WIDTH - 3 * GAP) / 3;
  const names = totals.map(
    ({ controller }, row) =>
      `<text class="${row === 0 ? "strong" : "name"}" x="${x}" y="${y + 60 + row * ROW}">${words.controllers[controller] ?? controller}</text>`,
  );
  const sets = [
    { title: words.bars.flaps, of: (each: Total) => each.flapsAnHour, digits: 1 },
    { title: words.bars.outOfMemory, of: (each: Total) => each.outOfMemory, digits: 0 },
    { title: words.bars.local, of: (each: Total) => each.localPercent, digits: 0 },
  ].map(({ title, of, digits }, index) => {
    const left = x + NAME_WIDTH + GAP + index * (setWidth + GAP);
    const most = Math.max(...totals.map(of));
    const bars = totals.map((each, row) => {
      const length = most === 0 ? 0 : ((setWidth - VALUE_WIDTH) * of(each)) / most;
      const top = y + 48 + row * ROW;
      const kind = row === 0 ? "bar-ours" : "bar";
      return `<rect class="${kind}" x="${left}" y="${top}" width="${Math.max(1, length).toFixed(1)}" height="14"/><text class="value" x="${(left + length + 6).toFixed(1)}" y="${top + 12}">${of(each).toFixed(digits)}</text>`;
    });
    return `<text class="small-title" x="${left}" y="${y + 34}">${title}</text>${bars.join("\n")}`;
  });
  const hours = (totals[0]?.hours ?? 0).toFixed(0);
  return [
    `<text class="panel-title" x="${x}" y="${y + 8}">${words.barsTitle(hours)}</text>`,
    ...names,
    ...sets,
  ].join("\n");
}
