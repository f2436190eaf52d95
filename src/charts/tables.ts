/**
 * The chart in tables: every state, event, reason code, guard and transition, as one Markdown page.
 *
 * Pictures leave things out; this page does not. The three GPU tiers have the same transitions, so they
 * share one table, but only where the machine itself says that they are the same.
 */
import type { Language } from "../domain/configuration.ts";
import { REASON_CODES } from "../domain/reason.ts";
import { TIERS } from "../domain/tier.ts";
import type { ChartEventType } from "../machines/chart.ts";
import {
  type ChartModel,
  codesOf,
  type ModelState,
  type ModelTransition,
  ROOT_PATH,
} from "./chart-model.ts";
import {
  type ChartWords,
  reasonSentence,
  reasonWord,
  regionWord,
  stateText,
} from "./chart-words.ts";
import { EVENT_DESCRIPTIONS } from "./event-words.ts";
import { guardText } from "./guard-text.ts";
import { code, tableOf } from "./markdown.ts";
import { isWithin, regionOfPath } from "./paths.ts";

/** Stands for a tier's name where several tiers share a table. */
const ANY_TIER = "TIER";
const EVENTS = Object.keys(EVENT_DESCRIPTIONS.en) as readonly ChartEventType[];

/** The whole page, with a final newline; `words` fills the columns in two languages. */
export function transitionsPage(model: ChartModel, words: ChartWords | null): string {
  const sections = [
    "# The statechart in tables",
    "This page is generated from the machine itself by `npm run charts`; a test fails when it is out of date. " +
      "The pictures are in [README.md](README.md).",
    section("States", statesTables(model, words)),
    section("Events", eventsTable(model, words)),
    section("Reason codes", reasonsTable(model, words)),
    section("Guards", guardsTable(model, words)),
    section("Transitions of the profile", profileTables(model, words)),
    section("Transitions of the signals", signalTables(model, words)),
  ];
  return `${sections.join("\n\n")}\n`;
}

/** Every reason code with what the pictures call it and its sentence, in both languages. */
export function reasonsTable(model: ChartModel, words: ChartWords | null): string {
  const en = { language: "en", words } as const;
  const zh = { language: "zh", words } as const;
  const descriptions = new Map(model.transitions.map((each) => [each.code, each.description]));
  const used = codesOf(model.transitions);
  return tableOf(
    ["code", "the chart says", "people read", "in the Chinese pictures", "中文"],
    REASON_CODES.filter((each) => used.includes(each)).map((each) => {
      const description = descriptions.get(each) ?? "";
      return [
        code(each),
        description,
        reasonSentence(each, en, description),
        words === null ? "" : reasonWord(each, zh),
        words === null ? "" : reasonSentence(each, zh, description),
      ];
    }),
  );
}

function statesTables(model: ChartModel, words: ChartWords | null): string {
  const regions = model.states
    .filter(({ parent }) => parent === null)
    .map(({ region }) => [
      code(region),
      regionWord(region, { language: "en", words }) ?? region,
      words === null ? "" : (regionWord(region, { language: "zh", words }) ?? region),
    ]);
  const text =
    "One innermost state of every region holds at any moment. The names are those of a snapshot; " +
    "*start* marks where a region begins, *holds others* a state that is only a box around others.";
  const rows = model.states
    .filter(({ parent }) => parent !== null)
    .map((state) => [
      code(state.region),
      code(state.name),
      isStart(state, model) ? "start" : state.initial === null ? "" : "holds others",
      words === null ? "" : stateText(state, { language: "en", words }),
      words === null ? "" : stateText(state, { language: "zh", words }),
    ]);
  return [
    tableOf(["region", "in words", "中文"], regions),
    text,
    tableOf(["region", "state", "", "in words", "中文"], rows),
  ].join("\n\n");
}

function isStart({ path, region }: ModelState, model: ChartModel): boolean {
  return model.states.some((state) => state.path === region && state.initial === path);
}

function eventsTable(model: ChartModel, words: ChartWords | null): string {
  const regionsOf = (event: string) => [
    ...new Set(
      model.transitions.flatMap(({ event: each, from, to }) =>
        each === event && to !== null ? [code(regionOfPath(from))] : [],
      ),
    ),
  ];
  const rows = EVENTS.map((event) => [
    code(event),
    EVENT_DESCRIPTIONS.en[event],
    words === null ? "" : EVENT_DESCRIPTIONS.zh[event],
    regionsOf(event).join(", "),
  ]);
  return tableOf(["event", "what it means", "中文", "moves"], rows);
}

