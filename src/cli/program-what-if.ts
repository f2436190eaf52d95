/** The grammar of `what-if`. */
import type { Command } from "commander";
import { appended, command, contextIn, type ProgramParts } from "./command.ts";
import type { GlobalFlags } from "./configuration-load.ts";
import { type HelpCode, helpText } from "./words-help.ts";

/**
 * Adds `what-if`. Commander hands `--set` and `--host` to the program wherever they stand; here they are no settings
 * of this process, so they are read from there and kept out of its context.
 */
export function addWhatIfCommand(program: Command, parts: ProgramParts): void {
  const say = (code: HelpCode): string => helpText(code, parts.language);
  command(program, "WHAT_IF", parts)
    .option("--set <path=value>", say("WHAT_IF_SET"), appended, [])
    .option("--host <file>", say("WHAT_IF_HOST"))
    .action(async (_options, self: Command) => {
      const { set = [], host } = self.optsWithGlobals<GlobalFlags>();
      const { whatIfCommand } = await import("./what-if.ts");
      await whatIfCommand(contextIn(self, parts, ["set", "host"]), { set, hostFile: host ?? null });
    });
}
