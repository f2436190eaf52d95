/**
 * One function call instead of a policy to apply: `analyze` a picture, `plan` a text.
 *
 * The policy and the pressures are asked when the work is sent, not when it is ordered; the outcome is
 * recorded, and a failure that speaks about the resource is tried on the next rung. What comes back carries
 * its receipt. Without a runtime of their own, callers share one, which is begun with the first work.
 */
import type { ChatCompletion, ChatMessage, ChatRequest } from "./domain/chat.ts";
import { RuntimeProfileError } from "./domain/error.ts";
import type { Receipt, WorkRole } from "./domain/job.ts";
import { ANSWER_TOKENS, CLOUD_MAX_SCENES } from "./policy/model-table.ts";
import { createRuntime } from "./runtime.ts";
import { type Picture, pictureUrlOf } from "./runtime-picture.ts";
import type { Runtime } from "./runtime-types.ts";

/** How one piece of work is done. */
export interface WorkOptions {
  /** Its abort ends the work; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** True: never the cloud. */
  readonly localOnly?: boolean;
  /** Longest answer in tokens. */
  readonly maxTokens?: number;
}

/** What a model answered, and where. */
export interface WorkResult {
  readonly text: string;
  readonly receipt: Receipt;
  /** The whole answer, as the provider gave it. */
  readonly completion: ChatCompletion;
}

export interface RoleOptions {
  /** Default: one that all callers in this process share. */
  readonly runtime?: Runtime;
  /** False: the tier's best model, without ladder and queue; consent counts all the same. */
  readonly usePolicy?: boolean;
}

export interface VisionAnalyzer {
  /**
   * What a model sees in a picture. Throws RP_INPUT for what is no picture, RP_WORK_REFUSED when nothing
   * may or can do it now.
   */
  analyze(image: Picture, prompt: string, options?: WorkOptions): Promise<WorkResult>;
  /**
   * The same for several scenes, each a request of its own; at most as many as the policy's `max_scenes`
   * at this moment. Throws RP_INPUT for more; the first failure ends the others.
   */
  analyzeAll(
    images: readonly Picture[],
    prompt: string,
    options?: WorkOptions,
  ): Promise<readonly WorkResult[]>;
}

export interface Planner {
  /** What a model plans for a text or a conversation. Throws RP_WORK_REFUSED. */
  plan(prompt: string | readonly ChatMessage[], options?: WorkOptions): Promise<WorkResult>;
}

let shared: Promise<Runtime> | null = null;

/** The runtime of callers who bring none; it is begun once, and again after it was stopped. */
export function sharedRuntime(): Promise<Runtime> {
  const begun = shared ?? createRuntime();
  shared = begun;
  // A start that failed is tried again by the next caller.
  begun.catch(() => {
    if (shared === begun) shared = null;
  });
  return begun;
}

/** Stops the shared runtime, if one was begun; the next caller begins another. */
export async function stopSharedRuntime(): Promise<void> {
  const begun = shared;
  shared = null;
  await (await begun?.catch(() => null))?.stop();
}

/** The vision role. */
export function getVisionAnalyzer(of: Runtime | RoleOptions = {}): VisionAnalyzer {
  const role = roleOf("vision", of);
  const analyze: VisionAnalyzer["analyze"] = async (image, prompt, options = {}) => {
    const url = await pictureUrlOf(image);
    const content = [
      { type: "text", text: prompt },
      { type: "image_url", image_url: { url } },
    ];
    // A picture and its answer must fit into the context that the policy sets.
    const { maxTokens = ANSWER_TOKENS } = options;
    return role.done([{ role: "user", content }], { ...options, maxTokens });
  };
  return {
    analyze,
    async analyzeAll(images, prompt, options = {}) {
      const { max_scenes } = (await role.runtime()).policy().vision;
      // While the policy gives no number (nothing is known yet, or work is refused), the cloud's bound.
      const most = max_scenes > 0 ? max_scenes : CLOUD_MAX_SCENES;
      if (images.length > most) {
        const message = `At most ${most} scenes at once are within the policy now (policy.vision.max_scenes), got ${images.length}; send fewer at a time.`;
        throw new RuntimeProfileError("RP_INPUT", message, { path: "images" });
      }
      const end = new AbortController();
      const signal = AbortSignal.any([end.signal, ...(options.signal ? [options.signal] : [])]);
      const works = images.map((image) => analyze(image, prompt, { ...options, signal }));
      return Promise.all(works).catch((error) => {
        end.abort(error);
        throw error;
      });
    },
  };
}

/** The planning role. */
export function getPlanner(of: Runtime | RoleOptions = {}): Planner {
  const role = roleOf("planning", of);
  return {
    plan: (prompt, options = {}) =>
      role.done(typeof prompt === "string" ? [{ role: "user", content: prompt }] : prompt, options),
  };
}

function roleOf(role: WorkRole, of: Runtime | RoleOptions) {
  const options: RoleOptions = "work" in of ? { runtime: of } : of;
  const { usePolicy: usesPolicy = true } = options;
  const runtime = async (): Promise<Runtime> => options.runtime ?? (await sharedRuntime());
  return {
    runtime,
    async done(messages: readonly ChatMessage[], work: WorkOptions): Promise<WorkResult> {
      const { signal, localOnly: isLocalOnly = false, maxTokens } = work;
      signal?.throwIfAborted();
      const request: ChatRequest = {
        messages,
        ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
      };
      const answer = await (await runtime()).work.complete({
        role,
        request,
        usesPolicy,
        isLocalOnly,
        ...(signal === undefined ? {} : { signal }),
      });
      if (answer.ok) {
        const { receipt, completion } = answer;
        return { text: textOf(completion), receipt, completion };
      }
      signal?.throwIfAborted();
      const message = answer.isAborted ? "The runtime was stopped." : answer.refusal.message;
      throw new RuntimeProfileError("RP_WORK_REFUSED", message, {
        cause: answer.isAborted ? undefined : answer.refusal,
      });
    },
  };
}

function textOf({ choices }: ChatCompletion): string {
  const content = choices[0]?.message.content ?? "";
  if (typeof content === "string") return content;
  return content.map(({ text = "" }) => text).join("");
}
