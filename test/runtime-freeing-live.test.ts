/** A whole runtime with a card and a model server: work, a step, the memory back, the log. */
import { expect, test } from "vitest";
import type { FullConfiguration } from "../src/domain/configuration.ts";
import type { Runtime } from "../src/runtime-types.ts";
import { fakeCard, type UnloadManner } from "./support/fake-card.ts";
import { fakeNvidiaSmi, nvidiaRow } from "./support/fake-nvidia-smi.ts";
import { fixture } from "./support/fixture.ts";
import { entryOf, type FileHost, fileHost, live } from "./support/live.ts";
import { quickConfiguration } from "./support/quick-configuration.ts";
import { addFiles } from "./support/temporary-folder.ts";

const CARD_MIB = 8188;

const TAGS = JSON.stringify({
  models: ["qwen3.5:4b", "moondream:latest"].map((name) => ({
    name,
    model: name,
    size: 3_400_000_000,
    details: { family: "qwen35", families: ["qwen35"] },
    capabilities: ["completion", "vision"],
  })),
});

const JOB = {
  role: "vision",
  request: { messages: [{ role: "user", content: "what?" }] },
} as const;

/** A runtime on a card whose meter follows what the server has loaded. */
async function runtimeWithCard(
  manner: UnloadManner,
  work: Partial<FullConfiguration["work"]> = {},
) {
  const card = await fakeCard({ "someone:1b": 500 }, manner, TAGS);
  const answer = () => {
    const used = card.usedMib();
    const rows = nvidiaRow({ total: CARD_MIB, used, free: CARD_MIB - used });
    return { rows, version: fixture("nvidia-smi", "rtx2080s-8gb-linux-driver610.version.txt") };
  };
  const smi = fakeNvidiaSmi(answer());
  card.onChange = () => smi.say(answer());
  const quick = quickConfiguration({ ollama: { host: card.address } });
  const host = fileHost();
  const runtime = await live({
    host,
    env: smi.env,
    configuration: { ...quick, work: { ...quick.work, ...work } },
  });
  await expect.poll(() => runtime.policy().vision.ready).toBe(true);
  return { runtime, card, host };
}

async function worked(runtime: Runtime): Promise<string> {
  const answer = await runtime.work.complete(JOB);
  if (!answer.ok) throw new Error(`Expected an answer, got ${JSON.stringify(answer)}.`);
  expect(answer.receipt.device).toBe("gpu");
  return answer.receipt.model;
}

/** Waits for a sample of the card from after the job: only that one certainly has the model in it. */
async function measured(runtime: Runtime): Promise<void> {
  const { at } = await entryOf(runtime, ({ type }) => type === "task.finished");
  await entryOf(runtime, ({ type, data }) => {
    const { vram } = data as { readonly vram?: { readonly source_at: number } | null };
    return type === "reading" && (vram?.source_at ?? 0) > at;
  });
}

function startEditor({ root }: FileHost): void {
  addFiles(root, { "proc/4242/exe": "-> /opt/resolve/bin/resolve" });
}

const isUnload = ({ type, data }: { readonly type: string; readonly data: unknown }): boolean =>
  type.startsWith("effect.") && (data as { effect: string }).effect === "unload";

test("freeing live: the editor starts, the card is left before it renders, and its memory is back", async () => {
  const { runtime, card, host } = await runtimeWithCard("free");
  const model = await worked(runtime);
  await measured(runtime);
  startEditor(host);
  const entry = await entryOf(runtime, isUnload);
  expect(entry).toMatchObject({
    type: "effect.finished",
    data: {
      detail: { models: [model], device_left: "gpu", freed_mib: 3000, reason: null },
    },
  });
  expect(runtime.snapshot().rung).toBe("cpu");
  expect(card.asked).toEqual([model]);
  expect([...card.loaded.keys()]).toEqual(["someone:1b"]);
});

test("freeing live: work.unload switched off leaves the server alone", async () => {
  const { runtime, card, host } = await runtimeWithCard("free", { unload: false });
  await worked(runtime);
  startEditor(host);
  await entryOf(runtime, ({ type, data }) => type === "transition" && toOf(data).endsWith(".cpu"));
  await runtime.stop();
  expect(card.asked).toEqual([]);
});

test("freeing live: a refusal stands in the log, and the runtime stops all the same", async () => {
  const { runtime } = await runtimeWithCard("refuse");
  await worked(runtime);
  runtime.degrade({ rung: "cpu" });
  const entry = await entryOf(runtime, isUnload);
  expect(entry).toMatchObject({ type: "effect.failed", data: { detail: { reason: "refused" } } });
});

function toOf(data: unknown): string {
  return (data as { to: string }).to;
}
