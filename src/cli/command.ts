/** One command of the grammar: its name, its help, its context. */
import type { Command } from "commander";
import type { Language } from "../domain/configuration.ts";
import type { GlobalFlags } from "./configuration-load.ts";
import { type Context, contextOf } from "./context.ts";
import type { EXAMPLES } from "./help-examples.ts";
import type { Output } from "./output.ts";
import { examplesText, type HelpCode, helpText } from "./words-help.ts";

/** What the grammar needs to say anything. */
export interface ProgramParts {
  readonly output: Output;
  /** For help; the commands' own language comes from the whole configuration. */
  readonly language: Language;
  /** Told when a command that did its work ends with another exit code than 0. */
  readonly onExitCode?: (code: number) => void;
}

/** Adds a command whose name is its code in small letters, with help and examples. */
export function command(program: Command, code: keyof typeof EXAMPLES, parts: ProgramParts) {
  const { language } = parts;
  return program
    .command(code.toLowerCase().replaceAll("_", "-"))
    .description(helpText(code as HelpCode, language))
    .helpOption("-h, --help", helpText("HELP", language))
    .addHelpText("after", examplesText(code, language))
    .allowExcessArguments(false);
}

/** The context of a command; flags named in `own` mean something else there, and are left out. */
export function contextIn(
  self: Command,
  { output }: ProgramParts,
  own: readonly (keyof GlobalFlags)[] = [],
): Context {
  const flags = Object.entries(self.optsWithGlobals<GlobalFlags>());
  const common = flags.filter(([name]) => !own.some((each) => each === name));
  return contextOf(Object.fromEntries(common), output);
}

/** Collects an option that may be repeated. */
export function appended(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}
