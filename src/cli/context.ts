/** What every command is handed: the checked configuration, the language, and where to write. */
import { REAL_ROOT } from "../detect/probe.ts";
import { type GlobalFlags, type Loaded, loadConfiguration } from "./configuration-load.ts";
import type { Output } from "./output.ts";

/** The hands and eyes of one command. */
export interface Context extends Loaded {
  readonly output: Output;
  /** True when a program reads the answer. */
  readonly isJson: boolean;
  /** Root of the file system that is looked at; a host's root may be mounted into a container. */
  readonly root: string;
}

/** Names another root, for a runtime in a container that is to look at its host. */
const ROOT_VARIABLE = "RUNTIME_PROFILE_ROOT";

/** The context of a command in this process; throws RP_CONFIGURATION. */
export function contextOf(flags: GlobalFlags, output: Output): Context {
  const loaded = loadConfiguration(flags, {
    env: process.env,
    workingFolder: process.cwd(),
  });
  const root = loaded.env[ROOT_VARIABLE];
  return {
    ...loaded,
    output,
    isJson: flags.json === true,
    root: root === undefined || root === "" ? REAL_ROOT : root,
  };
}
