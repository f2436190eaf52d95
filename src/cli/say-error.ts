/** An error on standard error: a sentence for people, one JSON object for programs. */
import type { Language } from "../domain/configuration.ts";
import { errorAsJson } from "../domain/error.ts";
import type { Output } from "./output.ts";
import { toned } from "./style.ts";
import { cliText } from "./words.ts";

/** To whom it is said. */
export interface Listener {
  readonly output: Pick<Output, "note">;
  readonly language: Language;
  readonly isJson: boolean;
}

/** Says the error. */
export function sayError(error: unknown, { output, language, isJson }: Listener): void {
  if (isJson) {
    output.note(JSON.stringify({ error: errorAsJson(error) }));
    return;
  }
  const { message } = errorAsJson(error);
  const heading = toned("bad", `${cliText("ERROR", language)}:`, process.stderr);
  output.note(`${heading} ${message}`);
}
