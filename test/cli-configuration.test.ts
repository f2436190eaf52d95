import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type GlobalFlags, loadConfiguration } from "../src/cli/configuration-load.ts";
import { languageOfArguments, languageOfLocale } from "../src/cli/language.ts";
import { RuntimeProfileError } from "../src/domain/error.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

interface Given {
  readonly flags?: GlobalFlags;
  readonly env?: Readonly<Record<string, string>>;
  /** Files of the working folder; `data/` is the data folder. */
  readonly files?: Readonly<Record<string, string>>;
}

function load({ flags = {}, env = {}, files = {} }: Given) {
  const workingFolder = temporaryFolder();
  mkdirSync(join(workingFolder, "data"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(workingFolder, name), text);
  return loadConfiguration({ dataDir: "data", ...flags }, { env, workingFolder });
}

function refusal(given: Given): RuntimeProfileError {
  try {
    load(given);
  } catch (error) {
    if (error instanceof RuntimeProfileError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

const port = (number: number): string => JSON.stringify({ server: { port: number } });

test.each<[string, Given, number]>([
  ["the default", {}, 8000],
  ["the data folder's file", { files: { "data/runtime-profile.json": port(1) } }, 1],
  [
    "--config instead of it",
    {
      files: { "data/runtime-profile.json": port(1), "mine.json": port(2) },
      flags: { config: "mine.json" },
    },
    2,
  ],
  [
    "RUNTIME_PROFILE_CONFIG as well",
    { files: { "mine.json": port(2) }, env: { RUNTIME_PROFILE_CONFIG: "mine.json" } },
    2,
  ],
  [
    ".env over the file",
    { files: { "data/runtime-profile.json": port(1), ".env": "RUNTIME_PROFILE_PORT=3\n" } },
    3,
  ],
  [
    "the environment over .env",
    { files: { ".env": "RUNTIME_PROFILE_PORT=3\n" }, env: { RUNTIME_PROFILE_PORT: "4" } },
    4,
  ],
  [
    "--set over the environment",
    { env: { RUNTIME_PROFILE_PORT: "4" }, flags: { set: ["server.port=5"] } },
    5,
  ],
  ["a flag over everything", { flags: { set: ["server.port=5"], port: "6" } }, 6],
])("loadConfiguration: the port comes from %s", (_what, given, wanted) => {
  expect(load(given).configuration.server.port).toBe(wanted);
});

test("loadConfiguration: the document's .env means what it says there", () => {
  const { configuration, env } = load({
    files: {
      ".env":
        "USE_LOCAL_VISION=True\nLOCAL_VISION_MODEL=moondream\nOLLAMA_HOST=http://localhost:11434\n",
    },
  });
  expect(configuration.policy.vision).toEqual({
    local: true,
    model: "moondream",
    max_scenes: null,
  });
  expect(configuration.ollama.host).toBe("http://localhost:11434");
  expect(env["LOCAL_VISION_MODEL"]).toBe("moondream");
});

test("loadConfiguration: a file with a byte order mark is read", () => {
  expect(load({ files: { "data/runtime-profile.json": `\uFEFF${port(7)}` } }).file).not.toBeNull();
});

test.each<[string, Given, string, string]>([
  ["an absent --config", { flags: { config: "none.json" } }, "none.json", "got no such file"],
  ["a folder as --config", { flags: { config: "data" } }, "data", "got EISDIR"],
  [
    "a file that is no JSON",
    { files: { "data/runtime-profile.json": '{"server": ' } },
    "runtime-profile.json",
    "Expected JSON",
  ],
  [
    "a wrong value in the file",
    { files: { "data/runtime-profile.json": port(-1) } },
    "server.port",
    "(in ",
  ],
  ["a wrong flag", { flags: { port: "http" } }, "--port", 'at --port, got "http"'],
  ["a wrong language", { flags: { lang: "fr" } }, "--lang", 'one of "auto", "zh", "en"'],
  ["a wrong variable", { env: { RUNTIME_PROFILE_PORT: "x" } }, "RUNTIME_PROFILE_PORT", 'got "x"'],
  ["an unknown setting", { flags: { set: ["vram.entr=1"] } }, "vram.entr", "vram.enter?"],
  ["an empty data folder", { flags: { dataDir: "" } }, "--data-dir", "got nothing"],
])("loadConfiguration: refuses %s and names the place", (_what, given, path, words) => {
  const error = refusal(given);
  expect(error.code).toBe("RP_CONFIGURATION");
  expect(error.path).toContain(path);
  expect(error.message).toContain(words);
});

test.each([
  ['{"server": {"token": "s3cret-s3cret-s3cret"', "an end too early"],
  ['{"server": {"token": s3cret}}', "a word without quotes"],
  ['{"server": {"token": "s3cret"}}', "a token too short"],
])("loadConfiguration: never repeats a token, %s (%s)", (text) => {
  expect(refusal({ files: { "data/runtime-profile.json": text } }).message).not.toContain("cret");
});

test.each<[string, Given, string]>([
  ["the flag", { flags: { lang: "zh" }, env: { LANG: "en_US.UTF-8" } }, "zh"],
  ["the variable", { env: { RUNTIME_PROFILE_LANGUAGE: "zh", LANG: "en_US" } }, "zh"],
  [
    "the file",
    { files: { "data/runtime-profile.json": '{"language": "zh"}' }, env: { LANG: "en_US" } },
    "zh",
  ],
  ["the locale", { env: { LANG: "zh_CN.UTF-8" } }, "zh"],
  ["auto, hence the locale", { flags: { lang: "auto" }, env: { LANG: "zh_CN.UTF-8" } }, "zh"],
])("loadConfiguration: the language comes from %s", (_what, given, wanted) => {
  expect(load(given).language).toBe(wanted);
});

test.each([
  [{ LC_ALL: "zh_CN.UTF-8", LANG: "en_US.UTF-8" }, "zh"],
  [{ LC_ALL: "en_US.UTF-8", LC_MESSAGES: "zh_CN", LANG: "zh_CN" }, "en"],
  [{ LC_MESSAGES: "zh_TW", LANG: "en_US" }, "zh"],
  [{ LC_ALL: "", LANG: "zh" }, "zh"],
  [{ LANG: "C.UTF-8" }, "en"],
  [{ LANG: "de_DE" }, "en"],
])("languageOfLocale: %j is %s", (env, wanted) => {
  expect(languageOfLocale(env)).toBe(wanted);
});

test.each([
  [["--lang", "zh"], {}, "zh"],
  [["detect", "--lang=zh"], {}, "zh"],
  [["--lang", "fr"], { LANG: "zh_CN" }, "zh"],
  [[], { RUNTIME_PROFILE_LANGUAGE: "zh", LANG: "en" }, "zh"],
  [["--lang"], { LANG: "en" }, "en"],
])("languageOfArguments: %j in %j speaks %s", (argv, env, wanted) => {
  expect(languageOfArguments(argv, env)).toBe(wanted);
});
