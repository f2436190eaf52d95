/** Where the cloud is not allowed, not one byte goes there, whatever fails; and no key is ever told. */
import { once } from "node:events";
import { type AddressInfo, createServer as createSocketServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createOllamaClient } from "../src/effects/ollama-client.ts";
import { createOpenAiClient } from "../src/effects/openai-client.ts";
import { addGateway } from "../src/gateway/gateway.ts";
import { createServer } from "../src/http/server.ts";
import { PROCESS_CLOCK } from "../src/runtime-work-live.ts";
import type { Job } from "../src/runtime-work-types.ts";
import { ask } from "./http-helper.ts";
import type { SceneName } from "./support/fake-model-scenes.ts";
import { fakeChatOllama } from "./support/fake-models.ts";
import { stateOf } from "./support/live.ts";
import { withModels } from "./support/policy-situations.ts";
import { randomOf } from "./support/seeded-random.ts";
import { hostWith } from "./support/stories.ts";
import { jobOf, MODELS, virtualWork } from "./support/virtual-work.ts";
import { KEY, workingHost } from "./support/working-host.ts";

const CLOUD_MODEL = "qwen3-vl:235b-cloud";
const GIB = 1024 ** 3;

/** Failures that need nobody to let them go. */
const SCENES: readonly SceneName[] = [
  ...(["ok", "ok", "ok", "oom-old", "oom-new", "oom-memory", "killed", "oom-stream"] as const),
  ...(["model-missing", "quota", "unauthorized", "context", "loading", "busy"] as const),
  ...(["bad-request", "error", "reset", "reset-stream", "html", "broken", "truncated"] as const),
];

/** A cloud that is a bare socket: everything that reaches it is counted. */
async function countedCloud() {
  const seen = { connections: 0, bytes: 0 };
  const server = createSocketServer((socket) => {
    seen.connections += 1;
    socket.on("data", ({ length }) => {
      seen.bytes += length;
    });
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { seen, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
}

const JOBS = 3400;
const AT_ONCE = 8;

test.each([
  ["it is not allowed at all", { allowed: false }, {}],
  ["it is allowed to no role", { allowed: true, vision: "never", planning: "never" }, {}],
  ["the jobs are local only", { allowed: true }, { isLocalOnly: true }],
] as const)(
  `privacy: ${JOBS} jobs under random failures and pressures send nothing to the cloud: %s`,
  async (_name, consent, change: Partial<Job>) => {
    const { seen, address } = await countedCloud();
    const names = [...MODELS, CLOUD_MODEL];
    const ollama = await fakeChatOllama({
      models: names.map((name) => ({ name, size: GIB, capabilities: ["completion", "vision"] })),
    });
    const base = withModels(hostWith(), ...names);
    const work = virtualWork({
      host: { ...base, ollama: { ...base.ollama, address: ollama.address } },
      cloud: { ...consent, base_url: address },
      settings: { first_token_ms: 200, idle_ms: 200, local_at_once: 4, wait_ms: 20 },
      real: {
        clients: {
          ollama: createOllamaClient({ keepAliveMs: 1000 }),
          openai: createOpenAiClient({ keyOf: () => KEY }),
        },
        clock: PROCESS_CLOCK,
      },
    });
    const random = randomOf(20_261_126);
    const messages: string[] = [];
    let begun = 0;
    let done = 0;
    const caller = async (): Promise<void> => {
      while (begun < JOBS) {
        begun += 1;
        if (begun % 5 === 0) {
          // Readings of a host that is mostly calm, so that the ladder comes back up.
          const isCalm = random.chance(0.9);
          const used = isCalm ? 2000 : random.integer(500, 20_000);
          const available = isCalm ? 40_000 : random.integer(500, 40_000);
          work.beat({ used, available }, 10_000);
        }
        ollama.always({ scene: random.one(SCENES), location: address });
        const role = random.chance(0.7) ? ("vision" as const) : ("planning" as const);
        const usesPolicy = random.chance(0.6);
        const answer = await work.engine.complete(jobOf({ role, usesPolicy, ...change }));
        if (answer.ok) done += 1;
        else if (!answer.isAborted) messages.push(answer.refusal.message);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, caller));
    expect(seen).toEqual({ connections: 0, bytes: 0 });
    expect(ollama.chats.length).toBeGreaterThan(500);
    expect(done).toBeGreaterThan(100);
    expect(ollama.chats.filter(({ body }) => body["model"] === CLOUD_MODEL)).toEqual([]);
    expect(work.outcomes.filter(({ provider }) => provider === "cloud")).toEqual([]);
    expect(messages.join("\n")).not.toContain(KEY);
    expect(work.engine.queue.running()).toEqual([]);
  },
  120_000,
);

test("privacy: the same place is used as soon as it is allowed", async () => {
  const { cloud, runtime } = await workingHost({ cloud: { allowed: true } });
  await stateOf(runtime, () => runtime.snapshot().state.cloud === "reachable");
  runtime.degrade({ rung: "cloud" });
  expect((await runtime.work.complete(jobOf())).ok).toBe(true);
  expect(cloud.chats).toHaveLength(1);
});

test("privacy: the key stands in no answer, error, metric, notice or export", async () => {
  const { cloud, runtime } = await workingHost({ cloud: { allowed: true } });
  await stateOf(runtime, () => runtime.snapshot().state.cloud === "reachable");
  const { work, policy } = runtime;
  const plugin = (app: never, redact: never) => addGateway(app, { work, policy, redact });
  const server = await createServer(runtime, { port: 0, plugins: [plugin as never] });
  onTestFinished(() => server.close());
  const [address] = await server.listen();
  if (address === undefined) throw new Error("no address");
  const { host, port } = address;
  // A provider that repeats the key in its error, as some do.
  cloud.always({ scene: "error", status: 401, message: `Incorrect API key provided: ${KEY}` });
  const texts: string[] = [];
  const told = async (path: string, options: Parameters<typeof ask>[1] = {}): Promise<void> => {
    const answer = await ask({ host, port, path }, options);
    texts.push(`${path} ${answer.status} ${JSON.stringify(answer.headers)} ${answer.text}`);
  };
  for (const model of ["runtime/planning", "runtime/vision"]) {
    const body = JSON.stringify({ model, messages: [{ role: "user", content: "Hello." }] });
    const headers = { "content-type": "application/json" };
    await told("/v1/chat/completions", { method: "POST", headers, body });
  }
  expect(cloud.chats.length).toBeGreaterThan(0);
  const document = (await ask({ host, port, path: "/docs/json" }, {})).json as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
  const paths = Object.entries(document.paths).filter(([, operations]) => "get" in operations);
  expect(paths.length).toBeGreaterThan(15);
  for (const [path] of paths)
    await told(path.replace("{seq}", "2").replace("{id}", "runtime/vision"));
  await told("/api/runtime/events?limit=1000");
  texts.push(JSON.stringify(runtime.notices), JSON.stringify(runtime.events({ limit: 1000 })));
  expect(texts.join("\n")).toMatch(/CLOUD_CLOSED/);
  for (const text of texts) expect(text.includes(KEY) ? text.slice(0, 300) : "").toBe("");
});
