/** One job against a fake that fails in one way: what it is called, what follows, and who hears of it. */

import { verdictOf } from "../../src/domain/failure-window.ts";
import type { Receipt, WorkRefusal } from "../../src/domain/job.ts";
import { createOllamaClient } from "../../src/effects/ollama-client.ts";
import { createOpenAiClient } from "../../src/effects/openai-client.ts";
import { PROCESS_CLOCK } from "../../src/runtime-work-live.ts";
import type { SceneName } from "./fake-model-scenes.ts";
import { fakeChatOllama, fakeCloud } from "./fake-models.ts";
import { withModels } from "./policy-situations.ts";
import { hostWith } from "./stories.ts";
import { jobOf, MODELS, virtualWork } from "./virtual-work.ts";

export const PLACES = ["local", "cloud"] as const;
export type Place = (typeof PLACES)[number];

export const MODES = ["whole", "stream"] as const;
export type Mode = (typeof MODES)[number];

export interface FailureCase {
  readonly scene: SceneName;
  readonly place: Place;
  readonly mode: Mode;
}

/** What came of it. */
export interface FailureTold {
  /** Class of the first attempt; `null` = it did not fail, or was asked again. */
  readonly failure: string | null;
  /** Where the job went: a rung, `again`, `caller`, `stream` (told in the stream), or `-`. */
  readonly next: string;
  /** Whom the outcome counts against. */
  readonly counts: "local" | "cloud" | "nobody";
  readonly receipt: string;
  /** What the runtime did: a step, a closed cloud. */
  readonly runtime: string;
}

const GIB = 1024 ** 3;
/** Short where silence has to end, long where an answer comes, however busy the computer. */
const SILENT: readonly SceneName[] = ["slow-load", "stall"];
const SHORT = { first_token_ms: 1500, idle_ms: 700 };
const LONG = { first_token_ms: 30_000, idle_ms: 30_000 };
const KEY = "sk-test-of-the-table";

/** Plays one case on a fresh engine; only the first chat at the failing place fails. */
export async function playCase({ scene, place, mode }: FailureCase): Promise<FailureTold> {
  const models = MODELS.map((name) => ({
    name,
    size: GIB,
    capabilities: ["completion", "vision"],
  }));
  const ollama = await fakeChatOllama({ models });
  const cloud = await fakeCloud({ key: KEY });
  const host = withModels(hostWith(), ...MODELS);
  const work = virtualWork({
    host: { ...host, ollama: { ...host.ollama, address: ollama.address } },
    cloud: { allowed: place === "cloud", base_url: cloud.address },
    settings: SILENT.includes(scene) ? SHORT : LONG,
    real: {
      clients: {
        ollama: createOllamaClient({ keepAliveMs: 1000 }),
        openai: createOpenAiClient({
          keyOf: ({ provider }) => (provider === "cloud" ? KEY : null),
        }),
      },
      clock: PROCESS_CLOCK,
    },
  });
  const fake = place === "cloud" ? cloud : ollama;
  fake.next({ scene, location: `${cloud.address}/elsewhere` });
  // A plan falls back from the cloud to this host, which a picture at the last rung cannot.
  const job = jobOf({ role: place === "cloud" ? "planning" : "vision" });
  const before = work.story.state.chart.state.profile;
  let told: Receipt | WorkRefusal | null = null;
  let isBroken = false;
  if (mode === "whole") {
    const answer = await work.engine.complete(job);
    told = answer.ok ? answer.receipt : answer.isAborted ? null : answer.refusal;
  } else {
    const stream = await work.engine.stream(job);
    told = stream.ok ? stream.receipt : stream.isAborted ? null : stream.refusal;
    if (stream.ok) for await (const { type } of stream.events) isBroken ||= type === "failed";
  }
  fake.release();
  const [outcome] = work.outcomes;
  const failure = outcome?.failure ?? null;
  const isCounted = outcome !== undefined && !outcome.ok && verdictOf(outcome) === false;
  const after = work.story.state.chart.state.profile;
  const [closedMs] = work.closings;
  return {
    failure,
    next: nextOf(told, { isBroken, asked: fake.chats.length, failure }),
    counts: isCounted ? (outcome.provider as "local" | "cloud") : "nobody",
    receipt: receiptText(told),
    runtime: [
      ...(after === before ? [] : [after.split(".").slice(1).join(".")]),
      ...(closedMs === undefined ? [] : [`cloud closed for ${closedMs / 1000} s`]),
    ].join(", "),
  };
}

function nextOf(
  told: Receipt | WorkRefusal | null,
  seen: { readonly isBroken: boolean; readonly asked: number; readonly failure: string | null },
): string {
  if (told === null) return "aborted";
  if ("kind" in told) return "caller";
  if (seen.isBroken) return "stream";
  if (seen.failure === null) return seen.asked > 1 ? "again" : "-";
  return told.rung;
}

function receiptText(told: Receipt | WorkRefusal | null): string {
  if (told === null) return "-";
  if ("kind" in told) return `refused: ${told.kind}, ${told.failure ?? "-"}`;
  const { provider, model, device, rung, reason } = told;
  return `${provider} ${model} ${device}, ${rung}, ${reason}`;
}
