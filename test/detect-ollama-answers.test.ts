import fc from "fast-check";
import { expect, test } from "vitest";
import { isOllamaCloud, ollamaAddressOf } from "../src/detect/ollama-address.ts";
import {
  parseOllamaPs,
  parseOllamaTags,
  parseOllamaVersion,
} from "../src/detect/ollama-answers.ts";
import { fixture } from "./support/fixture.ts";

test.each([
  [null, "http://127.0.0.1:11434"],
  [undefined, "http://127.0.0.1:11434"],
  ["", "http://127.0.0.1:11434"],
  ["   ", "http://127.0.0.1:11434"],
  ["1.2.3.4", "http://1.2.3.4:11434"],
  ["example.com", "http://example.com:11434"],
  ["localhost", "http://localhost:11434"],
  ["1.2.3.4:1234", "http://1.2.3.4:1234"],
  [":1234", "http://127.0.0.1:1234"],
  ["1.2.3.4:", "http://1.2.3.4:11434"],
  ["[::1]", "http://[::1]:11434"],
  ["::1", "http://[::1]:11434"],
  ["[::1]:1337", "http://[::1]:1337"],
  ["2001:db8::1", "http://[2001:db8::1]:11434"],
  ["http://1.2.3.4", "http://1.2.3.4:80"],
  ["https://1.2.3.4", "https://1.2.3.4:443"],
  ["http://localhost:11434", "http://localhost:11434"],
  ["http://1.2.3.4:8080/", "http://1.2.3.4:8080"],
  ["http://host:1/path", "http://host:1/path"],
  ["host:1/path/", "http://host:1/path"],
  ["ollama.com", "https://ollama.com:443"],
  ["example.com:66000", "http://example.com:11434"],
  ["example.com:65535", "http://example.com:65535"],
  ["example.com:65536", "http://example.com:11434"],
  ["example.com:-1", "http://example.com:11434"],
  ["example.com:abc", "http://example.com:11434"],
  ["https://example.com:abc", "https://example.com:443"],
  [' "127.0.0.1" ', "http://127.0.0.1:11434"],
  ["'1.2.3.4:1'", "http://1.2.3.4:1"],
  ["0.0.0.0", "http://127.0.0.1:11434"],
  ["0.0.0.0:8080", "http://127.0.0.1:8080"],
  ["http://0.0.0.0:8080", "http://127.0.0.1:8080"],
  ["::", "http://[::1]:11434"],
  ["[::]:8080", "http://[::1]:8080"],
  ["http://user:secret@1.2.3.4:1/p?key=secret#x", "http://1.2.3.4:1/p"],
  ["two words", "http://127.0.0.1:11434"],
  ["[::x]", "http://127.0.0.1:11434"],
  ["\u0000", "http://127.0.0.1:11434"],
])("ollamaAddressOf: %j is %s", (value, address) => {
  expect(ollamaAddressOf(value)).toBe(address);
});

test.each([
  ["https://ollama.com:443", true],
  ["https://api.ollama.com", true],
  ["http://notollama.com", false],
  ["http://127.0.0.1:11434", false],
])("isOllamaCloud: %s is %s", (address, isCloud) => {
  expect(isOllamaCloud(address)).toBe(isCloud);
});

test("ollamaAddressOf: any text gives a URL that can be asked and holds no secret", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const url = new URL(ollamaAddressOf(text));
      expect(url.protocol).toMatch(/^https?:$/);
      expect(url.username + url.password + url.search + url.hash).toBe("");
    }),
  );
});

test.each([
  [fixture("ollama", "version.json"), "0.33.3"],
  [fixture("ollama", "version-old.json"), "0.5.1"],
  ['{"version":"0.34.0-rc2"}', "0.34.0-rc2"],
  ['{"version":""}', null],
  ['{"version":3}', null],
  ["null", null],
  ["<html>", null],
  ["", null],
])("parseOllamaVersion: %j is %s", (text, version) => {
  expect(parseOllamaVersion(text)).toBe(version);
});

test("parseOllamaTags: an old server tells no vision, so it is unknown", () => {
  expect(parseOllamaTags(fixture("ollama", "tags.local.json"))).toEqual([
    { name: "deepseek-r1:latest", size_bytes: 4_683_075_271, vision: null, cloud: false },
    { name: "llama3.2:latest", size_bytes: 2_019_393_189, vision: null, cloud: false },
  ]);
});

