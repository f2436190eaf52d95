/**
 * Frees the card of given models: asks Ollama to unload them, then looks until their memory is back.
 *
 * The idea: like handing back a rented hall. The key on the table proves nothing; one looks whether the
 * hall is empty (`/api/ps`) and whether the owner counts it as free (the card's meter), and goes home at
 * closing time whatever is seen. Only the models named are asked for, and of these only what lies on the
 * card; what other programs loaded is never touched. Rejected: believing the server's `done`, which says
 * only that it heard; and judging sooner than the memory can be back (0.5 to 1.5 s, detection facts §5.4).
 */
import { rootOf } from "../domain/job.ts";
import { isUnloaded, unloadRequestOf } from "../domain/server-error.ts";
import { askBounded } from "./bounded-ask.ts";
import { gpuModelsIn, isSameModel, type ListedModel } from "./loaded-models.ts";

/** A sample of the card's memory; `takenAt` grows with each new one. */
export interface UsedMemory {
  readonly usedMib: number;
  readonly takenAt: number;
}

/** Time and timers; a test brings its own. */
export interface UnloadClock {
  now(): number;
  /** Calls `act` once after `ms`; answers the function that prevents it. */
  after(ms: number, act: () => void): () => void;
}

/** What to free, and how it is seen. */
export interface UnloadOrder {
  /** Ollama's root. */
  readonly address: string;
  readonly models: readonly string[];
  /** Models that are looked for and left alone. */
  readonly leave: readonly string[];
  readonly deadlineMs: number;
  readonly clock: UnloadClock;
  /** A sample with the models in it; `null` = there is none, and then nothing is measured. */
  readonly before: UsedMemory | null;
  /** The newest sample of the card; `null` = there is none. Must not throw. */
  readonly usedMemory: () => UsedMemory | null;
  readonly signal: AbortSignal;
}

/** Why an unload is not what was wished; closed. */
export const UNLOAD_FAILURES = [
  // The server gave no whole answer in time, or none at all.
  "unreachable",
  // It answered with an error, or with something that is not Ollama's.
  "refused",
  // It still lists the model.
  "still_loaded",
  // The model is gone, the meter does not show it.
  "memory_not_back",
  // The model is gone, and no sample of the card came after it.
  "not_measured",
  // The runtime stops.
  "stopped",
] as const;
export type UnloadFailure = (typeof UNLOAD_FAILURES)[number];

/** How it ended. */
export interface Unloaded {
  /** Models that were on the card and are gone. */
  readonly models: readonly string[];
  /** Those of the order's `leave` that are on the card. */
  readonly left: readonly string[];
  /** How far the card's use fell; `null` = not measured. */
  readonly freedMib: number | null;
  /** What the server said they held there; `null` = it did not say. */
  readonly expectedMib: number | null;
  readonly waitedMs: number;
  /** `null` = freed, or nothing was there to free. */
  readonly reason: UnloadFailure | null;
}

/** As often as Ollama itself looks. */
const LOOK_EVERY_MS = 250;

/** So much of what the models held must be back, as Ollama itself reckons (`server/sched.go`). */
const BACK_SHARE = 0.75;

/** Unloads and waits. Settles with a value at the deadline at the latest; never rejects. */
export async function unload(order: UnloadOrder): Promise<Unloaded> {
  const { clock, deadlineMs, signal } = order;
  const limit = new AbortController();
  const end = (): void => limit.abort();
  const cancel = clock.after(deadlineMs, end);
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  const since = clock.now();
  try {
    const ended = await run({ ...order, signal: limit.signal });
    const reason = signal.aborted && ended.reason !== null ? "stopped" : ended.reason;
    return { ...ended, reason, waitedMs: Math.round(clock.now() - since) };
  } finally {
    cancel();
    signal.removeEventListener("abort", end);
  }
}

type Ended = Omit<Unloaded, "waitedMs">;

