/** `fit`: whether a model fits this host; from the live runtime, which knows the peak, else from one look. */
import type { HostView } from "../detect/host-io.ts";
import { FIT_LIMITS, type FitWish } from "../policy/fit.ts";
import { type FitView, fitGroundsAt, fitViewOf } from "../replay/fit.ts";
import { checkWish, fitWith } from "../runtime-fit.ts";
import { closeSensors, sensorsFor } from "../runtime-sensors.ts";
import { wholeNumber } from "./arguments.ts";
import type { Context } from "./context.ts";
import { detectOnce, plannedSituation } from "./detected.ts";
import { fitLines } from "./fit-lines.ts";
import { askRuntime, liveAddressOf, silenceOf } from "./live-runtime.ts";
import { fromRuntimeText, withoutRuntimeText } from "./words.ts";

/** What was written on the command line. */
export interface FitRequest {
  readonly model: string;
  readonly context?: string;
  readonly images?: string;
}

/** Runs the command and says where the answer comes from. Throws RP_USAGE, RP_REQUEST, RP_NOT_FOUND. */
export async function fitCommand(context: Context, request: FitRequest): Promise<void> {
  const { configuration, isJson, language, output } = context;
  const wish: FitWish = {
    model: request.model,
    context: wholeNumber("--context", request.context, { min: 1, max: FIT_LIMITS.context }),
    images: wholeNumber("--images", request.images, { min: 0, max: FIT_LIMITS.images }) ?? 0,
  };
  checkWish(wish);
  const live = await askRuntime<FitView>(context, pathOf(wish, language), "places");
  const view = live ?? (await lookedAt(context, wish));
  if (isJson) {
    const address = live === null ? {} : { address: liveAddressOf(configuration.server) };
    const source = live === null ? "detection" : "runtime";
    output.json({ source, ...address, ...view }, true);
    return;
  }
  const origin =
    live === null
      ? withoutRuntimeText(silenceOf(context), "detection", language)
      : fromRuntimeText(liveAddressOf(configuration.server), language);
  output.line(output.tone("faint", origin));
  output.line();
  for (const line of fitLines(view, context)) output.line(line);
}

function pathOf({ model, context, images }: FitWish, lang: string): string {
  const query = new URLSearchParams({ model: model.trim(), images: String(images), lang });
  if (context !== null) query.set("context", String(context));
  return `/api/runtime/fit?${query}`;
}

/** One detection and one look at the meters. */
async function lookedAt(context: Context, wish: FitWish): Promise<FitView> {
  const { env, root, configuration, language } = context;
  const view: HostView = { env, root, platform: process.platform };
  const host = await detectOnce(context);
  const sensors = sensorsFor(host, view, configuration);
  const { signal } = new AbortController();
  try {
    const [memory, vram] = await Promise.all([
      sensors.memory.read(signal),
      sensors.vram?.read(signal) ?? null,
    ]);
    const { tier } = plannedSituation(host, context);
    const seen = { vram: vram?.value ?? null, memory: memory.value };
    const grounds = fitGroundsAt({ host, configuration, tier, ...seen });
    return fitViewOf(await fitWith({ wish, grounds, view }), language);
  } finally {
    closeSensors(sensors);
  }
}
