/** The grammar of `fit`. */
import type { Command } from "commander";
import { command, contextIn, type ProgramParts } from "./command.ts";
import type { FitRequest } from "./fit.ts";
import { type HelpCode, helpText } from "./words-help.ts";

/** Adds `fit`. */
export function addFitCommand(program: Command, parts: ProgramParts): void {
  const say = (code: HelpCode): string => helpText(code, parts.language);
  command(program, "FIT", parts)
    .argument("<model>", say("FIT_MODEL"))
    .option("--context <tokens>", say("FIT_CONTEXT"))
    .option("--images <number>", say("FIT_IMAGES"))
    .action(async (model: string, options: Omit<FitRequest, "model">, self: Command) => {
      const { fitCommand } = await import("./fit.ts");
      await fitCommand(contextIn(self, parts), { ...options, model });
    });
}
