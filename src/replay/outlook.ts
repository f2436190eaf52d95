/**
 * What speaks against each better rung now: the chart's own questions, asked of the present state.
 *
 * The reason of the last step answers for its own moment only. Rejected: keeping a list of refusals in
 * the state, which would have to be renewed by every input that changes any of them.
 */
import { dwellOf } from "../domain/permission.ts";
import type { RefusalCode } from "../domain/reason.ts";
import { deviceOf, type Place, type Rung, rungsOf } from "../domain/rung.ts";
import { heldRungOf } from "../domain/state.ts";
import { refusalOf } from "../machines/reasoning.ts";
import { placeOf, type RuntimeState } from "../machines/runtime-state.ts";
import type { Outlook, RefusedRung, Unmet } from "../policy/outlook.ts";
import { presentOf } from "./present.ts";

/** Where this state stands; `null` while detecting. */
export function outlookOf(state: RuntimeState): Outlook | null {
  const place = placeOf(state);
  if (place === null) return null;
  const { tier, rung } = place;
  const { at, chart, sensing, configuration, lastTransition } = state;
  const rungs = rungsOf(tier);
  const better = rungs.slice(0, rungs.indexOf(rung));
  return {
    tier,
    rung,
    held: heldRungOf(chart.state.hold),
    refused: better.map((each) => refusedRung(each, place, state)),
    unmet: unmetOf(place, state),
    dwell: dwellOf(sensing.ladder, at, configuration),
    since_ms: lastTransition === null ? null : at - lastTransition.at,
    present: presentOf(place, better, state),
  };
}

function refusedRung(rung: Rung, { tier }: Place, { chart }: RuntimeState): RefusedRung {
  const facts = { state: chart.state, can: chart.context.can };
  return { rung, code: refusalOf(tier, rung, facts) ?? "NOT_PERMITTED_YET" };
}

/** Soft pressures on the present rung: a hard one always moves the work, a soft one where a rung helps. */
function unmetOf(place: Place, state: RuntimeState): readonly Unmet[] {
  const { tier, rung } = place;
  const device = deviceOf(tier, rung);
  if (device !== "gpu" && device !== "cpu") return [];
  const { vram, memory, tasks, editor } = state.chart.state;
  const isFull = (state.sensing.vram.value ?? 0) > state.configuration.thresholds.vram.enter;
  const pressures: (readonly [isOn: boolean, code: RefusalCode, helps: (each: Rung) => boolean])[] =
    [
      [memory === "tight", "MEMORY_TIGHT", (each) => deviceOf(tier, each) === "cloud"],
      [tasks !== "healthy", "TASKS_FAILING", (each) => deviceOf(tier, each) === "cloud"],
      [
        device === "gpu" && editor === "busy",
        "EDITOR_BUSY",
        (each) => deviceOf(tier, each) !== "gpu",
      ],
      [
        device === "gpu" && vram === "tight" && (rung === "nominal" || isFull),
        "VRAM_TIGHT",
        (each) => rung === "nominal" && each !== rung,
      ],
    ];
  return pressures
    .filter(([isOn]) => isOn)
    .map(([, code, helps]) => ({
      code,
      helpless: rungsOf(tier)
        .filter((each) => each !== "shed" && helps(each))
        .map((each) => refusedRung(each, place, state)),
    }))
    .filter(({ helpless }) => helpless.every((each) => each.code !== "NOT_PERMITTED_YET"));
}
