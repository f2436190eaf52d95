/** What must hold of any log: it is the runtime, from the start, from any checkpoint, at any moment. */
import { differenceOf } from "../../src/domain/same-data.ts";
import { checkpointOf, type RuntimeState } from "../../src/machines/runtime-state.ts";
import { firstState, restoredFrom } from "../../src/replay/checkpoint.ts";
import { foldSteps, stateAt } from "../../src/replay/moment.ts";
import { type VerifyView, verifyLog } from "../../src/replay/verify.ts";
import { whatIf } from "../../src/replay/what-if.ts";
import { changesOf } from "../../src/replay/what-if-changes.ts";
import type { WhatIfView } from "../../src/replay/what-if-view.ts";
import { MACHINE_HASH, type RandomLife } from "./random-life.ts";

/** What was compared, and what differed. */
export interface LifeProof {
  /** Empty = all that was asked holds. */
  readonly differences: readonly string[];
  /** Checkpoints from which the end was folded again. */
  readonly checkpoints: number;
  /** Past moments that were the same to the bit. */
  readonly moments: number;
  /** 1 when a what-if without changes was exact. */
  readonly whatIfs: number;
  /** 1 when the log could be folded from its first entry. */
  readonly wholes: number;
  readonly report: VerifyView;
}

/** Past moments that are compared in one life. */
const MOMENTS = 10;

/** Most checkpoints of one life from which the end is folded again. */
const CHECKPOINTS = 1000;

/** Compares everything that the log of this life says with what the runtime was. */
export function proofOf(life: RandomLife): LifeProof {
  const { log } = life;
  const differences: string[] = [...life.differences];
  const compare = (what: string, found: RuntimeState, live: RuntimeState): void => {
    const path = differenceOf(checkpointOf(live), checkpointOf(found));
    if (path !== null) differences.push(`${what}: ${path}`);
  };
  const head = log.head()?.seq ?? 0;
  const end = stateAt(log, MACHINE_HASH, head);
  if (end.inexact.length > 0) differences.push(`end: ${end.inexact}`);
  compare("end", end.state, life.state);
  const first = foldedFrom(life, firstState(log, MACHINE_HASH), head);
  if (first !== null) compare("from the first entry", first, life.state);
  let checkpoints = 0;
  for (const entry of log.read({ type: "checkpoint", limit: CHECKPOINTS })) {
    const state = restoredFrom(entry, MACHINE_HASH);
    if (state === null) {
      differences.push(`checkpoint ${entry.seq}: not restored`);
      continue;
    }
    const folded = foldedFrom(life, { state, seq: entry.seq }, head);
    if (folded === null) continue;
    checkpoints += 1;
    compare(`from checkpoint ${entry.seq}`, folded, life.state);
  }
  const moments = momentsOf(life, compare);
  const idle = drained(whatIf({ log, machineHash: MACHINE_HASH, changes: changesOf({}) }));
  if (idle.exact) differences.push(...idleDifferences(idle));
  const report = verified(life);
  for (const { code, seq, expected, got } of report.findings)
    differences.push(`verify: ${code} at ${seq}, expected ${expected}, got ${got}`);
  const counts = {
    checkpoints,
    moments,
    whatIfs: Number(idle.exact),
    wholes: Number(first !== null),
  };
  return { differences, ...counts, report };
}

/** With nothing changed, what would have happened is what happened. */
function idleDifferences({ first_divergence, differences, changes }: WhatIfView): string[] {
  const { vanished, appeared, moved } = differences;
  const steps = vanished.total + appeared.total + moved.total;
  return [
    ...(first_divergence === null ? [] : [`what-if: differs at ${first_divergence.seq}`]),
    ...(steps === 0 ? [] : [`what-if: ${steps} steps differ`]),
    ...(changes.settings.length === 0 ? [] : ["what-if: settings differ"]),
  ];
}

/** The state at the end, folded from here without further checkpoints; `null` = readings are gone. */
function foldedFrom(
  { log }: RandomLife,
  from: { readonly state: RuntimeState; readonly seq: number },
  through: number,
): RuntimeState | null {
  const range = { after: from.seq, through, machineHash: MACHINE_HASH };
  return drained(foldSteps(log, from.state, range));
}

function momentsOf(
  { log, states, random }: RandomLife,
  compare: (what: string, found: RuntimeState, live: RuntimeState) => void,
): number {
  const floor = log.start().floor?.seq ?? 0;
  const seqs = [...states.keys()].filter((seq) => seq > floor);
  let exact = 0;
  for (let count = 0; count < MOMENTS; count += 1) {
    const seq = random.one(seqs);
    const moment = stateAt(log, MACHINE_HASH, seq);
    if (moment.inexact.length > 0) continue;
    exact += 1;
    compare(`at ${seq}`, moment.state, states.get(seq) as RuntimeState);
  }
  return exact;
}

function verified({ log }: RandomLife): VerifyView {
  return drained(verifyLog({ log, machineHash: MACHINE_HASH }));
}

function drained<Answer>(run: Generator<unknown, Answer>): Answer {
  for (;;) {
    const step = run.next();
    if (step.done) return step.value;
  }
}
