/** The grammar of `chart`. */
import type { Command } from "commander";
import type { ChartRequest } from "./chart.ts";
import { command, contextIn, type ProgramParts } from "./command.ts";
import { type HelpCode, helpText } from "./words-help.ts";

/** Adds `chart`. */
export function addChartCommand(program: Command, parts: ProgramParts): void {
  const say = (code: HelpCode): string => helpText(code, parts.language);
  command(program, "CHART", parts)
    .option("--format <form>", say("FORMAT"))
    .option("--view <view>", say("VIEW"))
    .option("--theme <theme>", say("THEME"))
    .option("--at <moment>", say("CHART_AT"))
    .option("--out <file>", say("OUT"))
    .option("--open", say("OPEN"))
    .action(async (options: ChartRequest, self: Command) => {
      const { chartCommand } = await import("./chart.ts");
      await chartCommand(contextIn(self, parts), options);
    });
}
