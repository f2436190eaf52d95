/** The grammar of `simulate`. */
import type { Command } from "commander";
import { RuntimeProfileError } from "../domain/error.ts";
import { command, type ProgramParts } from "./command.ts";
import type { GlobalFlags } from "./configuration-load.ts";
import { type HelpCode, helpText } from "./words-help.ts";

interface SimulateFlags extends GlobalFlags {
  readonly log?: string;
  readonly summary?: boolean;
}

/** Flags of a real runtime; a simulated one has no folder and no address. */
const USELESS = ["dataDir", "host", "port"] as const;

/** Adds `simulate`; it makes no context, because nothing of this host's configuration counts. */
export function addSimulateCommand(program: Command, parts: ProgramParts): void {
  const say = (code: HelpCode): string => helpText(code, parts.language);
  command(program, "SIMULATE", parts)
    .argument("[file]", say("SIMULATE_FILE"))
    .option("--summary", say("SIMULATE_SUMMARY"))
    .option("--log <file>", say("SIMULATE_LOG"))
    .action(async (file: string | undefined, _options, self: Command) => {
      const flags = self.optsWithGlobals<SimulateFlags>();
      for (const flag of USELESS) if (flags[flag] !== undefined) throw useless(flag);
      const { simulateCommand } = await import("./simulate.ts");
      await simulateCommand(
        { ...parts, isJson: flags.json === true },
        {
          file: file ?? null,
          log: flags.log ?? null,
          isSummary: flags.summary === true,
          set: flags.set ?? [],
          config: flags.config ?? null,
        },
      );
    });
}

function useless(flag: (typeof USELESS)[number]): RuntimeProfileError {
  const option = flag === "dataDir" ? "--data-dir" : `--${flag}`;
  return new RuntimeProfileError(
    "RP_USAGE",
    `Expected no ${option} with simulate, which has no folder and no address; leave it out.`,
    { path: option },
  );
}
