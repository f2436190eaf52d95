/** The grammar of the commands that question the log or carry it elsewhere: verify, export, import. */
import type { Command } from "commander";
import { wholeNumber } from "./arguments.ts";
import type { Context } from "./context.ts";
import type { HelpCode } from "./words-help.ts";

/** How a command is added, what its texts and its context are, and how it ends. */
export interface LogGrammar {
  readonly command: (code: "VERIFY" | "EXPORT" | "IMPORT") => Command;
  readonly say: (code: HelpCode) => string;
  readonly contextIn: (self: Command) => Context;
  readonly endWith: (exitCode: number) => void;
}

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

/** Adds them in the order of the help. */
export function addLogCommands({ command, say, contextIn, endWith }: LogGrammar): void {
  command("VERIFY")
    .option("--anchor <file>", say("ANCHOR"))
    .option("--write-anchor <file>", say("WRITE_ANCHOR"))
    .action(async (options: VerifyFlags, self: Command) => {
      const { anchor = null, writeAnchor = null } = options;
      const { verifyCommand } = await import("./verify.ts");
      endWith(await verifyCommand(contextIn(self), { anchor, writeAnchor }));
    });
  command("EXPORT")
    .option("--format <form>", say("EXPORT_FORMAT"))
    .option("--out <file>", say("OUT"))
    .option("--after <seq>", say("EXPORT_AFTER"))
    .option("--with-names", say("WITH_NAMES"))
    .action(async (options: ExportFlags, self: Command) => {
      const { format = null, out = null, withNames = false } = options;
      const range = { min: 0, max: Number.MAX_SAFE_INTEGER };
      const after = wholeNumber("--after", options.after, range) ?? 0;
      const { exportCommand } = await import("./export.ts");
      await exportCommand(contextIn(self), { format, out, after, isWithNames: withNames });
    });
  command("IMPORT")
    .argument("<file>", say("FILE"))
    .action(async (file: string, _options, self: Command) => {
      const { importCommand } = await import("./import.ts");
      endWith(await importCommand(contextIn(self), file));
    });
}
