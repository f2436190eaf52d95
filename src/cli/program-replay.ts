/** The grammar of `replay`. */
import type { Command } from "commander";
import { RuntimeProfileError } from "../domain/error.ts";
import { command, contextIn, type ProgramParts } from "./command.ts";
import { type HelpCode, helpText } from "./words-help.ts";

/** Times as fast as it happened, when nobody says. */
const SPEED = 60;
const SPEED_MAX = 1_000_000;

interface ReplayOptions {
  readonly from?: string;
  readonly to?: string;
  readonly speed?: string;
  readonly step?: boolean;
  readonly tier?: string;
  readonly rung?: string;
  readonly reason?: string;
}

/** Adds `replay`. */
export function addReplayCommand(program: Command, parts: ProgramParts): void {
  const say = (code: HelpCode): string => helpText(code, parts.language);
  command(program, "REPLAY", parts)
    .option("--from <moment>", say("FROM"))
    .option("--to <moment>", say("TO"))
    .option("--speed <times>", say("SPEED"))
    .option("--step", say("STEP"))
    .option("--tier <tier>", say("TIER"))
    .option("--rung <rung>", say("RUNG"))
    .option("--reason <code>", say("REASON"))
    .action(async (options: ReplayOptions, self: Command) => {
      const { from = null, to = null, tier = null, rung = null, reason = null } = options;
      const isStepping = options.step === true;
      const request = { from, to, tier, rung, reason, isStepping, speed: speedOf(options.speed) };
      const { replayCommand } = await import("./replay.ts");
      await replayCommand(contextIn(self, parts), request);
    });
}

function speedOf(text: string | undefined): number {
  if (text === undefined) return SPEED;
  const speed = /^\d{1,7}(\.\d{1,3})?x?$/.test(text) ? Number.parseFloat(text) : 0;
  if (speed > 0 && speed <= SPEED_MAX) return speed;
  throw new RuntimeProfileError(
    "RP_USAGE",
    `Expected how many times as fast as it happened (up to ${SPEED_MAX}) at --speed, got ${JSON.stringify(text)}.`,
    { path: "--speed" },
  );
}
