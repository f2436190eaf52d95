/** The grammar of the commands that question the log or carry it elsewhere: verify, export, import. */
import type { Command } from "commander";
import { wholeNumber } from "./arguments.ts";
import { command, contextIn, type ProgramParts } from "./command.ts";
import { type HelpCode, helpText } from "./words-help.ts";

interface VerifyFlags {
  readonly anchor?: string;
  readonly writeAnchor?: string;
}

interface ExportFlags {
  readonly format?: string;
  readonly out?: string;
  readonly after?: string;
  readonly withNames?: boolean;
}

/** Adds `verify`. */
export function addVerifyCommand(program: Command, parts: ProgramParts): void {
  const say = (code: HelpCode): string => helpText(code, parts.language);
  command(program, "VERIFY", parts)
    .option("--anchor <file>", say("ANCHOR"))
    .option("--write-anchor <file>", say("WRITE_ANCHOR"))
    .action(async (options: VerifyFlags, self: Command) => {
      const { anchor = null, writeAnchor = null } = options;
      const { verifyCommand } = await import("./verify.ts");
      parts.onExitCode?.(await verifyCommand(contextIn(self, parts), { anchor, writeAnchor }));
    });
}

/** Adds `export` and `import`. */
export function addTransferCommands(program: Command, parts: ProgramParts): void {
  const say = (code: HelpCode): string => helpText(code, parts.language);
  command(program, "EXPORT", parts)
    .option("--format <form>", say("EXPORT_FORMAT"))
    .option("--out <file>", say("OUT"))
    .option("--after <seq>", say("EXPORT_AFTER"))
    .option("--with-names", say("WITH_NAMES"))
    .action(async (options: ExportFlags, self: Command) => {
      const { format = null, out = null, withNames = false } = options;
      const range = { min: 0, max: Number.MAX_SAFE_INTEGER };
      const after = wholeNumber("--after", options.after, range) ?? 0;
      const { exportCommand } = await import("./export.ts");
      await exportCommand(contextIn(self, parts), { format, out, after, isWithNames: withNames });
    });
  command(program, "IMPORT", parts)
    .argument("<file>", say("FILE"))
    .action(async (file: string, _options, self: Command) => {
      const { importCommand } = await import("./import.ts");
      parts.onExitCode?.(await importCommand(contextIn(self, parts), file));
    });
}
