/** `fit` on the command line: beside a live runtime and without one, for people and for programs. */
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type FitReader, fitLines } from "../src/cli/fit-lines.ts";
import { widthOf } from "../src/cli/width.ts";
import { FIT_CODES, FIT_WORDS } from "../src/cli/words-fit.ts";
import { LANGUAGES, type Language } from "../src/domain/configuration.ts";
import { createServer } from "../src/http/server.ts";
import { type FitQuestion, fitOf } from "../src/policy/fit.ts";
import { fitViewOf } from "../src/replay/fit.ts";
import { cli, studioRoot } from "./cli-helper.ts";
import { fakeNvidiaSmi, nvidiaRow } from "./support/fake-nvidia-smi.ts";
import { fakeOllama } from "./support/fake-ollama.ts";
import { groundsOf, model, shownModel } from "./support/fit-grounds.ts";
import { firstLook, live } from "./support/live.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const OWN = [model("own:8b", 6400, true), model("moondream", 1658, true)];

/** One question of each kind that a person may ask. */
const STORIES: readonly (readonly [what: string, question: Omit<FitQuestion, "shown">])[] = [
  ["a table's model that is too large", { model: "qwen3.5:9b", images: 1, grounds: groundsOf() }],
  ["an installed model, split", { model: "own:8b", grounds: groundsOf({ models: OWN }) }],
  [
    "now, not at the peak",
    { model: "moondream", grounds: groundsOf({ onCard: { now: 0, peak: 6000 } }) },
  ],
  ["too short a context", { model: "qwen3.5:4b", context: 1024, images: 3, grounds: groundsOf() }],
  [
    "nothing known of the card",
    { model: "moondream", grounds: groundsOf({ onCard: { now: null, peak: null } }) },
  ],
  ["a cloud model", { model: "kimi-k2.6:cloud", grounds: groundsOf() }],
];

function linesOf(question: Omit<FitQuestion, "shown">, language: Language): readonly string[] {
  const shown = new Map([["own:8b", shownModel()]]);
  const reader: FitReader = { language, output: { tone: (_tone, text) => text } };
  return fitLines(fitViewOf(fitOf({ ...question, shown }), language), reader);
}

test.each(LANGUAGES)("fit: what people read, in %s", async (language) => {
  const told = STORIES.map(([what, question]) => [`# ${what}`, "", ...linesOf(question, language)]);
  const text = told.map((lines) => lines.join("\n")).join("\n\n");
  await expect(`${text}\n`).toMatchFileSnapshot(`golden/fit.${language}.txt`);
  for (const line of told.flat()) expect(widthOf(line), line).toBeLessThanOrEqual(80);
});

test("fit: the headings have words in both languages", () => {
  const same = FIT_CODES.filter((code) => FIT_WORDS[code].zh() === FIT_WORDS[code].en());
  expect(same).toEqual(["ON_GPU", "ON_CPU", "GPU_ROOM"]);
});

/** A host of files with a card of 8 GB, on which others use 1401 MiB. */
async function studio() {
  const card = fakeNvidiaSmi({ rows: nvidiaRow({ total: 8188, used: 1401, free: 6787 }) });
  const ollama = await fakeOllama();
  const { PATH = "" } = card.env;
  return { PATH, OLLAMA_HOST: ollama.address, RUNTIME_PROFILE_ROOT: studioRoot() };
}

test("cli fit: without a runtime it looks once, and says so", async () => {
  const env = await studio();
  const { code, stdout } = await cli(["fit", "qwen3.5:9b", "--lang", "en"], { env });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\(port 0 is no address to ask; this comes from a detection/);
  expect(stdout).toContain("✗ GPU: does not fit (645 MiB over the limit of GPU memory");
  expect(stdout).toContain("Only this moment was seen");
  const { stdout: json } = await cli(["fit", "moondream", "--context", "1024", "--json"], { env });
  const view = JSON.parse(json);
  expect(view).toMatchObject({ source: "detection", best: "gpu", context: { tokens: 1024 } });
  expect(view.rooms.gpu).toMatchObject({ others_now_mib: 1401, lookback_ms: 0, estimated: false });
});

test("cli fit: asks the live runtime, which knows the peak", async () => {
  const folder = temporaryFolder();
  const runtime = await live({ dataFolder: join(folder, "data") });
  await firstLook(runtime);
  const server = await createServer(runtime, { port: 0 });
  onTestFinished(() => server.close());
  const [address] = await server.listen();
  const env = { RUNTIME_PROFILE_PORT: String(address?.port) };
  const { code, stdout } = await cli(["fit", "moondream", "--lang", "zh"], { folder, env });
  expect(code).toBe(0);
  expect(stdout).toContain(`(来自运行中的 runtime-profile: ${address?.url})`);
  expect(stdout).toContain("✓ CPU: 放得下");
  expect(stdout).not.toContain("只看了这一刻");
  const unknown = await cli(["fit", "moondrem", "--json"], { folder, env });
  expect([unknown.code, unknown.stdout]).toEqual([1, ""]);
  expect(JSON.parse(unknown.stderr).error).toMatchObject({ code: "RP_NOT_FOUND" });
});

test.each([
  [["fit"], "missing required argument 'model'"],
  [["fit", "moondream", "--context", "0"], "from 1 to 16777216 at --context"],
  [["fit", "moondream", "--context", "many"], 'at --context, got "many"'],
  [["fit", "moondream", "--images", "1001"], "from 0 to 1000 at --images"],
  [["fit", " "], "a name of 1 to 200 characters at model"],
  [["fit", "moondrem"], 'got "moondrem"; did you mean moondream?'],
])("cli %j: is refused in a sentence", async (args, words) => {
  const env = { RUNTIME_PROFILE_ROOT: studioRoot() };
  const { code, stdout, stderr } = await cli([...args, "--lang", "en"], { env });
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr.toLowerCase()).toContain(words.toLowerCase());
});
