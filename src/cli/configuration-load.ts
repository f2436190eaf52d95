/**
 * The configuration of a command: file, then environment, then flags, the later ones on top.
 *
 * The file is `--config`, else `runtime-profile.json` in the data folder if there is one. A `.env` in
 * the working folder stands below the environment proper. The token is read, checked and handed on,
 * and never appears in a message.
 */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import type { FullConfiguration, Language } from "../domain/configuration.ts";
import { parseConfiguration } from "../domain/configuration-parse.ts";
import {
  overridesOf,
  overridesOfAssignments,
  overridesOfEnvironment,
  withOverrides,
} from "../domain/configuration-text.ts";
import { RuntimeProfileError } from "../domain/error.ts";
import { defaultDataFolder } from "../log/data-folder.ts";
import { languageOfLocale } from "./language.ts";

/** The flags that every command takes, as they were written. */
export interface GlobalFlags {
  readonly lang?: string;
  readonly json?: boolean;
  readonly config?: string;
  readonly dataDir?: string;
  readonly host?: string;
  readonly port?: string;
  readonly set?: readonly string[];
}

/** Where a command runs. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly workingFolder: string;
}

/** Everything a command needs to know before it begins. */
export interface Loaded {
  readonly configuration: FullConfiguration;
  readonly language: Language;
  readonly dataFolder: string;
  /** The environment with `.env` below it; for detection. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The file that was read; `null` when there was none. */
  readonly file: string | null;
}

/** Name of the configuration file in the data folder. */
const CONFIGURATION_FILE_NAME = "runtime-profile.json";

/** A larger file is no configuration. */
const FILE_BYTES_MAX = 1024 * 1024;

const FLAG_SETTINGS = [
  ["lang", "language", "--lang"],
  ["host", "server.host", "--host"],
  ["port", "server.port", "--port"],
] as const;

/** Reads and checks everything; throws RP_CONFIGURATION. */
export function loadConfiguration(flags: GlobalFlags, around: Surroundings): Loaded {
  const env = { ...dotEnvOf(around.workingFolder), ...around.env };
  const dataFolder = dataFolderOf(flags, { ...around, env });
  const { json, file } = fileOf(flags, { ...around, env, dataFolder });
  const written = FLAG_SETTINGS.flatMap(([flag, path, place]) => {
    const text = flags[flag];
    return text === undefined ? [] : [{ path, text, place }];
  });
  const overrides = [
    ...overridesOfEnvironment(env),
    ...overridesOfAssignments(flags.set ?? []),
    ...overridesOf(written),
  ];
  const configuration = inFile(file, () => parseConfiguration(withOverrides(json, overrides)));
  const { language } = configuration;
  return {
    configuration,
    language: language === "auto" ? languageOfLocale(env) : language,
    dataFolder,
    env,
    file,
  };
}

function dataFolderOf(flags: GlobalFlags, { env, workingFolder }: Surroundings): string {
  const named = flags.dataDir ?? env["RUNTIME_PROFILE_DATA_DIR"] ?? "";
  if (named.trim() !== "") return resolve(workingFolder, named);
  if (flags.dataDir !== undefined) {
    throw new RuntimeProfileError(
      "RP_CONFIGURATION",
      "Expected the path of a folder at --data-dir, got nothing.",
      { path: "--data-dir" },
    );
  }
  return defaultDataFolder(process.platform, env, homedir());
}

/** A file that was asked for must be there; the usual one need not. */
function fileOf(
  flags: GlobalFlags,
  { dataFolder, env, workingFolder }: Surroundings & { readonly dataFolder: string },
): { readonly json: unknown; readonly file: string | null } {
  const asked = flags.config ?? env["RUNTIME_PROFILE_CONFIG"] ?? "";
  const file =
    asked === "" ? join(dataFolder, CONFIGURATION_FILE_NAME) : resolve(workingFolder, asked);
  const text = textOf(file, asked !== "");
  if (text === null) return { json: {}, file: null };
  try {
    return { json: JSON.parse(text.replace(/^\uFEFF/, "")), file };
  } catch (cause) {
    throw unreadable(file, syntaxProblemOf(cause), "JSON");
  }
}

/** Where the JSON ends to be JSON; the text around it, which may hold the token, is left out. */
function syntaxProblemOf(error: unknown): string {
  const [problem] = (error instanceof Error ? error.message : String(error)).split(", ");
  return `a mistake (${problem})`;
}

function textOf(file: string, isAsked: boolean): string | null {
  try {
    const bytes = readFileSync(file);
    if (bytes.length > FILE_BYTES_MAX)
      throw unreadable(file, `${bytes.length} bytes`, "a file of at most 1 MiB");
    return bytes.toString("utf8");
  } catch (error) {
    if (error instanceof RuntimeProfileError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    // A data folder that is no folder is refused, with its remedy, by whoever writes there.
    if (!isAsked && (code === "ENOENT" || code === "ENOTDIR")) return null;
    throw unreadable(
      file,
      code === "ENOENT" ? "no such file" : (code ?? message),
      "a configuration file",
    );
  }
}

function dotEnvOf(folder: string): Readonly<Record<string, string | undefined>> {
  const file = join(folder, ".env");
  const text = (() => {
    try {
      return readFileSync(file, "utf8");
    } catch {
      // Somebody else's folder, or a folder of that name: it is only a convenience.
      return "";
    }
  })();
  return parseEnv(text);
}

function inFile<T>(file: string | null, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (file === null || !(error instanceof RuntimeProfileError)) throw error;
    const message = `${error.message} (in ${file})`;
    const path = error.path ?? file;
    throw new RuntimeProfileError(error.code, message, { path, cause: error });
  }
}

function unreadable(file: string, got: string, expected: string): RuntimeProfileError {
  return new RuntimeProfileError(
    "RP_CONFIGURATION",
    `Expected ${expected} at ${file}, got ${got}; correct it or name another one with --config.`,
    { path: file },
  );
}
