/**
 * The models that our own jobs brought into memory, and how sure that is.
 *
 * The idea: like the book of a cloakroom. A coat is written down when it is handed over, not when its
 * owner is content: a server loads a model for a request that has come, whatever becomes of the job. An
 * answer makes it sure, and the server's own list (`/api/ps`) makes sure or strikes out. Rejected: writing
 * down only what has answered (the model of a job that was broken off would lie on the card unknown), and
 * believing the keep-alive against the list (the server evicts for others).
 */
import { modelKeyOf } from "./domain/admission.ts";
import { rootOf, type Target } from "./domain/job.ts";
import { isSameModel, type ListedModel } from "./effects/loaded-models.ts";
import type { WorkClock, WorkParts } from "./runtime-work-parts.ts";

/** What a server said it has in memory. */
export interface ModelsLook {
  readonly address: string;
  /** When the question was asked, on the engine's clock. */
  readonly beganAt: number;
  readonly models: readonly ListedModel[];
}

/** What the book works with. */
export interface ModelsParts {
  readonly clock: Pick<WorkClock, "now">;
  /** How long a server keeps a model after its last job, ms. */
  readonly keepAliveMs: number;
  readonly list: WorkParts["listModels"];
  readonly workedBefore: WorkParts["workedBefore"];
  /** Whether a job with this model is under way. */
  readonly isBusy: (key: string) => boolean;
}

/** The book. */
export interface OurModels {
  /** Settles when it is known whether a model of that name is in memory already; never rejects. */
  beforeSending(target: Target): Promise<void>;
  /** The request of a job leaves for the server: from now on its model may be in memory. */
  sent(target: Target): void;
  /** It begins to answer: a server that has not listed it yet is asked at once, not seconds later. */
  answers(target: Target): void;
  /** A job has ended; `hasWorked` when the model has answered, and so is in memory. */
  rested(target: Target, hasWorked: boolean): void;
  /** The server told what it has. */
  see(look: ModelsLook): void;
  /** The server was asked and did not tell. */
  miss(): void;
  /** It is in memory for sure, loaded in this very way. */
  isLoaded(target: Target): boolean;
  /** All that our jobs have used and that are, or may be, in memory. */
  all(): readonly Target[];
  /** It was in memory before our first job with it: somebody else's load, which we only used. */
  stoodThere(target: Target): boolean;
  /** The newest look; `null` = nobody has looked yet, or the server did not tell since. */
  newest(): ModelsLook | null;
  /** Whether the newest look lists this model. */
  isListed(target: Target): boolean;
  /** Those of the newest look's server that it does not list: they may be on their way into memory. */
  awaited(): readonly Target[];
  /** A failure says that it may have been lost: it is not taken for loaded until the server lists it. */
  doubt(target: Target): void;
  forget(target: Target): void;
}

/** An empty book. */
export function createModels(parts: ModelsParts): OurModels {
  return new Models(parts);
}

interface Known {
  readonly target: Target;
  readonly sentAt: number;
  readonly isSure: boolean;
  readonly stoodThere: boolean;
  /** `null` while its first job is under way. */
  readonly restedAt: number | null;
  /** Until when the server keeps it, as far as we know. */
  readonly until: number;
}

/** A request that was broken off may be on its way inside the server for so long, ms; our choice. */
const SETTLE_MS = 1000;

class Models implements OurModels {
  readonly #parts: ModelsParts;
  readonly #known = new Map<string, Known>();
  /** When a model was last taken out of the book, by address and name. */
  readonly #forgottenAt = new Map<string, number>();
  #newest: ModelsLook | null = null;
  #isSilent = false;
  #isLooking = false;

  constructor(parts: ModelsParts) {
    this.#parts = parts;
  }