test("parseOllamaTags: a cloud model is cloud and has no size here", () => {
  expect(parseOllamaTags(fixture("ollama", "tags.cloud-model.json"))).toEqual([
    { name: "kimi-k2.6:cloud", size_bytes: null, vision: true, cloud: true },
  ]);
});

test.each([
  ["capabilities with vision", { capabilities: ["completion", "vision"] }, true],
  ["capabilities without vision", { capabilities: ["completion"] }, false],
  ["capabilities win over families", { capabilities: [], details: { families: ["clip"] } }, false],
  ["family clip", { details: { families: ["llama", "clip"] } }, true],
  ["family mllama", { details: { families: ["mllama"] } }, true],
  ["other families", { details: { families: ["llama"] } }, null],
  ["families null", { details: { families: null } }, null],
  ["nothing", {}, null],
])("parseOllamaTags: vision by %s", (_, fields, vision) => {
  const models = parseOllamaTags(JSON.stringify({ models: [{ name: "x", ...fields }] }));
  expect(models?.[0]?.vision).toBe(vision);
});

test.each([
  ["gpt-oss:120b-cloud", {}, true],
  ["kimi:cloud", {}, true],
  ["cloudy", {}, false],
  ["cloud:latest", {}, false],
  ["mine", { remote_host: "https://ollama.com:443" }, true],
  ["mine", { remote_model: "x" }, true],
  ["mine", { remote_host: "" }, false],
])("parseOllamaTags: %s with %o is cloud: %s", (name, fields, cloud) => {
  const models = parseOllamaTags(JSON.stringify({ models: [{ name, ...fields }] }));
  expect(models?.[0]?.cloud).toBe(cloud);
});

test.each([
  ["an empty list", fixture("ollama", "tags.empty.json"), []],
  ["a list that is null", '{"models":null}', []],
  ["no list", '{"models":{}}', null],
  ["no models", "{}", null],
  ["no object", "[]", null],
  ["HTML", "<html></html>", null],
  ["broken JSON", '{"models":[', null],
  ["nothing", "", null],
])("parseOllamaTags and parseOllamaPs: %s", (_, text, models) => {
  expect(parseOllamaTags(text)).toEqual(models);
  expect(parseOllamaPs(text)).toEqual(models);
});

test("parseOllamaTags: one broken model does not cost the others", () => {
  const text = '{"models":[null,{"size":3},{"name":"a","size":-1},{"model":"b","size":2}]}';
  expect(parseOllamaTags(text)).toMatchObject([
    { name: "a", size_bytes: null },
    { name: "b", size_bytes: 2 },
  ]);
});

test("parseOllamaTags: reads at most 1000 models", () => {
  const models = Array.from({ length: 3000 }, (_, number) => ({ name: `m${number}` }));
  expect(parseOllamaTags(JSON.stringify({ models }))).toHaveLength(1000);
});

test.each([
  ["ps.full-gpu.json", 5_137_025_024, 5_137_025_024],
  ["ps.partial-gpu.json", 6_591_830_464, 5_333_539_264],
  ["ps.cpu-only.json", 3_227_894_413, 0],
] as const)("parseOllamaPs: reads %s", (name, size_bytes, size_vram_bytes) => {
  const loaded = parseOllamaPs(fixture("ollama", name));
  expect(loaded).toMatchObject([{ size_bytes, size_vram_bytes }]);
});

test("parseOllamaPs: more on the GPU than there is becomes all of it", () => {
  const text = '{"models":[{"name":"a","size":10,"size_vram":11},{"name":"b","size_vram":11}]}';
  expect(parseOllamaPs(text)).toEqual([
    { name: "a", size_bytes: 10, size_vram_bytes: 10 },
    { name: "b", size_bytes: null, size_vram_bytes: 11 },
  ]);
});

test("Ollama parsers: never throw, whatever the JSON", () => {
  const models = fc.array(fc.oneof(fc.jsonValue(), fc.record({ name: fc.string() })));
  fc.assert(
    fc.property(fc.oneof(models, fc.jsonValue()), (value) => {
      const text = JSON.stringify({ models: value, version: value });
      parseOllamaVersion(text);
      for (const model of parseOllamaTags(text) ?? []) expect(model.name).not.toBe("");
      for (const model of parseOllamaPs(text) ?? []) expect(model.name).not.toBe("");
    }),
  );
});
