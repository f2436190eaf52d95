/**
 * The command line from its first word to its exit code: 0 done, 1 refused or failed, 2 differences.
 *
 * Every error ends here, as one sentence for people or one JSON object for programs, on standard error.
 */
import { CommanderError } from "commander";
import { errorAsJson, RuntimeProfileError } from "../domain/error.ts";
import type { ProgramParts } from "./command.ts";
import { languageOfArguments } from "./language.ts";
import { openOutput } from "./output.ts";
import { createProgram } from "./program.ts";
import { toned } from "./style.ts";
import { cliText } from "./words.ts";

/** Time for what is still under way after the command is done, in ms; then the process ends. */
const LINGER_MS = 500;

const DONE = 0;
const FAILED = 1;

/** Runs the command of these arguments and answers the exit code; never rejects. */
export async function main(argv: readonly string[]): Promise<number> {
  const output = openOutput();
  const language = languageOfArguments(argv, process.env);
  const code = await run(argv, { output, language });
  setTimeout(() => process.exit(code), LINGER_MS).unref();
  return code;
}

async function run(argv: readonly string[], parts: ProgramParts): Promise<number> {
  try {
    await obey(argv, parts);
    await parts.output.finish();
    return DONE;
  } catch (error) {
    sayError(error instanceof CommanderError ? usageError(error) : error, argv, parts);
    return FAILED;
  }
}

async function obey(argv: readonly string[], parts: ProgramParts): Promise<void> {
  try {
    await createProgram(parts).parseAsync(argv, { from: "user" });
  } catch (error) {
    // Commander ends `--help` and `--version` this way too.
    if (!(error instanceof CommanderError && error.exitCode === 0)) throw error;
  }
}

function sayError(
  error: unknown,
  argv: readonly string[],
  { language, output }: ProgramParts,
): void {
  if (argv.includes("--json")) {
    output.note(JSON.stringify({ error: errorAsJson(error) }));
    return;
  }
  const { message } = errorAsJson(error);
  const heading = toned("bad", `${cliText("ERROR", language)}:`, process.stderr);
  output.note(`${heading} ${message}`);
}

/** Commander's message as one sentence: `error: unknown option '--jsn'\n(Did you mean --json?)`. */
function usageError(error: CommanderError): RuntimeProfileError {
  const [first = "", suggestion = ""] = error.message.replace(/^error: /, "").split("\n");
  const sentence = first.charAt(0).toUpperCase() + first.slice(1).replace(/\.$/, "");
  const remedy = /Did you mean (.*)\?\)/.exec(suggestion)?.[1];
  const end =
    remedy === undefined
      ? "runtime-profile --help lists what there is."
      : `did you mean ${remedy}?`;
  return new RuntimeProfileError("RP_USAGE", `${sentence}; ${end}`, { cause: error });
}
