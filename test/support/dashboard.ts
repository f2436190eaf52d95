/** The dashboard for Grafana as data: its panels, and what its queries ask for. */
import { textOf } from "./pages.ts";

export const DASHBOARD = "docs/grafana/runtime-profile.json";

/** One query of a panel. */
export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat: string;
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly Target[];
}

export interface Dashboard {
  readonly uid: string;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string }[];
  };
}

/** What a query takes from one metric. */
export interface Selector {
  readonly name: string;
  /** Label → the values that are asked for. */
  readonly wanted: Readonly<Record<string, readonly string[]>>;
}

/** The dashboard as it is committed. */
export function dashboard(): Dashboard {
  return JSON.parse(textOf(DASHBOARD)) as Dashboard;
}

/** Every query with the title of its panel. */
export function queriesOf({ panels }: Dashboard): readonly (Target & { readonly title: string })[] {
  return panels.flatMap(({ title, targets = [] }) => targets.map((each) => ({ ...each, title })));
}

/** The selectors of a query; every metric of ours must stand in one. */
export function selectorsIn(expr: string): readonly Selector[] {
  const found = [...expr.matchAll(/\b([a-z_][a-z0-9_]*)\{([^}]*)\}/g)].map(
    ([, name = "", text = ""]) => ({ name, wanted: wantedIn(text) }),
  );
  const bare = expr.match(/\b(?:runtime_profile|process|nodejs)_\w+\b(?!\{)/g);
  if (bare !== null) throw new Error(`no selector after ${bare.join(", ")} in ${expr}`);
  return found;
}

/** Labels by which a query groups, and which its legend shows. */
export function labelsNamedIn({ expr, legendFormat }: Target): readonly string[] {
  const groups = [...expr.matchAll(/\b(?:by|on|group_left) \(([^)]*)\)/g)];
  const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label);
  const listed = groups.flatMap(([, list = ""]) => list.split(","));
  return [...listed.map((label) => label.trim()).filter((label) => label !== ""), ...shown];
}

function wantedIn(text: string): Record<string, readonly string[]> {
  const matchers = [...text.matchAll(/(\w+)(=~|=)"([^"]*)"/g)];
  const whole = matchers.map(([matcher]) => matcher).join(",");
  if (whole !== text) throw new Error(`matchers that cannot be read: ${text}`);
  return Object.fromEntries(
    matchers.map(([, label = "", operator, value = ""]) => [
      label,
      operator === "=~" ? value.split("|") : [value],
    ]),
  );
}
