/** What Ollama says of one model: parsed from its own answers, and asked of a server that may do anything. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { askShow, SHOWN_MAX } from "../src/detect/ask-show.ts";
import type { HostView } from "../src/detect/host-io.ts";
import { parseOllamaShow } from "../src/detect/ollama-show.ts";
import { cacheBytesOf } from "../src/policy/fit-figures.ts";
import { fakeOllama } from "./support/fake-ollama.ts";
import { fixture } from "./support/fixture.ts";

const VIEW: HostView = { env: {}, root: "/", platform: "linux" };
const GEMMA = fixture("ollama", "show.vision-gemma4.json");

test("parseOllamaShow: takes the figures of the model, not those of its image encoder", () => {
  const shown = parseOllamaShow(GEMMA);
  expect(shown).toEqual({
    vision: true,
    families: ["gemma4"],
    parameter_size: "8.0B",
    quantization: "Q4_K_M",
    context_length: 131_072,
    block_count: 42,
    head_count: 8,
    head_count_kv: 2,
    key_length: null,
    value_length: null,
    embedding_length: 2560,
    remote: false,
  });
  // 42 layers × 2 heads × (320 + 320) × 2 bytes: 105 MiB for 1024 tokens.
  expect(shown === null ? null : cacheBytesOf(shown)).toBe(105 * 1024);
});

test("parseOllamaShow: what is not told is unknown", () => {
  const llava = parseOllamaShow(fixture("ollama", "show.vision-llava-docs.json"));
  expect(llava).toMatchObject({ vision: true, block_count: 32, head_count: null });
  expect(llava === null ? 0 : cacheBytesOf(llava)).toBeNull();
  const text = parseOllamaShow(fixture("ollama", "show.text-only.derived.json"));
  expect(text).toMatchObject({ vision: false, context_length: 32_768, block_count: null });
  const cloud = parseOllamaShow(fixture("ollama", "show.cloud-model.derived.json"));
  expect(cloud).toMatchObject({ remote: true, block_count: null });
});

test.each([
  ["layers of several kinds", '{"a.attention.head_count_kv":[8,0,8]}', null],
  ["a text", '{"a.attention.head_count_kv":"8"}', null],
  ["negative", '{"a.attention.head_count_kv":-8}', null],
  ["no number", '{"a.attention.head_count_kv":1e999}', null],
  ["a key of another architecture", '{"b.attention.head_count_kv":8}', null],
  ["a number", '{"a.attention.head_count_kv":8}', 8],
])("parseOllamaShow: heads given as %s", (_what, info, heads) => {
  const model_info = { "general.architecture": "a", ...(JSON.parse(info) as object) };
  const shown = parseOllamaShow(JSON.stringify({ details: {}, model_info }));
  expect(shown?.head_count_kv).toBe(heads);
});

test.each(["", "null", "[]", "{}", '{"details":null}', '{"details":3}', "<html>", '{"details'])(
  "parseOllamaShow: %j is not Ollama's",
  (text) => {
    expect(parseOllamaShow(text)).toBeNull();
  },
);

test("property: parseOllamaShow never throws, and every figure stands in the text", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), cutOf(GEMMA)), (text) => {
      const shown = parseOllamaShow(text);
      for (const value of Object.values(shown ?? {})) {
        if (typeof value === "number") expect(text).toContain(String(value));
      }
    }),
  );
});

function cutOf(text: string): fc.Arbitrary<string> {
  return fc.integer({ min: 0, max: text.length }).map((length) => text.slice(0, length));
}

test("askShow: asks for each model by POST, and leaves out what is not told", async () => {
  const ollama = await fakeOllama({ show: { gemma4: GEMMA, broken: "{" } });
  const { address } = ollama;
  const told = await askShow({ view: VIEW, address, models: ["gemma4", "broken", "x", "gemma4"] });
  expect([...told.keys()]).toEqual(["gemma4"]);
  expect(told.get("gemma4")?.block_count).toBe(42);
  expect(ollama.asked).toEqual(["/api/show", "/api/show", "/api/show"]);
});

test("askShow: asks for no more models than its bound, those named first", async () => {
  const ollama = await fakeOllama();
  const models = Array.from({ length: SHOWN_MAX + 5 }, (_, index) => `model-${index}`);
  await askShow({ view: VIEW, address: ollama.address, models });
  expect(ollama.asked).toHaveLength(SHOWN_MAX);
});

test.each(["hang", "html", "broken", "trouble", "redirect", "drip"] as const)(
  "askShow: a server that answers with %s tells nothing",
  async (mode) => {
    const { address } = await fakeOllama({ mode });
    const signal = AbortSignal.timeout(100);
    expect(await askShow({ view: VIEW, address, models: ["gemma4"], signal })).toEqual(new Map());
  },
);

test("askShow: Ollama's own cloud is not asked", async () => {
  const io = {
    ask: () => {
      throw new Error("asked");
    },
  } as unknown as NonNullable<HostView["io"]>;
  const address = "https://ollama.com:443";
  expect(await askShow({ view: { ...VIEW, io }, address, models: ["x"] })).toEqual(new Map());
});
