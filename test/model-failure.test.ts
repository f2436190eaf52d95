/** What servers, providers and systems say when a call fails, and the class that follows. */
import { expect, test } from "vitest";
import type { Failure } from "../src/domain/input.ts";
import { type CallEnded, modelFailureOf } from "../src/domain/model-failure.ts";
import { fixture } from "./support/fixture.ts";

const AT = Date.UTC(2026, 10, 26, 12, 0, 0);
const NOTHING: CallEnded = {
  provider: "local",
  status: null,
  body: "",
  code: null,
  headers: {},
  at: AT,
  secrets: [],
};

const recorded = (name: string): string => fixture("ollama", name);
const openAi = (message: string, code: string | null = null, type = "x"): string =>
  JSON.stringify({ error: { message, type, param: null, code } });
const ollama = (error: string): string => JSON.stringify({ error });

function failureOf(ended: Partial<CallEnded>): Failure {
  return modelFailureOf({ ...NOTHING, ...ended }).failure;
}

/** Status, body, class on this host, class in the cloud. */
type Row = readonly [number, string, Failure, Failure?];

/** Recorded texts: test/fixtures/ollama, and issues of continuedev/continue, vllm, llama.cpp, LM Studio, Groq. */
const SAID: readonly Row[] = [
  [404, recorded("error.404.model-not-found.json"), "not_pulled"],
  [
    404,
    openAi("The model `gpt-9` does not exist or you do not have access to it.", "model_not_found"),
    "not_pulled",
  ],
  [404, "404 page not found", "server_error"],
  [400, recorded("error.400.no-vision.derived.json"), "bad_request"],
  [500, recorded("error.500.llama-server-cuda-oom.json"), "oom", "server_error"],
  [500, recorded("error.500.llama-server-cuda-oom.openai.json"), "oom", "server_error"],
  [500, recorded("error.500.llama-server-killed.json"), "oom", "server_error"],
  [500, recorded("error.500.llama-server-segfault.json"), "server_error"],
  [500, recorded("error.500.runner-cuda-oom.json"), "oom", "server_error"],
  [500, recorded("error.500.system-memory.json"), "oom", "server_error"],
  [503, recorded("error.503.server-busy.json"), "loading", "server_error"],
  [503, recorded("llamacpp.health.503-loading.json"), "loading", "server_error"],
  [500, recorded("error.generic.docs.json"), "server_error"],
  [200, recorded("stream-error.ndjson").trim().split("\n").at(-1) ?? "", "server_error"],
  [200, ollama("llama-server process no longer running"), "server_error"],
  [200, ollama("CUDA error: out of memory"), "oom", "server_error"],
  [500, ollama("timed out waiting for llama-server to start"), "timeout"],
  // Context.
  [
    400,
    openAi(
      "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
      "context_length_exceeded",
    ),
    "context",
  ],
  [
    400,
    openAi(
      "the request exceeds the available context size, try increasing it",
      null,
      "invalid_request_error",
    ),
    "context",
  ],
  [
    400,
    openAi(
      "request (9000 tokens) exceeds the available context size (4096 tokens)",
      null,
      "exceed_context_size_error",
    ),
    "context",
  ],
  [
    400,
    JSON.stringify({
      object: "error",
      message:
        "This model's maximum context length is 16384 tokens. However, you requested 122946 tokens",
      type: "BadRequestError",
      code: 400,
    }),
    "context",
  ],
  [500, ollama("the input length exceeds the context length"), "context"],
  [
    400,
    ollama(
      "The number of tokens to keep from the initial prompt is greater than the context length.",
    ),
    "context",
  ],
  [400, openAi("prompt is too long: 210000 tokens > 200000 maximum"), "context"],
  [
    429,
    openAi(
      "Request too large for model `llama-3.3-70b-versatile` on tokens per minute (TPM): Limit 12000, Requested 15318",
      "rate_limit_exceeded",
    ),
    "context",
  ],
  // Quota.
  [
    429,
    openAi(
      "You exceeded your current quota, please check your plan and billing details.",
      "insufficient_quota",
    ),
    "quota",
  ],
  [
    429,
    ollama("you've reached your hourly usage limit, please wait or upgrade to continue"),
    "quota",
  ],
  [
    429,
    ollama(
      "you (someone) have reached your session usage limit, upgrade for higher limits: https://ollama.com/upgrade",
    ),
    "quota",
  ],
  [402, ollama("Insufficient Balance"), "quota"],
  [403, ollama("you (someone) have reached your weekly usage limit, upgrade"), "quota"],
  [
    429,
    '[{"error":{"code":429,"message":"Resource has been exhausted","status":"RESOURCE_EXHAUSTED"}}]',
    "quota",
  ],
  [429, "Too Many Requests", "loading", "quota"],
  [
    200,
    openAi("Rate limit reached for gpt-5 in organization org-x", "rate_limit_exceeded"),
    "quota",
  ],
  // The key.
  [401, openAi("Incorrect API key provided: sk-abc***wxyz.", "invalid_api_key"), "auth"],
  [401, ollama("unauthorized"), "auth"],
  [
    403,
    openAi("Country, region, or territory not supported", "unsupported_country_region_territory"),
    "auth",
  ],
  // The request.
  [400, openAi("Invalid type for 'messages[0].content': expected a string"), "bad_request"],
  [400, openAi("Your text 'CUDA error: out of memory' has no valid role"), "bad_request"],
  [413, "Request Entity Too Large", "bad_request"],
  [415, "", "bad_request"],
  [422, '{"detail":[{"loc":["body","messages"],"msg":"field required"}]}', "bad_request"],
  [405, "Method Not Allowed", "bad_request"],
  // The way there.
  [408, "", "timeout"],
  [504, "<html><head><title>504 Gateway Time-out</title></head></html>", "timeout"],
  [502, "Bad Gateway", "refused", "server_error"],
  [
    502,
    ollama('Post "https://ollama.com:443/api/chat": dial tcp: lookup ollama.com: no such host'),
    "refused",
    "refused",
  ],
  [503, "", "loading", "server_error"],
  [529, openAi("Overloaded", null, "overloaded_error"), "server_error"],
  [500, "", "server_error"],
  [307, "", "server_error"],
];

