/** Will it fit over HTTP: a real runtime on a card, a real Ollama's answers, and what is refused. */
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { createServer } from "../src/http/server.ts";
import type { FitView } from "../src/replay/fit.ts";
import type { Runtime } from "../src/runtime-types.ts";
import { ask, type Service, startService } from "./http-helper.ts";
import { fakeNvidiaSmi, nvidiaRow } from "./support/fake-nvidia-smi.ts";
import { fakeOllama } from "./support/fake-ollama.ts";
import { fixture } from "./support/fixture.ts";
import { entryOf, fileHost, live } from "./support/live.ts";
import { quickConfiguration } from "./support/quick-configuration.ts";

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(async () => {
  await service.stop();
});

const PATH = "/api/runtime/fit";

test("fit: answers for a host without card and server, in both languages", async () => {
  const { status, json } = await service.ask(`${PATH}?model=moondream`);
  const view = json as unknown as FitView;
  expect(status).toBe(200);
  expect(view.model).toMatchObject({ name: "moondream", installed: null, source: "table" });
  expect(view.places.map(({ place, reasons }) => [place, reasons[0]?.code])).toContainEqual([
    ...["gpu", "NO_GPU"],
  ]);
  const chinese = (await service.ask(`${PATH}?model=moondream&lang=zh`)).json as unknown as FitView;
  expect(chinese.sentences.places[0]).toBe("GPU: 没有检测到可用的显卡");
  expect(view.sentences.places[0]).toBe("GPU: no usable GPU was found");
  for (const { sentences, places, remarks } of [view, chinese]) {
    expect([sentences.places.length, sentences.remarks.length]).toEqual([
      ...[places.length, remarks.length],
    ]);
  }
});

test.each([
  ["", ['"model"', "is missing"]],
  ["model=", ['"model" in the query']],
  [`model=${"x".repeat(201)}`, ['"model" in the query', "200"]],
  ["model=moondream&context=0", ['"context" in the query', ">= 1", "got 0"]],
  ["model=moondream&context=-5", ['"context" in the query', ">= 1", "got -5"]],
  ["model=moondream&context=many", ['"context" in the query must be', 'got "many"']],
  ["model=moondream&context=1.5", ['"context" in the query must be', 'got "1.5"']],
  ["model=moondream&context=16777217", ['"context" in the query', "<= 16777216"]],
  ["model=moondream&images=-1", ['"images" in the query', ">= 0"]],
  ["model=moondream&images=1001", ['"images" in the query', "<= 1000"]],
  ["model=moondream&image=1", ['"image" in the query is not known here']],
  ["model=moondream&lang=fr", ['"lang" in the query must be one of']],
])("fit: ?%s is refused with a remedy", async (query, words) => {
  const { status, json } = await service.ask(`${PATH}?${query}`);
  expect([status, json["code"]]).toEqual([400, "RP_REQUEST"]);
  for (const word of words) expect(json["detail"]).toContain(word);
});

test("fit: a model that nobody knows is not found, and the nearest are named", async () => {
  const { status, json } = await service.ask(`${PATH}?model=moondrem`);
  expect([status, json["code"]]).toEqual([404, "RP_NOT_FOUND"]);
  expect(json["detail"]).toContain('got "moondrem"; did you mean moondream?');
});

test("fit: where no name is near and Ollama is silent, the remedy works without Ollama", async () => {
  const { json } = await service.ask(`${PATH}?model=gpt-5`);
  expect(json["detail"]).toMatch(
    /^Expected a model of the table of \d{4}-\d\d \(Ollama did not answer, so what it has is not known\), got "gpt-5"; start Ollama, or name one of .*\bmoondream\b/,
  );
  expect(json["detail"]).not.toContain("ollama list");
});

test("fit: an answer is named by its bytes, and not sent again to who has it", async () => {
  const path = `${PATH}?model=moondream`;
  const first = await service.ask(path);
  const tag = String(first.headers["etag"]);
  expect(tag).toMatch(/^"[\w-]{43}"$/);
  expect(first.headers["cache-control"]).toBe("no-cache");
  const again = await service.ask(path, { headers: { "if-none-match": tag } });
  expect([again.status, again.text, again.headers["etag"]]).toEqual([304, "", tag]);
  const other = await service.ask(`${path}&context=512`, { headers: { "if-none-match": tag } });
  expect(other.status).toBe(200);
  const head = await service.ask(path, { method: "HEAD" });
  expect([head.status, head.text, head.headers["etag"]]).toEqual([200, "", tag]);
});

test("fit: only GET is answered", async () => {
  const { status, headers } = await service.ask(`${PATH}?model=moondream`, { method: "POST" });
  expect([status, headers["allow"]]).toEqual([405, "GET, HEAD"]);
});

