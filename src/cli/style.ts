/** Colour, in this file alone: none when the output is no terminal or `NO_COLOR` is set. */
import { styleText } from "node:util";

/** What a piece of text is, rather than how it looks. */
export type Tone = "heading" | "good" | "warning" | "bad" | "faint";

const FORMATS = {
  heading: "bold",
  good: "green",
  warning: "yellow",
  bad: "red",
  faint: "dim",
} as const;

/** The text in its tone, for the stream it will be written to. */
export function toned(tone: Tone, text: string, stream: NodeJS.WriteStream): string {
  return text === "" ? text : styleText(FORMATS[tone], text, { stream });
}
