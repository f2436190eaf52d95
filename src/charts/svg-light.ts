/**
 * Lights a committed picture: the states that hold now, and the arrow that was taken last. No layout, no
 * parser: the writer (`svg.ts`) promises flat groups with these attributes, and a test holds it to that.
 *
 * A state that has no box of its own lights the box around it that says the least too much: the folded
 * tier, or "any other tier". A state that the picture does not speak of at all lights nothing: one
 * picture shows a region, and a log may come from a version with other names.
 */
import { REGIONS, type State } from "../domain/state.ts";
import { PALETTES } from "./palette.ts";
import { isWithin } from "./paths.ts";

/** Where the last transition of the profile led from and to, as snapshots and the log name it. */
export interface LastStep {
  readonly from: string;
  readonly to: string;
}

/** What holds; `null` = not known, or not to be shown. */
export interface Lighting {
  readonly state: Partial<State> | null;
  readonly edge: LastStep | null;
}

/** The writer escapes ">" in attributes, so a head ends at the first one. */
const GROUP = /<g class="(?:state|edge)"([^>]*)>[\s\S]*?<\/g>/g;

/** The picture with `data-active` on its states and `data-last` on its arrow; unchanged without either. */
export function lightSvg(svg: string, { state, edge }: Lighting): string {
  const groups = [...svg.matchAll(GROUP)].map(groupOf);
  const lit = state === null ? [] : activeOf(state, groups);
  const taken = edge === null ? null : takenOf(edge, groups);
  if (lit.length === 0 && taken === null) return svg;
  const palette = svg.includes('data-theme="dark"') ? PALETTES.dark : PALETTES.light;
  const active = { ...palette.tone.active, mark: "data-active" };
  const last = { fill: palette.last, stroke: palette.last, text: palette.last, mark: "data-last" };
  return svg
    .replace(GROUP, (whole) => {
      if (taken?.whole === whole) return painted(whole, last);
      return lit.some((group) => group.whole === whole) ? painted(whole, active) : whole;
    })
    .replace(' data-legend="active" visibility="hidden"', ' data-legend="active"');
}

interface Group {
  readonly whole: string;
  readonly attributes: ReadonlyMap<string, string>;
}

function groupOf([whole, head = ""]: RegExpExecArray): Group {
  const pairs = [...head.matchAll(/([\w-]+)="([^"]*)"/g)];
  return { whole, attributes: new Map(pairs.map(([, name = "", value = ""]) => [name, value])) };
}

/** Of each region the innermost box that holds its state. */
function activeOf(state: Partial<State>, groups: readonly Group[]): readonly Group[] {
  return REGIONS.flatMap((region) => {
    const path = `${region}.${state[region]}`;
    const around = groups.filter(({ attributes }) => isIn(path, attributes.get("data-state")));
    return longest(around, (group) => group.attributes.get("data-state")?.length ?? 0);
  });
}

/** The arrow between the innermost boxes that hold both ends of the step. */
function takenOf({ from, to }: LastStep, groups: readonly Group[]): Group | null {
  const [source, target] = [`profile.${from}`, `profile.${to}`];
  const fitting = groups.filter(({ attributes }) => {
    const head = attributes.get("data-to");
    // An arrow into a box is a step from outside it.
    return isIn(source, attributes.get("data-from")) && isIn(target, head) && !isIn(source, head);
  });
  const lengthOf = ({ attributes }: Group) =>
    `${attributes.get("data-from")}${attributes.get("data-to")}`.length;
  return longest(fitting, lengthOf)[0] ?? null;
}

function isIn(path: string, around: string | undefined): boolean {
  return around !== undefined && isWithin(path, around);
}

function longest(groups: readonly Group[], lengthOf: (group: Group) => number): readonly Group[] {
  return groups.toSorted((one, other) => lengthOf(other) - lengthOf(one)).slice(0, 1);
}

interface Colours {
  readonly fill: string;
  readonly stroke: string;
  readonly text: string;
  readonly mark: string;
}

/** The first fill, stroke and width are the group's; every other fill with a colour is that of words. */
function painted(whole: string, { fill, stroke, text, mark }: Colours): string {
  const end = whole.indexOf(">");
  const head = whole
    .slice(0, end)
    .replace(/ fill="[^"]*"/, ` fill="${fill}"`)
    .replace(/ stroke="[^"]*"/, ` stroke="${stroke}"`)
    .replace(/ stroke-width="[^"]*"/, ' stroke-width="3"');
  const inside = whole.slice(end).replaceAll(/(<text [^>]*?) fill="[^"]*"/g, `$1 fill="${text}"`);
  return `${head} ${mark}="true"${inside}`;
}
