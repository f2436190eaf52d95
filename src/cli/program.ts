/**
 * The commands and their options, handed to commander; each command's file is loaded when it runs.
 *
 * Here is only grammar: what may be written. What it means is in the command's own file.
 */
import { Command, type Help, type Option } from "commander";
import type { Language } from "../domain/configuration.ts";
import { RuntimeProfileError } from "../domain/error.ts";
import { nearestOf } from "../domain/nearest.ts";
import { PACKAGE_VERSION } from "../domain/version.ts";
import { wholeNumber } from "./arguments.ts";
import { appended, command, contextIn, type ProgramParts } from "./command.ts";
import { type Context, contextOf } from "./context.ts";
import { addChartCommand } from "./program-chart.ts";
import { addDetectCommand, addDoctorCommand } from "./program-doctor.ts";
import { addFitCommand } from "./program-fit.ts";
import { addTransferCommands, addVerifyCommand } from "./program-log.ts";
import { addReplayCommand } from "./program-replay.ts";
import { addSimulateCommand } from "./program-simulate.ts";
import { addWhatIfCommand } from "./program-what-if.ts";
import { widthOf } from "./width.ts";
import { examplesText, type HelpCode, helpText } from "./words-help.ts";

const COUNT_MAX = 1_000_000_000;
const LIMIT_MAX = 1000;

/** The whole command line; parsing runs the command. */
export function createProgram(parts: ProgramParts): Command {
  const say = (code: HelpCode): string => helpText(code, parts.language);
  const program = new Command("runtime-profile");
  program
    .description(say("PROGRAM"))
    .version(PACKAGE_VERSION, "-v, --version", say("VERSION"))
    .option("--lang <zh|en>", say("LANG"))
    .option("--json", say("JSON"))
    .option("--config <file>", say("CONFIG"))
    .option("--data-dir <folder>", say("DATA_DIR"))
    .option("--host <address>", say("HOST"))
    .option("--port <number>", say("PORT"))
    .option("--set <path=value>", say("SET"), appended, [])
    .helpOption("-h, --help", say("HELP"))
    .helpCommand("help [command]", say("HELP_COMMAND"))
    .addHelpText("after", examplesText("PROGRAM", parts.language))
    .allowExcessArguments()
    .configureHelp(helpStyle(parts.language))
    .configureOutput({
      writeOut: (text) => parts.output.line(text.trimEnd()),
      // Errors are thrown, and said once by `main`.
      writeErr: () => {},
    })
    .exitOverride()
    .action(async () => {
      const [unknown] = program.args;
      if (unknown !== undefined) throw unknownCommand(unknown, program);
      await serve(contextOf(program.opts(), parts.output));
    });
  addLookingCommands(program, parts);
  addRecordCommands(program, parts);
  return program;
}

async function serve(context: Context): Promise<void> {
  const { serveCommand } = await import("./serve.ts");
  await serveCommand(context);
}

function addLookingCommands(program: Command, parts: ProgramParts): void {
  const say = (code: HelpCode): string => helpText(code, parts.language);
  command(program, "SERVE", parts).action((_options, self) => serve(contextIn(self, parts)));
  addDetectCommand(program, parts);
  addDoctorCommand(program, parts);
  command(program, "EXPLAIN", parts).action(async (_options, self) => {
    const { explainCommand } = await import("./explain.ts");
    await explainCommand(contextIn(self, parts));
  });
  command(program, "MONITOR", parts)
    .option("-n, --count <number>", say("COUNT"))
    .action(async (options: { count?: string }, self) => {
      const total = wholeNumber("--count", options.count, { min: 1, max: COUNT_MAX });
      const { monitorCommand } = await import("./monitor.ts");
      await monitorCommand(contextIn(self, parts), total);
    });
  addFitCommand(program, parts);
}

interface LogOptions {
  readonly follow?: boolean;
  readonly type: readonly string[];
  readonly limit?: string;
  readonly after?: string;
}

function addRecordCommands(program: Command, parts: ProgramParts): void {
  const say = (code: HelpCode): string => helpText(code, parts.language);
  command(program, "LOG", parts)
    .option("-f, --follow", say("FOLLOW"))
    .option("--type <types>", say("TYPE"), appended, [])
    .option("--limit <number>", say("LIMIT"))
    .option("--after <seq>", say("AFTER"))
    .action(async (options: LogOptions, self) => {
      const request = {
        after: wholeNumber("--after", options.after, { min: 0, max: Number.MAX_SAFE_INTEGER }),
        limit: wholeNumber("--limit", options.limit, { min: 1, max: LIMIT_MAX }),
        types: options.type.flatMap((types) => types.split(",")).filter((type) => type !== ""),
        isFollowing: options.follow === true,
      };
      const { logCommand } = await import("./log.ts");
      await logCommand(contextIn(self, parts), request);
    });
  addReplayCommand(program, parts);
  addVerifyCommand(program, parts);
  addWhatIfCommand(program, parts);
  addSimulateCommand(program, parts);
  addTransferCommands(program, parts);
  addChartCommand(program, parts);
}

/** Commander's own titles and remarks are English; ours stand in their place. */
function helpStyle(language: Language): Partial<Help> {
  const titles: Readonly<Record<string, HelpCode>> = {
    "Usage:": "USAGE",
    "Arguments:": "ARGUMENTS",
    "Options:": "OPTIONS",
    "Global Options:": "GLOBAL_OPTIONS",
    "Commands:": "COMMANDS",
  };
  return {
    showGlobalOptions: true,
    displayWidth: widthOf,
    // An option that a command has under the same name means something else there.
    visibleGlobalOptions: ({ parent, options }) =>
      (parent?.options ?? []).filter(
        (global) => !global.hidden && !options.some(({ long }) => long === global.long),
      ),
    optionDescription: (option: Option) => option.description,
    styleTitle: (title) => {
      const code = titles[title];
      return code === undefined ? title : helpText(code, language);
    },
  };
}

function unknownCommand(word: string, program: Command): RuntimeProfileError {
  const names = program.commands.map((one) => one.name());
  const near = nearestOf(word, names);
  const remedy = near === null ? `the commands are ${names.join(", ")}.` : `did you mean ${near}?`;
  return new RuntimeProfileError(
    "RP_USAGE",
    `Expected a command, got ${JSON.stringify(word)}; ${remedy}`,
    { path: word },
  );
}
