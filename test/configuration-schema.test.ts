import { readFileSync } from "node:fs";
import { Compile } from "typebox/schema";
import { expect, test } from "vitest";
import { DEFAULT_CONFIGURATION } from "../src/domain/configuration.ts";
import { configurationSchema } from "../src/domain/configuration-schema.ts";

const FILE = new URL("../docs/configuration.schema.json", import.meta.url);

test("configurationSchema: the published file is what the table says", () => {
  const published = readFileSync(FILE, "utf8");
  expect(published, "run: node scripts/schemas.ts").toBe(
    `${JSON.stringify(configurationSchema(), null, 2)}\n`,
  );
});

const schema = Compile({ ...configurationSchema() });

test.each<[string, unknown, boolean]>([
  ["nothing", {}, true],
  ["the defaults", DEFAULT_CONFIGURATION, true],
  ["its own address", { $schema: "x" }, true],
  ["a percentage", { thresholds: { vram: { enter: "85%" } } }, true],
  ["a size", { thresholds: { memory: { enter: "2.5GB" } } }, true],
  ["an infeasible rung", { policy: { footprints: { cpu: null } } }, true],
  ["a fraction over 1", { thresholds: { vram: { enter: 85 } } }, false],
  ["a size without a unit", { thresholds: { memory: { enter: "2" } } }, false],
  ["an unknown key", { treshold: {} }, false],
  ["an unknown key within", { server: { prot: 1 } }, false],
  ["a short token", { server: { token: "short" } }, false],
  ["a token with a space", { server: { token: "0123456789 abcdef" } }, false],
  ["an address in brackets", { server: { host: "[::1]" } }, true],
  ["an address with a port", { server: { host: "127.0.0.1:8475" } }, false],
  ["an address with a password", { cloud: { base_url: "https://a:b@c" } }, false],
])("configurationSchema: %s is judged as the reader judges it", (_what, json, wanted) => {
  expect(schema.Check(json)).toBe(wanted);
});
