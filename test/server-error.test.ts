/** What error texts of model servers mean, recorded ones first; and unloading. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  failureOfServerError,
  isUnloaded,
  SERVER_ERRORS,
  serverErrorOf,
  unloadRequestOf,
} from "../src/domain/server-error.ts";
import { fixture } from "./support/fixture.ts";
import { mutatedText } from "./support/mutated-text.ts";

const text = (name: string): string => fixture("ollama", name);

test.each([
  ["error.400.no-vision.derived.json", 400, "not-supported", "bad_request"],
  ["error.404.model-not-found.json", 404, "model-missing", "not_pulled"],
  ["error.500.llama-server-cuda-oom.json", 500, "oom-vram", "oom"],
  ["error.500.llama-server-cuda-oom.openai.json", 500, "oom-vram", "oom"],
  ["error.500.llama-server-killed.json", 500, "killed", "oom"],
  ["error.500.llama-server-segfault.json", 500, "crashed", "server_error"],
  ["error.500.runner-cuda-oom.json", 500, "oom-vram", "oom"],
  ["error.500.system-memory.json", 500, "oom-ram", "oom"],
  ["error.503.server-busy.json", 503, "busy", "loading"],
  ["error.generic.docs.json", 500, "unknown-server-error", "server_error"],
  ["stream-error.ndjson", 200, "unknown-server-error", "server_error"],
  ["llamacpp.health.503-loading.json", 503, "busy", "loading"],
] as const)("serverErrorOf: %s (%i) is %s", (name, status, expected, failure) => {
  const error = serverErrorOf({ status, body: text(name) });
  expect(error).toBe(expected);
  if (error !== null) expect(failureOfServerError(error)).toBe(failure);
});

const said = (error: string) => JSON.stringify({ error });

test.each([
  ["llama-server reported out-of-memory during startup: x", 500, "oom-ram"],
  ["llama-server process has terminated: exit status 0xc0000409", 500, "crashed"],
  ["llama-server process no longer running", 500, "crashed"],
  ["timed out waiting for llama-server to start", 500, "timeout"],
  ["ErrorOutOfDeviceMemory: VK_ERROR_OUT_OF_DEVICE_MEMORY", 500, "oom-vram"],
  ["hipMalloc failed", 500, "oom-vram"],
  ["something new", 500, "unknown-server-error"],
  ["something new", 404, "model-missing"],
] as const)("serverErrorOf: %j (%i) is %s", (error, status, expected) => {
  expect(serverErrorOf({ status, body: said(error) })).toBe(expected);
});

test("serverErrorOf: a good answer and a retry are no error; HTML is an invalid answer", () => {
  expect(serverErrorOf({ status: 200, body: text("chat.images.response.json") })).toBeNull();
  const retry = said("cudaMalloc failed: out of memory, retrying without pipeline parallelism");
  expect(serverErrorOf({ status: 500, body: retry })).toBeNull();
  expect(serverErrorOf({ status: 500, body: "<html>" })).toBe("invalid-answer");
  expect(serverErrorOf({ status: 502, body: "<html>" })).toBe("unreachable");
});

test("unload: the request that Ollama's documents show, and its answers", () => {
  expect(JSON.parse(unloadRequestOf("llama3.2"))).toEqual(
    JSON.parse(text("generate.unload.request.json")),
  );
  for (const name of ["generate.unload.response.json", "chat.unload.response.json"])
    expect(isUnloaded(text(name)), name).toBe(true);
  for (const name of ["generate.load.response.json", "chat.load.response.json", "root.txt"])
    expect(isUnloaded(text(name)), name).toBe(false);
});

test("serverErrorOf: damaged texts give a word of the list, ten thousand times", () => {
  const names = ["error.500.llama-server-cuda-oom.openai.json", "stream-error.ndjson"];
  fc.assert(
    fc.property(mutatedText(names.map(text)), fc.constantFrom(200, 404, 500), (body, status) => {
      const error = serverErrorOf({ status, body });
      if (error === null) expect(status).toBe(200);
      else expect(SERVER_ERRORS).toContain(error);
    }),
    { numRuns: 10_000, seed: 20_261_128 },
  );
});
