/** Calls of the model clients in tests, and what came of them. */
import type { Target } from "../../src/domain/job.ts";
import type {
  ModelCall,
  ModelEvent,
  ModelFailure,
  ModelPieces,
} from "../../src/effects/model-client.ts";
import { oneByOne } from "../../src/effects/model-events.ts";

const PATIENT_MS = 20_000;

/** A target at this address: a local model on the graphics card, unless told otherwise. */
export function targetAt(address: string, other: Partial<Target> = {}): Target {
  return {
    rung: "nominal",
    provider: "local",
    protocol: address.endsWith("/v1") ? "openai" : "ollama",
    address,
    model: "gemma3:4b",
    device: "gpu",
    num_ctx: 4096,
    footprint_mib: null,
    meter: null,
    concurrency: 1,
    ...other,
  };
}

/** A call with one question; its times are long. */
export function callTo(target: Target, other: Partial<ModelCall> = {}): ModelCall {
  return {
    role: "vision",
    target,
    request: { messages: [{ role: "user", content: "What is this?" }] },
    signal: new AbortController().signal,
    firstTokenMs: PATIENT_MS,
    idleMs: PATIENT_MS,
    ...other,
  };
}

/** A streamed answer, read to its end. */
export interface Told {
  readonly text: string;
  readonly events: readonly ModelEvent[];
  readonly failure: ModelFailure | null;
}

/** Reads a stream to its end. */
export async function told(pieces: AsyncIterable<ModelPieces>): Promise<Told> {
  const all: ModelEvent[] = [];
  for await (const event of oneByOne(pieces)) all.push(event);
  const last = all.at(-1);
  return {
    text: all.map(textOf).join(""),
    events: all,
    failure: last?.type === "failed" ? last.failure : null,
  };
}

function textOf(event: ModelEvent): string {
  const content = event.type === "chunk" ? event.chunk.choices[0]?.delta.content : undefined;
  return typeof content === "string" ? content : "";
}
