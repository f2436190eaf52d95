/** The grammar of `detect` and `doctor`. */
import type { Command } from "commander";
import { RuntimeProfileError } from "../domain/error.ts";
import { command, contextIn, type ProgramParts } from "./command.ts";
import { type HelpCode, helpText } from "./words-help.ts";

interface DetectFlags {
  readonly save?: boolean;
  readonly from?: string;
}

/** Adds `detect`. */
export function addDetectCommand(program: Command, parts: ProgramParts): void {
  const say = (code: HelpCode): string => helpText(code, parts.language);
  command(program, "DETECT", parts)
    .option("--save", say("SAVE"))
    .option("--from <file>", say("FROM_REPORT"))
    .action(async ({ save = false, from }: DetectFlags, self: Command) => {
      if (from === undefined) {
        const { detectCommand } = await import("./detect.ts");
        await detectCommand(contextIn(self, parts), save);
        return;
      }
      if (save) throw bothAsked();
      const { detectFromCommand } = await import("./detect-from.ts");
      await detectFromCommand(contextIn(self, parts), from);
    });
}

/** Adds `doctor`. */
export function addDoctorCommand(program: Command, parts: ProgramParts): void {
  command(program, "DOCTOR", parts)
    .option("--report <file>", helpText("REPORT", parts.language))
    .action(async ({ report }: { readonly report?: string }, self: Command) => {
      const { doctorCommand } = await import("./doctor.ts");
      await doctorCommand(contextIn(self, parts), report ?? null);
    });
}

function bothAsked(): RuntimeProfileError {
  const message =
    "Expected --save or --from, got both; a report is another host, and its profile is not saved here.";
  return new RuntimeProfileError("RP_USAGE", message, { path: "--from" });
}