/** Guards with a name of their own; those of single transitions stand beside their transition. */
function guardsTable(model: ChartModel, words: ChartWords | null): string {
  const own = new Set(profileTransitions(model).map(({ guard }) => guard));
  const rows = Object.entries(model.guards)
    .filter(([name]) => !own.has(name))
    .map(([name, expression]) => [
      code(name),
      guardText(expression, "en"),
      words === null ? "" : guardText(expression, "zh"),
    ]);
  const text =
    "*usable*: fits this host, and no hard demand forbids it. *wanted*: a soft demand asks for it, and it can be met. " +
    "*comfortable*: usable, and nothing asks for less. *first*: the best comfortable rung.";
  return `${text}\n\n${tableOf(["guard", "holds when", "中文"], rows)}`;
}

function profileTables(model: ChartModel, words: ChartWords | null): string {
  const text =
    "All on `facts.settled`. In each table the first row whose condition holds is taken; the rows of a rung are tried " +
    "before those between tiers.";
  const all = profileTransitions(model);
  const tiers = tierGroups(all).map(({ names, transitions }) =>
    [`### ${names.map(code).join(", ")}`, transitionTable(transitions, { model, words })].join(
      "\n\n",
    ),
  );
  const between = all.filter(({ from }) => from === "profile");
  const entering = all.filter(({ from }) => from === "profile.detecting");
  return [
    text,
    "### From detecting into a tier",
    transitionTable(entering, { model, words }),
    ...tiers,
    "### Between tiers",
    transitionTable(between, { model, words }),
  ].join("\n\n");
}

interface TierGroup {
  readonly names: readonly string[];
  readonly transitions: readonly ModelTransition[];
}

/** Tiers whose transitions differ in nothing but the tier's name share one group. */
function tierGroups(all: readonly ModelTransition[]): readonly TierGroup[] {
  const groups = new Map<string, { names: string[]; transitions: readonly ModelTransition[] }>();
  for (const tier of TIERS) {
    const own = all.filter(({ from }) => isWithin(from, `profile.${tier}`));
    const anonymous = own.map((each) => ({
      ...each,
      from: each.from.replace(tier, ANY_TIER),
      to: each.to?.replace(tier, ANY_TIER) ?? null,
    }));
    const key = JSON.stringify(anonymous);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { names: [tier], transitions: anonymous });
    else group.names.push(tier);
  }
  return [...groups.values()].map(({ names, transitions }) =>
    names.length > 1 ? { names, transitions } : { names, transitions: renamed(transitions, names) },
  );
}

function renamed(
  transitions: readonly ModelTransition[],
  [tier]: readonly string[],
): readonly ModelTransition[] {
  const back = (path: string) => path.replace(ANY_TIER, tier as string);
  return transitions.map((each) => ({
    ...each,
    from: back(each.from),
    to: each.to === null ? null : back(each.to),
  }));
}

interface TableGrounds {
  readonly model: ChartModel;
  readonly words: ChartWords | null;
}

function transitionTable(
  transitions: readonly ModelTransition[],
  { model, words }: TableGrounds,
): string {
  const rows = transitions.map(({ from, to, code: reason, guard }) => [
    from === "profile" ? "any" : code(nameOf(from)),
    to === null ? "" : code(nameOf(to)),
    reason === null ? "" : code(reason),
    guard === null ? "always" : code(guard),
    guardTextOf(guard, model, "en"),
    words === null ? "" : guardTextOf(guard, model, "zh"),
  ]);
  return tableOf(["from", "to", "code", "guard", "holds when", "中文"], rows);
}

function signalTables(model: ChartModel, words: ChartWords | null): string {
  const rows = model.transitions
    .filter((each) => !profileTransitions(model).includes(each))
    .map(({ from, to, event, guard, description }) => [
      from === ROOT_PATH ? "any" : code(from),
      to === null ? "stays" : code(to),
      code(event),
      guard === null ? "" : code(guard),
      description,
      words === null ? "" : guardTextOf(guard, model, "zh") || EVENT_DESCRIPTIONS.zh[event],
    ]);
  return tableOf(["from", "to", "event", "guard", "what happened", "中文"], rows);
}

function profileTransitions(model: ChartModel): readonly ModelTransition[] {
  return model.transitions.filter(({ code: reason }) => reason !== null);
}

function guardTextOf(name: string | null, model: ChartModel, language: Language): string {
  const expression = name === null ? undefined : model.guards[name];
  return expression === undefined ? "" : guardText(expression, language);
}

function nameOf(path: string): string {
  return path.slice(regionOfPath(path).length + 1);
}

function section(title: string, body: string): string {
  return `## ${title}\n\n${body}`;
}