  async beforeSending(target: Target): Promise<void> {
    if (isKept(target) && !this.#known.has(modelKeyOf(target))) await this.#look(target);
  }

  sent(target: Target): void {
    if (!isKept(target)) return;
    const key = modelKeyOf(target);
    if (this.#known.has(key)) return;
    const sentAt = this.#parts.clock.now();
    const stoodThere = this.#standsThere(target);
    const until = Number.POSITIVE_INFINITY;
    this.#known.set(key, { target, sentAt, isSure: false, stoodThere, restedAt: null, until });
  }

  answers(target: Target): void {
    const known = this.#known.get(modelKeyOf(target));
    const isTold = this.isListed(target) || (known !== undefined && this.#isNamedSince(known));
    if (this.#isLooking || !isKept(target) || isTold) return;
    this.#isLooking = true;
    void this.#look(target).finally(() => {
      this.#isLooking = false;
    });
  }

  rested(target: Target, hasWorked: boolean): void {
    const key = modelKeyOf(target);
    const now = this.#parts.clock.now();
    const known = this.#known.get(key);
    if (!isKept(target) || (known === undefined && !hasWorked)) return;
    const sentAt = known?.sentAt ?? now;
    const isSure = hasWorked || known?.isSure === true;
    const stoodThere = known?.stoodThere === true;
    const until = now + this.#parts.keepAliveMs;
    this.#known.set(key, { target, sentAt, isSure, stoodThere, restedAt: now, until });
  }

  see(look: ModelsLook): void {
    const { address, beganAt, models } = look;
    this.#isSilent = false;
    if (this.#newest === null || beganAt >= this.#newest.beganAt) this.#newest = look;
    for (const [key, known] of [...this.#known]) {
      const { target, sentAt, restedAt, isSure } = known;
      if (rootOf(target.address) !== rootOf(address) || beganAt < (restedAt ?? sentAt)) continue;
      if (models.some((listed) => isAsTarget(listed, target))) {
        // The list has one line for a model, whichever way it was loaded: it cannot tell two ways apart.
        const { device } = target;
        const ways = this.#waysOf(target).filter((other) => other.target.device === device);
        this.#known.set(key, { ...known, isSure: isSure || ways.length === 1 });
        continue;
      }
      if (restedAt === null || this.#parts.isBusy(key)) continue;
      if (beganAt >= restedAt + (isSure ? 0 : SETTLE_MS)) this.#known.delete(key);
    }
  }

  isLoaded(target: Target): boolean {
    const known = this.#known.get(modelKeyOf(target));
    if (known?.isSure !== true) return false;
    if (known.until > this.#parts.clock.now()) return true;
    // Somebody else's jobs may keep it longer than ours: a list of after the keep-alive says so.
    const seenAt = this.#newest?.beganAt ?? Number.NEGATIVE_INFINITY;
    return seenAt >= known.until && this.isListed(target);
  }

  all(): readonly Target[] {
    return [...this.#known.values()].map(({ target }) => target);
  }

  stoodThere(target: Target): boolean {
    return this.#known.get(modelKeyOf(target))?.stoodThere === true;
  }

  miss(): void {
    this.#isSilent = true;
  }

  newest(): ModelsLook | null {
    return this.#isSilent ? null : this.#newest;
  }

  isListed(target: Target): boolean {
    return this.#lookAt(target)?.models.some((listed) => isAsTarget(listed, target)) === true;
  }

  awaited(): readonly Target[] {
    return [...this.#known.values()]
      .filter((known) => this.#lookAt(known.target) !== null && !this.#isNamedSince(known))
      .map(({ target }) => target)
      .filter((target) => !this.isListed(target));
  }

  doubt(target: Target): void {
    const key = modelKeyOf(target);
    const known = this.#known.get(key);
    if (known !== undefined) this.#known.set(key, { ...known, isSure: false });
  }

  forget(target: Target): void {
    const key = modelKeyOf(target);
    // A job that began meanwhile goes on with what was known of it.
    if (this.#parts.isBusy(key)) return;
    this.#known.delete(key);
    this.#forgottenAt.set(nameOf(target), this.#parts.clock.now());
  }

  /** The newest look, if it was at this target's server. */
  #lookAt({ address }: Target): ModelsLook | null {
    const look = this.#newest;
    return look !== null && rootOf(look.address) === rootOf(address) ? look : null;
  }

  /** Listed since its request, though perhaps beside the card where it was to lie on it: it is there, and told. */
  #isNamedSince({ target, sentAt }: Known): boolean {
    const look = this.#lookAt(target);
    if (look === null || look.beganAt < sentAt) return false;
    return look.models.some(({ name }) => isSameModel(name, target.model));
  }

  /** What we know of a model, in whatever way our jobs asked for it. */
  #waysOf({ address, model }: Target): readonly Known[] {
    return [...this.#known.values()].filter(
      ({ target }) =>
        rootOf(target.address) === rootOf(address) && isSameModel(target.model, model),
    );
  }

  /** A server holds a model once: what we know of that name in another way speaks for it. */
  #standsThere(target: Target): boolean {
    const { model, device } = target;
    const ours = this.#waysOf(target);
    if (ours.length > 0) return ours.some(({ stoodThere }) => stoodThere);
    const look = this.#lookAt(target);
    if (look === null || this.#parts.workedBefore(model)) return false;
    // A list of before our own unload still has what was ours.
    if (look.beganAt < (this.#forgottenAt.get(nameOf(target)) ?? 0)) return false;
    // What lies beside the card comes onto it by our own load.
    const isThere = (gpuMib: number | null) => device !== "gpu" || gpuMib !== 0;
    return look.models.some(({ name, gpuMib }) => isThere(gpuMib) && isSameModel(name, model));
  }

  async #look({ address }: Target): Promise<void> {
    const beganAt = this.#parts.clock.now();
    const models = await this.#parts.list(address);
    if (models !== null) this.see({ address, beganAt, models });
  }
}

/** Only Ollama loads for a request; what other servers hold, a person loaded there. */
function isKept({ protocol, provider }: Target): boolean {
  return protocol === "ollama" && provider === "local";
}

/** A model on the processor is another load than the same one on the card; unknown counts as either. */
function isAsTarget({ name, gpuMib }: ListedModel, { model, device }: Target): boolean {
  if (!isSameModel(name, model)) return false;
  return gpuMib === null || gpuMib > 0 === (device === "gpu");
}

function nameOf({ address, model }: Target): string {
  return `${rootOf(address)} ${model}`;
}
