/**
 * Tells a story to the decider, in virtual time, and collects what it answers.
 *
 * Values stay until they are changed: each beat reads them again with a fresh source time, unless the
 * sensor is said to be missing, frozen or wrong. Within one moment: what is written, then the beat, then
 * the questions (`explain`), so that an answer is about what the reader has just read.
 */
import type { Configuration } from "../../src/domain/configuration.ts";
import type { Host } from "../../src/domain/host.ts";
import type { Input, ReadingInput } from "../../src/domain/input.ts";
import type { Output } from "../../src/domain/output.ts";
import {
  checkpointOf,
  initialState,
  type RuntimeState,
  restoreState,
} from "../../src/machines/runtime-state.ts";
import { resolveFootprints } from "../../src/policy/footprints.ts";
import { decide } from "../../src/replay/fold.ts";
import type { Deed, Happening, Scenario } from "./scenario.ts";
import { hostSeen, newSensors, readingOf, type Sensors, takeDeed } from "./scenario-sensors.ts";

/** What was answered at a moment: outputs of an input, or the question why. */
export type Told =
  | {
      readonly kind: "outputs";
      readonly at: number;
      readonly outputs: readonly Output[];
      readonly before: RuntimeState;
      readonly after: RuntimeState;
    }
  | {
      readonly kind: "explain";
      readonly at: number;
      readonly state: RuntimeState;
      readonly isFull: boolean;
    };

/** A story that was told to its end. */
export interface Telling {
  readonly told: readonly Told[];
  readonly state: RuntimeState;
  readonly readings: number;
  /** Readings that had any answer. */
  readonly answered: number;
}

interface Teller {
  state: RuntimeState;
  host: Host;
  configuration: Configuration;
  everyMs: number;
  nextBeat: number;
  readonly sensors: Sensors;
  readonly told: Told[];
  readings: number;
  answered: number;
}

/** Tells it from the start of the runtime to the end of the story. */
export function tell(scenario: Scenario): Telling {
  const { host, configuration, everyMs, endMs, happenings } = scenario;
  const teller: Teller = {
    state: initialState(),
    host,
    configuration,
    everyMs,
    nextBeat: everyMs,
    sensors: newSensors(),
    told: [],
    readings: 0,
    answered: 0,
  };
  const deeds = happenings.filter(({ deed }) => deed.do !== "explain");
  begin(teller, deeds);
  const questions = happenings.filter(({ deed }) => deed.do === "explain");
  for (;;) {
    const at = Math.min(deeds[0]?.at ?? Infinity, questions[0]?.at ?? Infinity, teller.nextBeat);
    if (at > endMs) break;
    for (const { deed } of takeUntil(deeds, at)) happen(teller, at, deed);
    if (teller.nextBeat === at) beat(teller, at);
    for (const { deed } of takeUntil(questions, at)) {
      const isFull = deed.do === "explain" && deed.isFull;
      teller.told.push({ kind: "explain", at, state: teller.state, isFull });
    }
  }
  const { told, state, readings, answered } = teller;
  return { told, state, readings, answered };
}

/** What the sensors would show is there before anybody looks: values first, then the detection. */
function begin(teller: Teller, deeds: Happening[]): void {
  const isValue = ({ at, deed }: Happening) => at === 0 && deed.do === "value";
  for (const { deed } of deeds.filter(isValue)) happen(teller, 0, deed);
  deeds.splice(0, deeds.length, ...deeds.filter((each) => !isValue(each)));
  start(teller, 0, null);
  send(teller, { type: "config.changed", at: 0, config: resolved(teller) });
  detect(teller, 0);
}

function detect(teller: Teller, at: number): void {
  send(teller, { type: "host.detected", at, host: hostSeen(teller.sensors, at, teller.host) });
}

function takeUntil(happenings: Happening[], at: number): Happening[] {
  const count = happenings.findIndex((each) => each.at > at);
  return happenings.splice(0, count < 0 ? happenings.length : count);
}

function happen(teller: Teller, at: number, deed: Deed): void {
  switch (deed.do) {
    case "value":
    case "sensor":
      takeDeed(teller.sensors, at, deed);
      return;
    case "host":
      teller.host = deed.host;
      send(teller, { type: "config.changed", at, config: resolved(teller) });
      detect(teller, at);
      return;
    case "configure":
      teller.configuration = deed.configuration;
      send(teller, { type: "config.changed", at, config: resolved(teller) });
      return;
    case "pause":
      teller.nextBeat = at + deed.forMs;
      return;
    case "every":
      teller.everyMs = deed.ms;
      teller.nextBeat = at + deed.ms;
      return;
    case "start":
      start(teller, at, teller.readings);
      detect(teller, at);
      return;
    default: {
      const input = inputOf(deed, at);
      if (input !== null) send(teller, input);
    }
  }
}

/** The input of a deed that is one; `null` for the others. */
function inputOf(deed: Deed, at: number): Input | null {
  switch (deed.do) {
    case "task":
      return { type: "task.finished", at, ...deed.outcome };
    case "cloud":
      return { type: "cloud.probed", at, reachable: deed.reachable };
    case "unload":
      return unloadAt(at, deed.freedMib);
    case "editor":
      return { type: "editor.changed", at, running: deed.running };
    case "degrade":
      return { type: "degrade.requested", at, rung: deed.rung };
    case "restore":
      return { type: "restore.requested", at };
    case "stop":
      return { type: "runtime.stopped", at, reason: "asked" };
    case "wake":
      return { type: "clock.resumed", at, gap_ms: deed.gapMs };
    case "logGap":
      return { type: "log.gap", at, lost: deed.lost, reason: "the disk was full" };
    default:
      return null;
  }
}

/** A start goes on from what a checkpoint holds, as JSON on a disk would. */
function start(teller: Teller, at: number, resumed_from: number | null): void {
  teller.state = restoreState(JSON.parse(JSON.stringify(checkpointOf(teller.state))));
  send(teller, {
    type: "runtime.started",
    at,
    package_version: "story",
    xstate_version: "story",
    machine_hash: "story",
    policy_hash: null,
    node: "story",
    resumed_from,
  });
}

/** As the runtime does it: what the story does not say is what the policy table needs on this host. */
function resolved({ host, configuration }: Teller): Configuration {
  const footprints = resolveFootprints(host, configuration);
  return { ...configuration, policy: { ...configuration.policy, footprints } };
}

function beat(teller: Teller, at: number): void {
  const { state, host, sensors } = teller;
  const fields = readingOf(sensors, { at, host, state });
  const reading: ReadingInput = { type: "reading", at, ...fields };
  teller.readings += 1;
  if (send(teller, reading) > 0) teller.answered += 1;
  teller.nextBeat = at + teller.everyMs;
}

/** How many outputs came. */
function send(teller: Teller, input: Input): number {
  const before = teller.state;
  const { state, outputs } = decide(before, input);
  teller.state = state;
  if (outputs.length > 0)
    teller.told.push({ kind: "outputs", at: input.at, outputs, before, after: state });
  return outputs.length;
}

function unloadAt(at: number, freed_mib: number | null): Input {
  const reason = freed_mib === null ? "refused" : null;
  const type = freed_mib === null ? "effect.failed" : "effect.finished";
  return { type, at, effect: "unload", detail: { freed_mib, reason } };
}
