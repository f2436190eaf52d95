/**
 * "Will it fit", asked of a running runtime: its meters and their peaks, and what the model server says.
 *
 * The asked model's figures are asked for first; the other installed ones only where something is to be
 * offered instead, so that nothing is offered by a figure that the server would contradict.
 */
import { askShow } from "./detect/ask-show.ts";
import type { HostView } from "./detect/host-io.ts";
import type { Language } from "./domain/configuration.ts";
import { RuntimeProfileError } from "./domain/error.ts";
import type { ShownModel } from "./domain/served-model.ts";
import { FIT_LIMITS, type FitWish, fitOf } from "./policy/fit.ts";
import { findModel } from "./policy/fit-name.ts";
import type { FitGrounds } from "./policy/fit-room.ts";
import type { ModelFit } from "./policy/fit-shape.ts";
import { isCloudModel } from "./policy/model-choice.ts";
import { type FitView, fitGroundsIn, fitViewOf } from "./replay/fit.ts";
import type { Desk } from "./runtime-desk.ts";

/** Most questions at once: each may ask the model server for a dozen models. */
const QUESTIONS_MAX = 4;

const underWay = new WeakMap<Desk, number>();

/** The answer for this moment. Throws RP_REQUEST, RP_NOT_FOUND, RP_BUSY, RP_STOPPED. */
export async function fitOn(desk: Desk, wish: FitWish, language: Language): Promise<FitView> {
  checkWish(wish);
  const grounds = fitGroundsIn(desk.actor.state());
  if (grounds === null) {
    const message = "The host is still being detected; ask again in a few seconds.";
    throw new RuntimeProfileError("RP_BUSY", message);
  }
  const count = underWay.get(desk) ?? 0;
  if (count >= QUESTIONS_MAX) {
    const message = `At most ${QUESTIONS_MAX} such questions at once are possible; ask again in a second.`;
    throw new RuntimeProfileError("RP_BUSY", message);
  }
  underWay.set(desk, count + 1);
  try {
    return await desk.runs.begin(async (signal) => {
      const { view } = desk;
      return fitViewOf(await fitWith({ wish, grounds, view, signal }), language);
    });
  } finally {
    underWay.set(desk, (underWay.get(desk) ?? 1) - 1);
  }
}

/** A question, the grounds, and the system to ask the model server through. */
export interface FitAsking {
  readonly wish: FitWish;
  readonly grounds: FitGrounds;
  readonly view: HostView;
  readonly signal?: AbortSignal;
}

/** The answer with the model server's own figures. Throws RP_NOT_FOUND. */
export async function fitWith({ wish, grounds, view, signal }: FitAsking): Promise<ModelFit> {
  const { running, address, models } = grounds.host.ollama;
  const { installed } = findModel(wish.model, grounds);
  const ask = (names: readonly string[]): Promise<ReadonlyMap<string, ShownModel>> => {
    const asked = running === true ? names : [];
    return askShow({ view, address, models: asked, ...(signal === undefined ? {} : { signal }) });
  };
  const own = await ask(installed === null ? [] : [installed.name]);
  const first = fitOf({ ...wish, grounds, shown: own });
  const others = models
    .filter((model) => model.name !== installed?.name && !isCloudModel(model.name, [model]))
    .map(({ name }) => name);
  const isDone = first.places.length === 0 || first.best === "gpu" || others.length === 0;
  if (isDone || isSettledOnCpu(first)) return first;
  return fitOf({ ...wish, grounds, shown: new Map([...(await ask(others)), ...own]) });
}

/** Without a card the CPU is the best place there is. */
function isSettledOnCpu({ rooms, best }: ModelFit): boolean {
  return best === "cpu" && (rooms.gpu?.limit_mib ?? null) === null;
}

/** Throws RP_REQUEST for what cannot be asked. */
export function checkWish({ model, context = null, images = 0 }: FitWish): void {
  const name = model.trim();
  if (name === "" || name.length > FIT_LIMITS.name) {
    throw refused("model", `a name of 1 to ${FIT_LIMITS.name} characters`, model.slice(0, 40));
  }
  if (context !== null && !isWithin(context, 1, FIT_LIMITS.context)) {
    throw refused("context", `a whole number from 1 to ${FIT_LIMITS.context}`, context);
  }
  if (!isWithin(images, 0, FIT_LIMITS.images)) {
    throw refused("images", `a whole number from 0 to ${FIT_LIMITS.images}`, images);
  }
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= least && value <= most;
}

function refused(path: string, expected: string, got: unknown): RuntimeProfileError {
  const message = `Expected ${expected} at ${path}, got ${JSON.stringify(got)}; correct it.`;
  return new RuntimeProfileError("RP_REQUEST", message, { path });
}
