/** Steps as hooks are told them, and an ear for how the hook fares. */

import { plainEvidence } from "../../src/domain/reason.ts";
import type { HookListener, HookRelief, HookTrouble } from "../../src/effects/hook.ts";
import { type HookEvent, hookEventOf } from "../../src/effects/hook-event.ts";
import type { Policy } from "../../src/policy/policy.ts";

export const HOST_ID = "0f8a7c1e-host";

/** A step down with this number. */
export function step(seq: number | null, isUp = false): HookEvent {
  const [from, to] = ["LOCAL_GPU_MID.nominal", "LOCAL_GPU_MID.degraded.cpu"];
  const reason = {
    ...plainEvidence("vram", "hard"),
    code: "VRAM_EXHAUSTED",
    region: "vram",
    from,
    to,
    demanded_by: ["vram"],
    refused: {},
    dwell: { served_ms: 0, required_ms: 60_000, factor: 1 },
    return_test: null,
  } as const;
  const sentence = "GPU memory is nearly full, 显存将满";
  const policy = { vision: { device: "cpu" } } as unknown as Policy;
  const at = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
  return hookEventOf({ hostId: HOST_ID, isUp, seq, at, from, to, reason, sentence, policy });
}

export interface Ear extends HookListener {
  readonly told: ({ readonly trouble: HookTrouble } | { readonly relief: HookRelief })[];
}

export function ear(): Ear {
  const told: Ear["told"] = [];
  return {
    told,
    onTrouble: (trouble) => void told.push({ trouble }),
    onRelief: (relief) => void told.push({ relief }),
  };
}
