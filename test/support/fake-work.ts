/**
 * Work without models: a test says what each job gets, and sees what was given in.
 *
 * It keeps the promises of the real engine: it never rejects, an abort of the signal ends a job at once,
 * waiting or running, and a stream has begun before it is answered.
 */
import type { ChatChunk, ChatCompletion } from "../../src/domain/chat.ts";
import type { Receipt, WorkRefusal } from "../../src/domain/job.ts";
import type { ModelFailure, ModelPieces } from "../../src/effects/model-client.ts";
import { oneByOne } from "../../src/effects/model-events.ts";
import type { Job, Work, WorkAnswer, WorkStream } from "../../src/runtime-work-types.ts";

/** What a job gets. */
export type Script =
  | { readonly say: readonly string[]; readonly receipt?: Partial<Receipt> }
  | { readonly chunks: readonly ChatChunk[]; readonly failed?: ModelFailure }
  | { readonly complete: ChatCompletion }
  | { readonly refusal: Partial<WorkRefusal> & Pick<WorkRefusal, "kind"> }
  /** Waits for ever in the queue, or after these words. */
  | { readonly hang: readonly string[] }
  /** The engine ends the job although the caller is still there. */
  | { readonly ended: true };

/** A fake, its script, and its memory. */
export interface FakeWork extends Work {
  script: (job: Job) => Script;
  readonly jobs: Job[];
  /** How many streams were ended by `return()` before their own end, and how many pieces were read. */
  readonly seen: { returned: number; read: number; aborted: number };
  /** Resolves when the check holds; asked again whenever something happened. */
  until(check: () => boolean): Promise<void>;
}

/** A receipt of a job that ran on the card. */
export const RECEIPT: Receipt = {
  role: "vision",
  provider: "local",
  model: "qwen3.5:4b",
  device: "gpu",
  tier: "LOCAL_GPU_MID",
  rung: "nominal",
  reason: "HOST_DETECTED",
  seq: 12,
  waited_ms: 3,
  attempts: [],
};

/** A piece in OpenAI's form. */
export function chunkOf(
  delta: ChatChunk["choices"][number]["delta"],
  finish_reason: string | null = null,
): ChatChunk {
  const choices = [{ index: 0, delta, finish_reason }];
  return { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "m", choices };
}

/** A whole answer in OpenAI's form. */
export function completionOf(
  message: Partial<ChatCompletion["choices"][number]["message"]>,
): ChatCompletion {
  const whole = { role: "assistant", content: null, ...message };
  const choices = [{ index: 0, message: whole, finish_reason: "stop" }];
  return { id: "chatcmpl-1", object: "chat.completion", created: 1, model: "qwen3.5:4b", choices };
}

/** Work that says what was asked, unless a script says otherwise. */
export function fakeWork(): FakeWork {
  const waiting = new Set<() => void>();
  const tell = (): void => {
    for (const look of [...waiting]) look();
  };
  const work: FakeWork = {
    script: () => ({ say: ["Hello", " world"] }),
    jobs: [],
    seen: { returned: 0, read: 0, aborted: 0 },
    async complete(job) {
      const script = begun(work, job, tell);
      if ("complete" in script) return { ok: true, receipt: RECEIPT, completion: script.complete };
      if ("say" in script) {
        const receipt = { ...RECEIPT, role: job.role, ...script.receipt };
        return { ok: true, receipt, completion: completionOf({ content: script.say.join("") }) };
      }
      return (await unanswered(script, job)) as WorkAnswer;
    },
    async stream(job) {
      const script = begun(work, job, tell);
      const isHeard = "say" in script || "chunks" in script || ("hang" in script && script.hang[0]);
      if (!isHeard) return (await unanswered(script, job)) as WorkStream;
      const receipt = { ...RECEIPT, role: job.role, ...("say" in script ? script.receipt : {}) };
      const pieces = streamOf(script, job, { seen: work.seen, tell });
      return { ok: true, receipt, pieces, events: oneByOne(pieces) };
    },
    view: () => ({
      running: [],
      waiting: [],
      queue: { length: 0, limit: 64, longest_wait_ms: 0 },
      reserved: { vram_mib: 0, memory_mib: 0 },
      counts: { done: 0, failed: 0, refused: 0, aborted: 0, moved: 0 },
      cloud_closed_until: null,
    }),
    until: (check) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!check()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
  return work;
}

function begun(work: FakeWork, job: Job, tell: () => void): Script {
  work.jobs.push(job);
  job.signal?.addEventListener("abort", () => {
    work.seen.aborted += 1;
    tell();
  });
  tell();
  return work.script(job);
}

/** A refusal, or nothing until the caller has gone. */
function unanswered(script: Script, { role, signal }: Job): Promise<WorkAnswer | WorkStream> {
  if ("refusal" in script) {
    const { tier, rung, reason, seq, waited_ms } = RECEIPT;
    const place = { role, tier, rung, reason, seq, waited_ms };
    const rest = { failure: null, message: "No.", retry_after_ms: null, attempts: [] };
    return Promise.resolve({
      ok: false,
      isAborted: false,
      refusal: { ...place, ...rest, ...script.refusal },
    });
  }
  const gone = { ok: false, isAborted: true } as const;
  if ("ended" in script || signal?.aborted === true) return Promise.resolve(gone);
  return new Promise((resolve) => signal?.addEventListener("abort", () => resolve(gone)));
}

function piecesOf(script: Script): readonly ChatChunk[] {
  if ("chunks" in script) return script.chunks;
  const words = "say" in script ? script.say : "hang" in script ? script.hang : [];
  const pieces = words.map((content, at) =>
    chunkOf(at === 0 ? { role: "assistant", content } : { content }),
  );
  return "say" in script ? [...pieces, chunkOf({}, "stop")] : pieces;
}

function streamOf(
  script: Script,
  { signal }: Job,
  { seen, tell }: { readonly seen: FakeWork["seen"]; readonly tell: () => void },
): AsyncIterable<ModelPieces> {
  const left: ModelPieces[] = piecesOf(script).map((chunk) => ({
    type: "chunks",
    lines: [JSON.stringify(chunk)],
  }));
  if ("chunks" in script && script.failed !== undefined) {
    left.push({ type: "failed", failure: script.failed });
  }
  let isOver = false;
  const over = { done: true, value: undefined } as const;
  const iterator: AsyncIterator<ModelPieces> = {
    async next() {
      const value = isOver ? undefined : left.shift();
      if (value !== undefined) {
        seen.read += 1;
        tell();
        return { done: false, value };
      }
      if ("hang" in script && !isOver && signal?.aborted !== true) {
        await new Promise((resolve) => signal?.addEventListener("abort", resolve));
      }
      isOver = true;
      return over;
    },
    async return() {
      if (!isOver) seen.returned += 1;
      isOver = true;
      tell();
      return over;
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
