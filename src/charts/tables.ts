/**
 * The chart in tables: every state, event, reason code, guard and transition, as one Markdown page.
 *
 * Pictures leave things out; this page does not. The three GPU tiers have the same transitions, so they
 * share one table, but only where the machine itself says that they are the same.
 */
import { REASON_CODES } from "../domain/reason.ts";
import { TIERS } from "../domain/tier.ts";
import {
  type ChartModel,
  codesOf,
  guardText,
  leavesOf,
  type ModelState,
  type ModelTransition,
  ROOT_PATH,
} from "./chart-model.ts";
import { type ChartWords, reasonSentence, reasonWord, stateWord } from "./chart-words.ts";
import { EVENT_DESCRIPTIONS } from "./event-words.ts";
import { code, tableOf } from "./markdown.ts";
import { isWithin, regionOfPath } from "./paths.ts";

/** Stands for a tier's name where several tiers share a table. */
const ANY_TIER = "TIER";

/** The whole page, with a final newline; `words` fills the columns in two languages. */
export function transitionsPage(model: ChartModel, words: ChartWords | null): string {
  const sections = [
    "# The statechart in tables",
    "This page is generated from the machine itself by `npm run charts`; a test fails when it is out of date. " +
      "The pictures are in [README.md](README.md).",
    section("States", statesTables(model, words)),
    section("Events", eventsTable(model)),
    section("Reason codes", reasonsTable(model, words)),
    section("Guards", guardsTable(model)),
    section("Transitions of the profile", profileTables(model)),
    section("Transitions of the signals", signalTables(model)),
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
  const text =
    "One state of every region holds at any moment. The names are those of a snapshot; " +
    "*start* marks where a region begins.";
  const rows = model.regions.flatMap((region) =>
    leavesOf(model, region).map((state) => [
      code(region),
      code(state.name),
      isStart(state, model) ? "start" : "",
      words === null ? "" : (stateWord(state, { language: "en", words }) ?? state.name),
      words === null ? "" : (stateWord(state, { language: "zh", words }) ?? state.name),
    ]),
  );
  return `${text}\n\n${tableOf(["region", "state", "", "in words", "中文"], rows)}`;
}

function isStart({ path, region }: ModelState, model: ChartModel): boolean {
  return model.states.some((state) => state.path === region && state.initial === path);
}

function eventsTable(model: ChartModel): string {
  const regionsOf = (event: string) => [
    ...new Set(
      model.transitions.flatMap(({ event: each, from, to }) =>
        each === event && to !== null ? [code(regionOfPath(from))] : [],
      ),
    ),
  ];
  const rows = Object.entries(EVENT_DESCRIPTIONS).map(([event, meaning]) => [
    code(event),
    meaning,
    regionsOf(event).join(", "),
  ]);
  return tableOf(["event", "what it means", "moves"], rows);
}

/** Guards with a name of their own; those of single transitions stand beside their transition. */
function guardsTable(model: ChartModel): string {
  const own = new Set(profileTransitions(model).map(({ guard }) => guard));
  const rows = Object.entries(model.guards)
    .filter(([name]) => !own.has(name))
    .map(([name, expression]) => [code(name), guardText(expression)]);
  const text =
    "*usable*: fits this host, and no hard demand forbids it. *wanted*: a soft demand asks for it, and it can be met. " +
    "*comfortable*: usable, and nothing asks for less. *first*: the best comfortable rung.";
  return `${text}\n\n${tableOf(["guard", "holds when"], rows)}`;
}

function profileTables(model: ChartModel): string {
  const text =
    "All on `facts.settled`. In each table the first row whose condition holds is taken; the rows of a rung are tried " +
    "before those between tiers.";
  const all = profileTransitions(model);
  const tiers = tierGroups(all).map(({ names, transitions }) =>
    [`### ${names.map(code).join(", ")}`, transitionTable(transitions, model)].join("\n\n"),
  );
  const between = all.filter(({ from }) => from === "profile");
  const entering = all.filter(({ from }) => from === "profile.detecting");
  return [
    text,
    "### From detecting into a tier",
    transitionTable(entering, model),
    ...tiers,
    "### Between tiers",
    transitionTable(between, model),
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

function transitionTable(transitions: readonly ModelTransition[], model: ChartModel): string {
  const rows = transitions.map(({ from, to, code: reason, guard }) => [
    from === "profile" ? "any" : code(nameOf(from)),
    to === null ? "" : code(nameOf(to)),
    reason === null ? "" : code(reason),
    guard === null ? "always" : code(guard),
    guard === null ? "" : guardTextOf(guard, model),
  ]);
  return tableOf(["from", "to", "code", "guard", "holds when"], rows);
}

function signalTables(model: ChartModel): string {
  const rows = model.transitions
    .filter((each) => !profileTransitions(model).includes(each))
    .map(({ from, to, event, guard, description }) => [
      from === ROOT_PATH ? "any" : code(from),
      to === null ? "stays" : code(to),
      code(event),
      guard === null ? "" : code(guard),
      description,
    ]);
  return tableOf(["from", "to", "event", "guard", "what happened"], rows);
}

function profileTransitions(model: ChartModel): readonly ModelTransition[] {
  return model.transitions.filter(({ code: reason }) => reason !== null);
}

function guardTextOf(name: string, model: ChartModel): string {
  const expression = model.guards[name];
  return expression === undefined ? "" : guardText(expression);
}

function nameOf(path: string): string {
  return path.slice(regionOfPath(path).length + 1);
}

function section(title: string, body: string): string {
  return `## ${title}\n\n${body}`;
}
