/** Reads XML strictly: anything that is not well formed is an error. No DTD, no CDATA; nobody here writes them. */

export interface ReadElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly parent: ReadElement | null;
  /** The text directly inside, entities resolved. */
  text: string;
}

/** Every element in the order of the text, the root first. */
export interface ReadXml {
  readonly root: ReadElement;
  readonly elements: readonly ReadElement[];
}

const NAME = "[A-Za-z_][\\w:.-]*";
const TOKEN = new RegExp(
  `<!--(?:(?!--)[\\s\\S])*-->|<\\?xml [^?]*\\?>|</(${NAME})\\s*>|<(${NAME})((?:\\s+${NAME}="[^"<]*")*)\\s*(/?)>|([^<>]+)`,
  "y",
);

/** Throws at the first thing that is not XML. */
export function readXml(text: string): ReadXml {
  const elements: ReadElement[] = [];
  const open: ReadElement[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    const token = TOKEN.exec(text);
    if (token === null) throw new Error(`not XML at ${at}: ${text.slice(at, at + 60)}`);
    const [, closing, opening, attributes = "", isEmpty, words] = token;
    const around = open.at(-1) ?? null;
    if (closing !== undefined && open.pop()?.name !== closing) {
      throw new Error(`</${closing}> closes <${around?.name}>`);
    }
    if (words !== undefined) {
      if (around !== null) around.text += resolved(words);
      else if (words.trim() !== "") throw new Error(`text outside the root: ${words}`);
    }
    if (opening === undefined) continue;
    if (around === null && elements.length > 0) throw new Error("two roots");
    const element = {
      name: opening,
      attributes: attributesOf(attributes),
      parent: around,
      text: "",
    };
    elements.push(element);
    if (isEmpty !== "/") open.push(element);
  }
  const [root] = elements;
  if (root === undefined || open.length > 0)
    throw new Error(`<${open.at(-1)?.name}> is not closed`);
  return { root, elements };
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  const pairs = [...text.matchAll(/([\w:.-]+)="([^"]*)"/g)];
  const attributes = new Map(pairs.map(([, name = "", value = ""]) => [name, resolved(value)]));
  if (attributes.size !== pairs.length) throw new Error(`an attribute twice: ${text}`);
  return attributes;
}

function resolved(text: string): string {
  return text.replace(/&(?:#(\d+)|(amp|lt|gt|quot|apos));|&/g, (entity, code, name) => {
    if (code !== undefined) return String.fromCodePoint(Number(code));
    const named = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }[String(name)];
    if (named === undefined) throw new Error(`an unknown entity: ${entity}`);
    return named;
  });
}
