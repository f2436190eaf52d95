/**
 * The controllers beside ours, each as simple as it is usually written: on or off, no smaller model.
 *
 * Bare threshold: off over 85 %, on otherwise. Hysteresis: off over 85 %, on again under 75 %. Fit check:
 * the bare threshold, but it comes back only when what is in use and the model stay within 85 %. Kubelet
 * style: the documented example values of Kubernetes' node-pressure eviction: asked each 10 s, soft with
 * a grace of 90 s, hard at once (here at 92 %, as ours), and after either five minutes of transition period.
 * For memory the levels are 2 GiB, 2.5 GiB and 1 GiB available. A comparison with NaN is false for all of
 * them, as it is in the programs that are written so.
 */
import {
  type Controller,
  type Glimpse,
  limitsOf,
  type Opinion,
  type Setting,
} from "./controller.ts";

const HOUSEKEEPING_MS = 10_000;
const SOFT_GRACE_MS = 90_000;
const TRANSITION_MS = 300_000;

function onOff(isOn: boolean, next: (glimpse: Glimpse) => Opinion): Opinion {
  return isOn
    ? { place: "nominal", level: 0, rung: "on", next }
    : { place: "off", level: 2, rung: "off", next };
}

function shareOf(glimpse: Glimpse, { totalMib }: Setting): number {
  return glimpse.usedMib / totalMib;
}

function bare(isOn: boolean, setting: Setting): Opinion {
  const { enter } = limitsOf(setting);
  return onOff(isOn, (glimpse) => bare(!(shareOf(glimpse, setting) > enter), setting));
}

function hysteresis(isOn: boolean, setting: Setting): Opinion {
  const { enter, exit } = limitsOf(setting);
  return onOff(isOn, (glimpse) => {
    const share = shareOf(glimpse, setting);
    return hysteresis(isOn ? !(share > enter) : share < exit, setting);
  });
}

function fitChecked(isOn: boolean, setting: Setting): Opinion {
  const { enter } = limitsOf(setting);
  const limitMib = enter * setting.totalMib;
  return onOff(isOn, (glimpse) => {
    const fits = glimpse.usedMib + setting.footprintMib <= limitMib;
    return fitChecked(isOn ? !(glimpse.usedMib > limitMib) : fits, setting);
  });
}

/** What the kubelet style remembers: when it last looked, since when the soft level is met, when last. */
interface Kept {
  readonly isOn: boolean;
  readonly lookedAt: number;
  readonly softSince: number | null;
  readonly metAt: number;
}

function kubelet(kept: Kept, setting: Setting): Opinion {
  const { enter, hard } = limitsOf(setting);
  return onOff(kept.isOn, (glimpse) => {
    const { at } = glimpse;
    if (at - kept.lookedAt < HOUSEKEEPING_MS) return kubelet(kept, setting);
    const share = shareOf(glimpse, setting);
    const softSince = share > enter ? (kept.softSince ?? at) : null;
    const isSoft = softSince !== null && at - softSince >= SOFT_GRACE_MS;
    const metAt = isSoft || share > hard ? at : kept.metAt;
    return kubelet({ isOn: at - metAt >= TRANSITION_MS, lookedAt: at, softSince, metAt }, setting);
  });
}

const NEVER = Number.NEGATIVE_INFINITY;

export const BARE: Controller = {
  name: "bare threshold",
  begin: (setting) => bare(true, setting),
};

export const BASELINES: readonly Controller[] = [
  BARE,
  { name: "hysteresis", begin: (setting) => hysteresis(true, setting) },
  { name: "fit check only", begin: (setting) => fitChecked(true, setting) },
  {
    name: "kubelet style",
    begin: (setting) =>
      kubelet({ isOn: true, lookedAt: NEVER, softSince: null, metAt: NEVER }, setting),
  },
];