async function run(order: UnloadOrder): Promise<Ended> {
  const all = await listed(order);
  if (typeof all === "string") return { ...NOTHING, reason: all };
  const found = all.filter((each) => isNamed(each, order.models));
  const left = all.filter((each) => isNamed(each, order.leave)).map(({ name }) => name);
  if (found.length === 0) return { ...NOTHING, left, reason: null };
  const { before } = order;
  const refusal = await askedToUnload(order, found);
  const expectedMib = sumOf(found);
  const gone = await untilGone(order, found, refusal === "refused");
  const models = found.map(({ name }) => name).filter((name) => gone.includes(name));
  if (models.length < found.length) {
    const freedMib = freedBetween(before, order.usedMemory());
    return { models, left, freedMib, expectedMib, reason: refusal ?? "still_loaded" };
  }
  return { models, left, expectedMib, ...(await untilBack(order, { before, expectedMib })) };
}

const NOTHING: Ended = { models: [], left: [], freedMib: null, expectedMib: null, reason: null };

function isNamed({ name }: ListedModel, models: readonly string[]): boolean {
  return models.some((model) => isSameModel(model, name));
}

/** What lies on the card now, as the server tells. */
async function listed(order: UnloadOrder): Promise<readonly ListedModel[] | UnloadFailure> {
  const { address, signal } = order;
  const answer = await askBounded({ url: `${rootOf(address)}/api/ps`, body: null, signal });
  if (answer === null) return "unreachable";
  const loaded = answer.status === 200 ? gpuModelsIn(answer.body) : null;
  if (loaded === null) return "refused";
  return loaded;
}

/** Asks for each; `null` = the server said yes to all. */
async function askedToUnload(
  { address, signal }: UnloadOrder,
  models: readonly ListedModel[],
): Promise<UnloadFailure | null> {
  let failure: UnloadFailure | null = null;
  for (const { name } of models) {
    const body = unloadRequestOf(name);
    const answer = await askBounded({ url: `${rootOf(address)}/api/generate`, body, signal });
    if (answer === null) failure = "unreachable";
    else if (answer.status !== 200 || !isUnloaded(answer.body)) failure ??= "refused";
  }
  return failure;
}

/** Names that the server no longer lists on the card; who was refused looks once, for waiting is no use. */
async function untilGone(
  order: UnloadOrder,
  models: readonly ListedModel[],
  isRefused: boolean,
): Promise<readonly string[]> {
  let gone: readonly string[] = [];
  for (;;) {
    const left = await listed(order);
    if (typeof left !== "string") {
      const names = models.map(({ name }) => name);
      gone = names.filter((name) => !left.some((each) => each.name === name));
    }
    if (gone.length === models.length || order.signal.aborted || isRefused) return gone;
    await pause(order);
  }
}

interface Wished {
  readonly before: UsedMemory | null;
  readonly expectedMib: number | null;
}

/** Only samples that came after the models were gone count: an older one still has them in it. */
async function untilBack(
  order: UnloadOrder,
  { before, expectedMib }: Wished,
): Promise<Pick<Ended, "freedMib" | "reason">> {
  if (before === null) return { freedMib: null, reason: "not_measured" };
  const goneAt = order.usedMemory()?.takenAt ?? before.takenAt;
  let freedMib: number | null = null;
  for (;;) {
    const now = order.usedMemory();
    if (now !== null && now.takenAt > goneAt) {
      freedMib = Math.max(freedMib ?? 0, before.usedMib - now.usedMib);
    }
    const wished = expectedMib === null ? 1 : BACK_SHARE * expectedMib;
    if (freedMib !== null && freedMib >= wished) return { freedMib, reason: null };
    if (order.signal.aborted) {
      return { freedMib, reason: freedMib === null ? "not_measured" : "memory_not_back" };
    }
    await pause(order);
  }
}

function freedBetween(before: UsedMemory | null, after: UsedMemory | null): number | null {
  if (before === null || after === null || after.takenAt <= before.takenAt) return null;
  return Math.max(0, before.usedMib - after.usedMib);
}

function sumOf(models: readonly ListedModel[]): number | null {
  let sum = 0;
  for (const { gpuMib } of models) {
    if (gpuMib === null) return null;
    sum += gpuMib;
  }
  return sum;
}

/** Ends at once when time is up. */
function pause({ clock, signal }: UnloadOrder): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      cancel();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const cancel = clock.after(LOOK_EVERY_MS, done);
    signal.addEventListener("abort", done, { once: true });
  });
}
