import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { askHttp } from "../src/detect/ask-http.ts";
import { type HostIo, type HostView, ioOf } from "../src/detect/host-io.ts";
import { MAX_ADDRESSES, probeServers, SERVERS_LIMIT_MS } from "../src/detect/probe-servers.ts";
import { fakeOllama } from "./support/fake-ollama.ts";
import { type FakeAnswers, fakeServer, listeningServer, RECORDED } from "./support/fake-server.ts";

const MARGIN_MS = 1000;
const DEFAULT_PORTS = ["1234", "8080", "9931", "8000"];

/** A host on which the default ports lead to these servers, others of them to nobody. */
function viewWith(ports: Readonly<Record<string, string>> = {}): HostView & { asked: string[] } {
  const asked: string[] = [];
  const ask: HostIo["ask"] = async (url, signal, body) => {
    asked.push(url);
    const { port, pathname, origin } = new URL(url);
    const address = ports[port] ?? (DEFAULT_PORTS.includes(port) ? null : origin);
    if (address === null) return { problem: "not-running" };
    return askHttp(`${address}${pathname}`, signal, body);
  };
  const plain: HostView = { root: "/nowhere", env: {}, platform: "linux" };
  return { ...plain, io: { ...ioOf(plain), ask }, asked };
}

const LLAMA = "Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf";
const NONE = { vision: null, loaded: null, context: null, size_bytes: null, cloud: false };
const LM_OLD = [
  { ...NONE, name: "qwen2-vl-7b-instruct", vision: true, loaded: false, context: 32_768 },
  { ...NONE, name: "meta-llama-3.1-8b-instruct", vision: false },
];
const LM_NEW = [
  {
    name: "google/gemma-3-4b",
    vision: true,
    loaded: false,
    context: 131_072,
    size_bytes: 3_034_755_901,
    cloud: false,
  },
  { ...NONE, name: "qwen/qwen3.5-9b", loaded: true, size_bytes: 6_548_927_017 },
];
const LLAMA_MODEL = {
  name: LLAMA,
  vision: false,
  loaded: true,
  context: 1024,
  size_bytes: 4_912_898_304,
  cloud: false,
};
const VLLM_MODEL = { ...NONE, name: "unsloth/Llama-3.2-1B-Instruct", context: 131_072 };

test.each([
  ["lmstudio", "1234", RECORDED.lmstudioOld, LM_OLD],
  ["lmstudio", "1234", RECORDED.lmstudioNew, LM_NEW],
  ["llamacpp", "8080", RECORDED.llamacpp, [LLAMA_MODEL]],
  ["llamacpp", "9931", RECORDED.llamacppLoading, []],
  ["vllm", "8000", RECORDED.vllm, [VLLM_MODEL]],
] as const)(
  "probeServers: %s on its port %s and at a configured address",
  async (kind, port, answers, models) => {
    const { address } = await fakeServer(answers as FakeAnswers);
    const onPort = await probeServers({ view: viewWith({ [port]: address }), addresses: [] });
    expect(onPort.finding).toMatchObject([
      { kind, address: `http://127.0.0.1:${port}`, running: true, models },
    ]);
    const configured = await probeServers({ view: viewWith(), addresses: [address] });
    expect(configured.finding).toMatchObject([{ kind, address, running: true, models }]);
    expect(configured.notes).toEqual([]);
    expect(configured.origins).toMatchObject([
      { fact: `servers.${address}.running`, source: "http", certainty: "measured", reason: null },
    ]);
  },
);

test("probeServers: Ollama at another address, with what is loaded", async () => {
  const ps = '{"models":[{"name":"llama3.2:latest","size":5,"size_vram":5}]}';
  const { address } = await fakeOllama({ ps });
  const { finding, notes } = await probeServers({ view: viewWith(), addresses: [address] });
  expect(finding).toMatchObject([
    {
      kind: "ollama",
      address,
      version: "0.33.3",
      models: [
        { name: "deepseek-r1:latest", loaded: false },
        { name: "llama3.2:latest", loaded: true },
      ],
    },
  ]);
  expect(notes).toEqual([]);
});

test("probeServers: Ollama's broken lists are noted with their path", async () => {
  const { address } = await fakeOllama({ tags: "<html>", ps: "{" });
  const { finding, notes } = await probeServers({ view: viewWith(), addresses: [address] });
  expect(finding).toMatchObject([{ kind: "ollama", running: true, models: [] }]);
  expect(notes.map(({ detail }) => detail)).toEqual([`${address}/api/tags`, `${address}/api/ps`]);
});

test("probeServers: nobody and strangers on default ports are no news", async () => {
  const { address } = await fakeServer({ "/health": '{"status":"ok"}', "/metrics": "up 1\n" });
  const view = viewWith({ "8080": address, "8000": address });
  expect(await probeServers({ view, addresses: [] })).toEqual({
    finding: [],
    notes: [],
    origins: [],
  });
});

test.each([
  [
    "only a list that all have",
    { "/v1/models": RECORDED.vllm["/v1/models"] },
    true,
    "invalid-answer",
  ],
  ["health that all have", { "/health": '{"status":"ok"}' }, true, "invalid-answer"],
  [
    "HTML everywhere",
    Object.fromEntries(
      ["/", "/api/v0/models", "/api/v1/models", "/health", "/props", "/metrics"].map((path) => [
        path,
        "<html>Sign in to the network</html>",
      ]),
    ),
    true,
    "invalid-answer",
  ],
  ["lists that want a key", { "/api/v1/models": [401, "{}"] }, true, "permission"],
] as const)("probeServers: a stranger with %s is kind null", async (_, answers, running, code) => {
  const { address } = await fakeServer(answers as FakeAnswers);
  const { finding, notes } = await probeServers({ view: viewWith(), addresses: [address] });
  expect(finding).toEqual([{ kind: null, address, running, version: null, models: [] }]);
  expect(notes).toEqual([{ probe: "servers", code, detail: address }]);
});

