import fc from "fast-check";
import { expect, test } from "vitest";
import {
  parseOllamaPs,
  parseOllamaTags,
  parseOllamaVersion,
} from "../src/detect/ollama-answers.ts";
import { parseLlamacppHealth, parseLlamacppProps } from "../src/detect/server-llamacpp.ts";
import { parseLmStudioV0, parseLmStudioV1 } from "../src/detect/server-lmstudio.ts";
import { parseOpenAiModels } from "../src/detect/server-models.ts";
import { parseVllmMetrics } from "../src/detect/server-vllm.ts";
import { fixture } from "./support/fixture.ts";
import { mutatedText } from "./support/mutated-text.ts";

const RUNS = 10_000;
const text = (name: string): string => fixture("ollama", name);
const PARSERS = [
  [
    "/api/tags",
    parseOllamaTags,
    ["tags.local.json", "tags.openapi-gemma4.json", "tags.cloud-model.json", "tags.empty.json"],
  ],
  [
    "/api/ps",
    parseOllamaPs,
    ["ps.full-gpu.json", "ps.partial-gpu.json", "ps.cpu-only.json", "ps.empty.json"],
  ],
  ["/api/version", parseOllamaVersion, ["version.json", "version-old.json"]],
  ["/api/v0/models", parseLmStudioV0, ["lmstudio.api-v0-models.json"]],
  ["/api/v1/models", parseLmStudioV1, ["lmstudio.api-v1-models.json"]],
  ["/props", parseLlamacppProps, ["llamacpp.props.json"]],
  ["/health", parseLlamacppHealth, ["llamacpp.health.ok.json", "llamacpp.health.503-loading.json"]],
  ["/metrics", parseVllmMetrics, ["vllm.metrics.txt"]],
  ["/v1/models", parseOpenAiModels, ["llamacpp.v1-models.json", "vllm.v1-models.derived.json"]],
] as const;

/** Every number of a finding, however deep. */
function numbersOf(value: unknown): readonly number[] {
  if (typeof value === "number") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(numbersOf);
}

/** The numbers that a text writes out, as JSON writes them. */
function writtenIn(text: string): ReadonlySet<number> {
  const tokens = text.matchAll(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g);
  return new Set([...tokens].map(([token]) => Number(token)));
}

test.each(PARSERS)(
  "server parsers: wounded answers to %s give no number of their own",
  (_, parse, names) => {
    fc.assert(
      fc.property(mutatedText(names.map(text)), (wounded) => {
        const found = parse(wounded);
        const written = writtenIn(wounded);
        for (const number of numbersOf(found)) {
          expect(Number.isFinite(number) && number >= 0 && written.has(number)).toBe(true);
        }
        expect(parse(wounded)).toEqual(found);
      }),
      { numRuns: RUNS },
    );
  },
);

test("server parsers: no recorded answer is taken for another's", () => {
  const tells = PARSERS.filter(([path]) =>
    ["/api/v0/models", "/api/v1/models", "/props", "/metrics"].includes(path),
  );
  const names = new Set(PARSERS.flatMap(([, , own]) => own));
  for (const [path, parse, own] of tells) {
    const taken = [...names].filter((name) => parse(text(name)) !== null);
    // An empty list says nothing about who gave it; the path that was asked does.
    const strangers = taken.filter(
      (name) => !(own as readonly string[]).includes(name) && !name.includes("empty"),
    );
    expect(strangers, path).toEqual([]);
  }
});

test.each([
  ["null", null],
  ["[]", null],
  ['{"data":null}', null],
  ['{"data":[]}', 0],
  ['{"data":[{"id":"a"}]}', null],
  ['{"data":[{"id":"a","type":"llm"},{"type":"llm"},null]}', 1],
  [`{"data":[${'{"id":"a","type":"llm"},'.repeat(2999)}{"id":"b","type":"llm"}]}`, 1000],
] as const)("parseLmStudioV0: %.60s has %j models", (body, count) => {
  expect(parseLmStudioV0(body)?.length ?? null).toBe(count);
});

test.each([
  ['{"model_path":"a"}', null],
  ['{"default_generation_settings":{}}', null],
  ['{"model_path":"a","default_generation_settings":{}}', "a"],
  ['{"model_path":"C:\\\\Users\\\\ann\\\\m.gguf","default_generation_settings":{}}', "m.gguf"],
  ['{"model_path":"/home/ann/m.gguf","default_generation_settings":{}}', "m.gguf"],
])("parseLlamacppProps: %s names %j, without its folder", (body, name) => {
  expect(parseLlamacppProps(body)?.models[0]?.name ?? null).toBe(name);
});

test("parseLlamacppProps: one that sleeps has its model not loaded, an old one does not tell", () => {
  const props = JSON.parse(text("llamacpp.props.json"));
  const loaded = (is_sleeping: unknown) =>
    parseLlamacppProps(JSON.stringify({ ...props, is_sleeping }))?.models[0]?.loaded;
  expect(loaded(true)).toBe(false);
  expect(loaded(false)).toBe(true);
  expect(loaded(undefined)).toBeNull();
});

test.each([
  ["llamacpp:requests_processing 0", null],
  ["# vllm: a comment", null],
  ["process_vllm:x 1", null],
  ["# TYPE vllm:num_requests_running gauge", []],
  ['vllm:kv_cache_usage_perc{engine="0",model_name="a"} 0.5\r\nvllm:x{model_name="a"} 1', ["a"]],
])("parseVllmMetrics: %j names %j", (body, names) => {
  expect(parseVllmMetrics(body)?.map(({ name }) => name) ?? null).toEqual(names);
});

test.each(["null", '"0001-01-01T00:00:00Z"', '"2318-01-01T00:00:00+02:00"', '"soon"'])(
  "parseOllamaPs: expires_at %s and a context of any kind change nothing",
  (expires) => {
    for (const context of ["null", "-1", '"many"', "8192"]) {
      const body = `{"models":[{"name":"m","size":5,"size_vram":5,"expires_at":${expires},"context_length":${context}}]}`;
      expect(parseOllamaPs(body)).toEqual([{ name: "m", size_bytes: 5, size_vram_bytes: 5 }]);
    }
  },
);