const TAGS = JSON.stringify({
  models: [
    { name: "gemma4:latest", size: 6_400_000_000, capabilities: ["completion", "vision"] },
    { name: "moondream:latest", size: 1_738_451_197, capabilities: ["completion", "vision"] },
  ],
});

/** A runtime that watches a card of 8 GB, on which others use 1401 MiB. */
async function watching(): Promise<{
  runtime: Runtime;
  asked: (query: string) => Promise<FitView>;
}> {
  const card = fakeNvidiaSmi({ rows: nvidiaRow({ total: 8188, used: 1401, free: 6787 }) });
  const show = { "gemma4:latest": fixture("ollama", "show.vision-gemma4.json") };
  const ollama = await fakeOllama({ tags: TAGS, show });
  const configuration = quickConfiguration({ ollama: { host: ollama.address } });
  const host = fileHost(32_768, 20_000);
  const runtime = await live({ env: card.env, configuration, host });
  const hasVram = ({ type, data }: { type: string; data: unknown }) =>
    type === "reading" && (data as { vram: unknown }).vram !== null;
  await entryOf(runtime, hasVram);
  const server = await createServer(runtime, { port: 0 });
  onTestFinished(() => server.close());
  const [address] = await server.listen();
  const where = { host: "127.0.0.1", port: address?.port ?? 0 };
  const asked = async (query: string) => {
    const answer = await ask({ ...where, path: `${PATH}?${query}` }, {});
    expect([query, answer.status]).toEqual([query, 200]);
    return answer.json as unknown as FitView;
  };
  return { runtime, asked };
}

test("fit: figures of an installed model are Ollama's, and the room is that of the meters", async () => {
  const { runtime, asked } = await watching();
  const view = await asked("model=gemma4&context=4096");
  expect(view.model).toMatchObject({ installed: true, source: "ollama", cache_mib_per_1024: 105 });
  expect(view.rooms.gpu).toMatchObject({
    ...{ meter: "vram", total_mib: 8188, limit_mib: 6959, others_peak_mib: 1401 },
    ...{ free_at_peak_mib: 5558, lookback_ms: 300 },
  });
  expect(view.rooms.memory).toMatchObject({ total_mib: 32_768, others_now_mib: 12_768 });
  expect(view.places.map(({ place, verdict }) => [place, verdict])).toEqual([
    ["gpu", "too-large"],
    ["split", "fits"],
    ["cpu", "fits"],
  ]);
  expect(view.places[1]?.layers?.total).toBe(42);
  expect(view.alternatives[0]).toMatchObject({ kind: "model", model: "moondream", place: "gpu" });
  expect(view.remarks.map(({ code }) => code)).toEqual(["CACHE_UPPER_BOUND"]);
  const direct = await runtime.fit({ model: "gemma4", context: 4096 });
  expect(direct.places.map(({ needs }) => needs)).toEqual(view.places.map(({ needs }) => needs));
});

test("fit: asking changes nothing: no entry but readings comes of it", async () => {
  const { runtime, asked } = await watching();
  const before = runtime.snapshot().state;
  const told: string[] = [];
  runtime.subscribe((entries) => told.push(...entries.map(({ type }) => type)));
  await asked("model=gemma4&images=2");
  expect(
    told.filter((type) => !["reading", "models.changed", "conditions.changed"].includes(type)),
  ).toEqual([]);
  expect(runtime.snapshot().state).toEqual(before);
});

test("fit: a library user is refused what cannot be asked, and everybody beyond the bound", async () => {
  const { runtime } = await watching();
  for (const wish of [
    { model: " " },
    { model: "moondream", context: 0 },
    { model: "moondream", context: 1.5 },
    { model: "moondream", images: -1 },
    { model: "moondream", images: Number.NaN },
  ]) {
    await expect(runtime.fit(wish)).rejects.toMatchObject({ code: "RP_REQUEST" });
  }
  const many = Array.from({ length: 6 }, () => runtime.fit({ model: "moondream" }));
  const ends = await Promise.allSettled(many);
  expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(4);
  for (const end of ends) {
    if (end.status === "rejected") expect(end.reason).toMatchObject({ code: "RP_BUSY" });
  }
  expect(await runtime.fit({ model: "moondream" })).toMatchObject({ best: "gpu" });
  await runtime.stop();
  await expect(runtime.fit({ model: "moondream" })).rejects.toMatchObject({ code: "RP_STOPPED" });
});

test("fit: while the host is being detected there is nothing to compare with", async () => {
  const hanging = fakeNvidiaSmi({ mode: "hang" });
  const runtime = await live({ env: hanging.env, waitForDetection: false });
  await expect(runtime.fit({ model: "moondream" })).rejects.toMatchObject({ code: "RP_BUSY" });
});
