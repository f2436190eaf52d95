/**
 * As much XML as `nvidia-smi -q -x` needs: elements and their text, as a tree.
 *
 * Attributes, comments, the declaration and the document type are skipped; entities stay as they are,
 * for only numbers and names are read. Broken, too deep or too large a text gives `null`: half a tree
 * would make a part of a card look like the card. Rejected: searching with patterns (the first memory
 * in the text belongs to a part of the card), and a parser from outside (this is all we need).
 */

/** One element. */
export interface XmlElement {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlElement[];
}

const MAX_ELEMENTS = 100_000;
const MAX_DEPTH = 32;
const SKIPPED = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<![^>]*>/g;
const TAG = /<(\/?)([A-Za-z_][\w.-]*)((?:\s[^<>]*?)?)(\/?)>/g;

interface Open {
  readonly name: string;
  text: string;
  readonly children: XmlElement[];
}

/** The outermost element; `null` when the text is not one whole element. */
export function xmlTreeOf(text: string): XmlElement | null {
  const plain = text.replace(SKIPPED, "");
  const root: Open = { name: "", text: "", children: [] };
  const path: Open[] = [root];
  let position = 0;
  let count = 0;
  for (const match of plain.matchAll(TAG)) {
    const current = path.at(-1);
    const [whole, isClosing, name = "", , isEmpty] = match;
    if (current === undefined) return null;
    current.text += plain.slice(position, match.index);
    position = match.index + whole.length;
    if (isClosing === "/") {
      if (current.name !== name || path.length === 1) return null;
      path.pop();
      continue;
    }
    count += 1;
    if (count > MAX_ELEMENTS || path.length > MAX_DEPTH) return null;
    const opened: Open = { name, text: "", children: [] };
    current.children.push(opened);
    if (isEmpty !== "/") path.push(opened);
  }
  const [only] = root.children;
  return path.length === 1 && root.children.length === 1 && only !== undefined ? only : null;
}

/** The direct children of this name. */
export function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** The trimmed text at a path of direct children; `null` when there is no such element. */
export function textAt(element: XmlElement, ...names: readonly string[]): string | null {
  let current: XmlElement | undefined = element;
  for (const name of names) current = current && childrenOf(current, name)[0];
  return current === undefined ? null : current.text.trim();
}