test("model failure: what servers say, on this host and in the cloud", () => {
  for (const [status, body, local, cloud = local] of SAID) {
    expect([body, failureOf({ status, body })]).toEqual([body, local]);
    expect([body, failureOf({ status, body, provider: "cloud" })]).toEqual([body, cloud]);
  }
});

test("model failure: what systems say", () => {
  const rows: readonly (readonly [string | null, Failure])[] = [
    ["ECONNREFUSED", "refused"],
    ["ENOTFOUND", "refused"],
    ["EAI_AGAIN", "refused"],
    ["EHOSTUNREACH", "refused"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "refused"],
    ["CERT_HAS_EXPIRED", "refused"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "refused"],
    ["ETIMEDOUT", "timeout"],
    ["ECONNRESET", "server_error"],
    ["EPIPE", "server_error"],
    ["HPE_INVALID_CONSTANT", "server_error"],
    [null, "server_error"],
  ];
  for (const [code, failure] of rows) expect([code, failureOf({ code })]).toEqual([code, failure]);
});

test("model failure: a text that never ends is not read to its end", () => {
  const body = ollama("model ".repeat(700_000));
  expect(failureOf({ status: 200, body })).toBe("server_error");
  expect(failureOf({ status: 404, body })).toBe("server_error");
});

test("model failure: when to ask again", () => {
  const rows: readonly (readonly [CallEnded["headers"], string, number | null])[] = [
    [{ "retry-after": "7" }, "", 7000],
    [{ "retry-after": "0.5" }, "", 500],
    [{ "retry-after": "0" }, "", 0],
    [{ "retry-after": "Thu, 26 Nov 2026 12:00:30 GMT" }, "", 30_000],
    [{ "retry-after": "Thu, 26 Nov 2026 11:59:00 GMT" }, "", 0],
    [{ "retry-after": "Tue, 29 Feb 2028 00:00:00 GMT" }, "", 604_800_000],
    [{ "retry-after": "soon" }, "", null],
    [{ "retry-after": "-5" }, "", null],
    [{ "retry-after": "99999999999999999999" }, "", 604_800_000],
    [{ "retry-after-ms": "1250.4", "retry-after": "2" }, "", 1251],
    [{ "retry-after": "7" }, "Please try again in 6.5s.", 7000],
    [{}, "Please try again in 6.5s.", 6500],
    [{}, "Please try again in 1m30s. Visit …", 90_000],
    [{}, "Please try again in 20ms.", 20],
    [{}, "Please retry in 12.3s.", 12_300],
    [{}, "try again in 5 minutes", 300_000],
    [{}, "try again in 1 hour and more", 3_600_000],
    [{}, "try again in a while", null],
    [{}, "try again in 3 bananas", null],
    [{}, "you've reached your hourly usage limit", null],
  ];
  for (const [headers, text, expected] of rows) {
    const ended = { ...NOTHING, status: 429, body: openAi(text), headers };
    expect([headers, text, modelFailureOf(ended).retry_after_ms]).toEqual([
      headers,
      text,
      expected,
    ]);
  }
});

test("model failure: the message is one line, without keys, at most 500 characters", () => {
  const key = "my-own-key-without-prefix";
  const rows: readonly (readonly [string, string])[] = [
    [ollama("two\nlines\u0000 and\tmore"), "two lines and more"],
    [openAi(`The key ${key} is wrong`), "The key … is wrong"],
    [openAi("Incorrect: sk-proj-abc_DEF-123456 or sk-ab***yz"), "Incorrect: … or …"],
    [
      openAi('header "Authorization: Bearer abc.def-ghi" refused'),
      'header "Authorization: Bearer …" refused',
    ],
    [
      "<!DOCTYPE html><html><head><title> Sign in </title></head></html>",
      "a page of HTML: Sign in",
    ],
    ["<html><body>no title</body></html>", "a page of HTML"],
    ["", "HTTP 500"],
    ["{}", "HTTP 500"],
    ['{"detail":"Not allowed"}', "Not allowed"],
  ];
  for (const [body, message] of rows) {
    expect(modelFailureOf({ ...NOTHING, status: 500, body, secrets: [key] }).message).toBe(message);
  }
  const long = modelFailureOf({
    ...NOTHING,
    status: 500,
    body: `${"x".repeat(490)}${key}`,
    secrets: [key],
  });
  expect(long.message).toBe(`${"x".repeat(490)}…`);
  const cut = modelFailureOf({ ...NOTHING, status: 500, body: "🚗".repeat(400) });
  expect(cut.message.length).toBeLessThanOrEqual(500);
  expect(cut.message.isWellFormed()).toBe(true);
});
