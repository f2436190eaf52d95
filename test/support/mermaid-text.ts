/**
 * Reads the Mermaid text that the pictures are written in, strictly: anything it does not know is an
 * error. It stands in for the renderer, which needs a browser.
 */

export interface ReadState {
  readonly id: string;
  readonly label: string;
  readonly parent: string | null;
  isComposite: boolean;
}

export interface ReadEdge {
  readonly from: string;
  readonly to: string;
  readonly label: readonly string[];
  /** The box in which the arrow is written. */
  readonly scope: string | null;
  /** True when a box inside the scope had been opened before the arrow. */
  readonly isLate: boolean;
}

export interface ReadPicture {
  readonly title: string;
  readonly states: ReadonlyMap<string, ReadState>;
  readonly edges: readonly ReadEdge[];
  readonly starts: readonly string[];
  readonly classes: ReadonlyMap<string, readonly string[]>;
}

interface Reader {
  readonly states: Map<string, ReadState>;
  readonly edges: ReadEdge[];
  readonly starts: string[];
  readonly classes: Map<string, readonly string[]>;
  readonly styles: Set<string>;
  readonly open: { readonly id: string | null; hasBoxes: boolean }[];
}

export function readMermaid(text: string): ReadPicture {
  const [fence, title, closing, kind, ...lines] = text.trimEnd().split("\n");
  if (fence !== "---" || closing !== "---" || kind !== "stateDiagram-v2") {
    throw new Error(`not a state diagram: ${text.slice(0, 80)}`);
  }
  const reader: Reader = {
    states: new Map(),
    edges: [],
    starts: [],
    classes: new Map(),
    styles: new Set(),
    open: [{ id: null, hasBoxes: false }],
  };
  for (const line of lines) readLine(line.trim(), reader);
  if (reader.open.length !== 1) throw new Error("a box is not closed");
  const { states, edges, starts, classes } = reader;
  return {
    title: JSON.parse((title as string).replace("title: ", "")),
    states,
    edges,
    starts,
    classes,
  };
}

function readLine(line: string, reader: Reader): void {
  const scope = reader.open.at(-1) as { id: string | null; hasBoxes: boolean };
  const state = line.match(/^state "([^"<>]*(?:<br\/>[^"<>]*)*)" as (\w+)( \{)?$/);
  if (state !== null) {
    const [, label, id, brace] = state as unknown as [string, string, string, string | undefined];
    if (reader.states.has(id)) throw new Error(`${id} is declared twice`);
    reader.states.set(id, { id, label, parent: scope.id, isComposite: brace !== undefined });
    if (brace === undefined) return;
    scope.hasBoxes = true;
    reader.open.push({ id, hasBoxes: false });
    return;
  }
  const edge = line.match(/^(\w+) --> (\w+)(?: : ([^:;#"]+))?$/);
  if (edge !== null) {
    const [, from, to, label] = edge as unknown as [string, string, string, string | undefined];
    const lines = label?.split("<br/>") ?? [];
    reader.edges.push({ from, to, label: lines, scope: scope.id, isLate: scope.hasBoxes });
    return;
  }
  if (line === "}") return void reader.open.pop();
  const start = line.match(/^\[\*\] --> (\w+)$/);
  if (start !== null) return void reader.starts.push(start[1] as string);
  const style = line.match(/^classDef (\w+) [a-z-]+:[^;]+$/);
  if (style !== null) return void reader.styles.add(style[1] as string);
  const use = line.match(/^class ([\w,]+) (\w+)$/);
  if (use !== null && reader.styles.has(use[2] as string)) {
    return void reader.classes.set(use[2] as string, (use[1] as string).split(","));
  }
  if (!/^direction (LR|TB)$/.test(line)) throw new Error(`not understood: ${line}`);
}