test.each([
  [
    "answers 502",
    (_, response) => void response.writeHead(502).end("Bad Gateway"),
    null,
    "invalid-answer",
  ],
  [
    "redirects",
    (_, response) => void response.writeHead(302, { location: "/elsewhere" }).end(),
    true,
    "invalid-answer",
  ],
  [
    "is compressed",
    (_, response) =>
      void response
        .writeHead(200, { "content-encoding": "gzip" })
        .end(gzipSync("Ollama is running")),
    true,
    "invalid-answer",
  ],
  [
    "sends more than 1 MiB",
    (_, response) => void response.end("x".repeat(2 ** 20 + 1)),
    null,
    "invalid-answer",
  ],
  ["says nothing", () => {}, null, "timeout"],
  ["drips", (_, response) => void response.write("{"), null, "timeout"],
] as const satisfies readonly (readonly [
  string,
  Parameters<typeof listeningServer>[0],
  boolean | null,
  string,
])[])("probeServers: one that %s is told in time", async (_, listener, running, code) => {
  const server = await listeningServer(listener);
  const before = performance.now();
  const { finding, notes, origins } = await probeServers({
    view: viewWith(),
    addresses: [server.address],
  });
  expect(performance.now() - before).toBeLessThan(SERVERS_LIMIT_MS + MARGIN_MS);
  expect(finding).toMatchObject([{ kind: null, running, models: [] }]);
  expect(notes).toEqual([{ probe: "servers", code, detail: server.address }]);
  expect(origins).toMatchObject([{ certainty: running === null ? "unknown" : "measured" }]);
  expect(server.asked).not.toContain("/elsewhere");
  expect(server.headers).not.toContain("authorization");
  expect(server.headers).not.toContain("cookie");
});

test("probeServers: many slow servers take no longer than one", async () => {
  const slow = await Promise.all(Array.from({ length: 8 }, () => listeningServer(() => {})));
  const before = performance.now();
  const addresses = slow.map(({ address }) => address);
  const { notes } = await probeServers({ view: viewWith(), addresses });
  expect(performance.now() - before).toBeLessThan(SERVERS_LIMIT_MS + MARGIN_MS);
  expect(notes).toHaveLength(8);
});

test("probeServers: one that answers only the first round has a kind and a note", async () => {
  const { "/metrics": metrics } = RECORDED.vllm;
  const { address } = await listeningServer((request, response) => {
    if (request.url === "/metrics") response.end(metrics);
  });
  const { finding, notes } = await probeServers({
    view: viewWith({ "8000": address }),
    addresses: [],
  });
  expect(finding).toMatchObject([
    { kind: "vllm", models: [{ name: VLLM_MODEL.name, context: null }] },
  ]);
  expect(notes).toMatchObject([{ detail: "http://127.0.0.1:8000/v1/models" }]);
});

test("probeServers: a configured server that is not there is listed as not running", async () => {
  const server = await fakeServer({});
  await server.stop();
  const { finding, notes } = await probeServers({ view: viewWith(), addresses: [server.address] });
  expect(finding).toMatchObject([{ kind: null, running: false }]);
  expect(notes).toEqual([{ probe: "servers", code: "not-running", detail: server.address }]);
});

test("probeServers: an end from outside is silence", async () => {
  const { address } = await fakeServer(RECORDED.vllm);
  const signal = AbortSignal.abort();
  const { finding } = await probeServers({ view: viewWith(), addresses: [address], signal });
  expect(finding).toMatchObject([{ kind: null, running: null }]);
});

test("probeServers: each place is asked once, ours and Ollama's cloud never", async () => {
  const { address, asked } = await fakeServer(RECORDED.lmstudioNew);
  const own = await fakeServer(RECORDED.llamacpp);
  const view = viewWith({ "8080": own.address });
  const { port } = new URL(address);
  const { finding, notes } = await probeServers({
    view,
    addresses: [address, `localhost:${port}`, "ollama.com", "http://localhost:8080"],
    leaveOut: ["http://127.0.0.1:8080"],
  });
  expect(finding.map(({ kind, running }) => [kind, running])).toEqual([
    ["lmstudio", true],
    [null, null],
  ]);
  expect(notes).toMatchObject([{ code: "not-checked", detail: "https://ollama.com:443" }]);
  expect(new Set(asked).size).toBe(asked.length);
  expect(own.asked).toEqual([]);
  expect(view.asked.filter((url) => url.includes("ollama.com"))).toEqual([]);
});

test("probeServers: what is no address is noted by its place, not by its text", async () => {
  const { finding, notes } = await probeServers({ view: viewWith(), addresses: ["my secret"] });
  expect(finding).toEqual([]);
  expect(notes).toEqual([{ probe: "servers", code: "unparsable", detail: "detect.servers[0]" }]);
});

test("probeServers: addresses beyond the bound are noted and not asked", async () => {
  const addresses = Array.from(
    { length: MAX_ADDRESSES + 3 },
    (_, index) => `127.0.0.1:${index + 1}`,
  );
  const { finding, notes } = await probeServers({ view: viewWith(), addresses });
  expect(finding).toHaveLength(MAX_ADDRESSES);
  expect(notes[0]).toMatchObject({
    code: "not-checked",
    detail: `detect.servers[${MAX_ADDRESSES}]`,
  });
});
