/** A real runtime on a card of 8 GB with a fake Ollama, and a fake cloud where the test allows one. */
import { onTestFinished } from "vitest";
import { DEFAULT_CONFIGURATION, type FullConfiguration } from "../../src/domain/configuration.ts";
import type { Runtime } from "../../src/runtime-types.ts";
import type { FakeModelServer } from "./fake-model-server.ts";
import { fakeChatOllama, fakeCloud } from "./fake-models.ts";
import { type FakeNvidiaSmi, fakeNvidiaSmi, nvidiaRow } from "./fake-nvidia-smi.ts";
import { type FileHost, fileHost, live, stateOf } from "./live.ts";
import { quickConfiguration } from "./quick-configuration.ts";

export const KEY = "sk-test-0123456789abcdef0123456789abcdef";

const TOTAL_MIB = 8188;
const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** A vision model for each local rung; small, so that a load that is not yet known as ours still leaves room. */
const MODELS = [
  { name: "qwen3.5:4b", size: 2.2 * GIB, capabilities: ["completion", "vision", "tools"] },
  { name: "qwen3.5:2b", size: 1.2 * GIB, capabilities: ["completion", "vision", "tools"] },
];

export interface WorkingHost {
  readonly runtime: Runtime;
  readonly ollama: FakeModelServer;
  readonly cloud: FakeModelServer;
  readonly host: FileHost;
  readonly card: FakeNvidiaSmi;
  /** MiB in use on the card by others; what Ollama holds comes on top. */
  use(mib: number): void;
}

export interface WorkingOptions {
  readonly cloud?: Partial<FullConfiguration["cloud"]>;
  readonly work?: Partial<FullConfiguration["work"]>;
  readonly sensors?: Partial<FullConfiguration["sensors"]>;
  readonly env?: Readonly<Record<string, string>>;
}

/** What Ollama holds on the card now, in MiB. */
export function onCardMib({ memory }: FakeModelServer): number {
  const held = [...memory.loaded.values()].filter(({ num_gpu }) => num_gpu !== 0);
  const sizes = held.map(({ name }) => MODELS.find((model) => model.name === name)?.size ?? 0);
  return Math.round(sizes.reduce((sum, size) => sum + size, 0) / MIB);
}

/** The card shows what is loaded as soon as it is. */
async function followMemory(ollama: FakeModelServer, show: () => unknown): Promise<never> {
  for (let last = onCardMib(ollama); ; last = onCardMib(ollama)) {
    await ollama.until(() => onCardMib(ollama) !== last);
    show();
  }
}

/** Starts it and waits until vision may begin on the card. */
export async function workingHost(options: WorkingOptions = {}): Promise<WorkingHost> {
  const ollama = await fakeChatOllama({ models: MODELS });
  const cloud = await fakeCloud({ key: KEY });
  const rowsOf = (mib: number) => ({
    rows: nvidiaRow({ total: TOTAL_MIB, used: mib, free: TOTAL_MIB - mib }),
  });
  const card = fakeNvidiaSmi(rowsOf(800));
  let others = 800;
  const show = () => card.say(rowsOf(others + onCardMib(ollama)));
  const isOver = { now: false };
  onTestFinished(() => {
    isOver.now = true;
  });
  void followMemory(ollama, () => isOver.now || show());
  const host = fileHost();
  const quick = quickConfiguration();
  const configuration = quickConfiguration({
    sensors: { ...quick.sensors, ...options.sensors },
    ollama: { host: ollama.address },
    cloud: { ...DEFAULT_CONFIGURATION.cloud, base_url: cloud.address, ...options.cloud },
    work: { ...DEFAULT_CONFIGURATION.work, cloud_key: KEY, ...options.work },
  });
  const env = { PATH: `${card.folder}:/usr/bin:/bin`, ...options.env };
  const runtime = await live({ host, env, configuration });
  onTestFinished(() => ollama.release());
  await stateOf(runtime, () => runtime.policy().vision.ready);
  const use = (mib: number): void => {
    others = mib;
    show();
  };
  return { runtime, ollama, cloud, host, card, use };
}
