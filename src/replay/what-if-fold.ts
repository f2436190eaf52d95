/**
 * The hypothetical side's fold: every recorded input, as it would have come, through the same decider.
 *
 * Where the runtime itself would have put another configuration in force (a host or models that mean
 * other footprints), an input of our own says so, as `config.changed` did in the log.
 */
import type { Configuration } from "../domain/configuration.ts";
import type { Host } from "../domain/host.ts";
import type { Input, ReadingInput } from "../domain/input.ts";
import type { TransitionOutput } from "../domain/output.ts";
import { isSameData } from "../domain/same-data.ts";
import type { RuntimeState } from "../machines/runtime-state.ts";
import { decide } from "./fold.ts";
import { hasChanges, type WhatIfChanges } from "./what-if-changes.ts";
import { hypotheticalConfiguration } from "./what-if-configuration.ts";
import { hasOwnModels, MovedReadings, movedHost } from "./what-if-host.ts";
import type { RemarkCode } from "./what-if-view.ts";

/** Told of each transition; `at` in ms. */
export type OnMove = (move: TransitionOutput, at: number) => void;

/** The state of the hypothetical side, and what was in force on the recorded one. */
export class HypotheticalFold {
  state: RuntimeState;
  /** The recorded configuration and host in force. */
  recorded: Configuration;
  recordedHost: Host | null;
  readonly #changes: WhatIfChanges;
  readonly #isChanged: boolean;
  readonly #readings: MovedReadings | null;
  readonly #onMove: OnMove;

  constructor(start: RuntimeState, changes: WhatIfChanges, onMove: OnMove) {
    this.state = start;
    this.recorded = start.configuration;
    this.recordedHost = start.host;
    this.#changes = changes;
    this.#isChanged = hasChanges(changes);
    this.#readings = changes.host === null ? null : new MovedReadings(changes.host);
    this.#onMove = onMove;
  }

  /** The changes are in force before the first input; where that leads is the start, no step. */
  begin(): void {
    if (!this.#isChanged) return;
    const { at } = this.state;
    const config = this.#configurationFor(this.recordedHost);
    this.state = decide(this.state, { type: "config.changed", at, config }).state;
    if (this.recordedHost === null || this.#changes.host === null) return;
    const host = movedHost(this.#changes.host, this.recordedHost);
    this.state = decide(this.state, { type: "host.detected", at, host }).state;
  }

  /** The reading as this side would have had it. */
  readingOf(reading: ReadingInput): ReadingInput {
    return this.#readings?.of(reading) ?? reading;
  }

  /** Takes in a reading that came from `readingOf`. */
  takeReading(reading: ReadingInput): void {
    this.#submit(reading);
  }

  /** Takes in any other input; `next` is the input that the log holds after it. */
  take(input: Input, next: () => Input | null): void {
    if (!this.#isChanged) {
      this.#note(input);
      this.#submit(input);
      return;
    }
    switch (input.type) {
      case "config.changed": {
        this.#note(input);
        const following = next();
        // Before a detection the runtime puts the footprints of the coming host in force.
        const host = following?.type === "host.detected" ? following.host : this.recordedHost;
        this.#submit({ ...input, config: this.#configurationFor(host) });
        return;
      }
      case "host.detected":
        this.#note(input);
        this.#refresh(input.at);
        this.#submit({ ...input, host: this.#hostFor(input.host) });
        return;
      case "models.changed":
        this.#note(input);
        if (this.#changes.host === null || !hasOwnModels(this.#changes.host)) this.#submit(input);
        this.#refresh(input.at);
        return;
      default:
        this.#submit(input);
    }
  }

  /** After a gap without changes the state is what was written down there. */
  bridge(state: RuntimeState): void {
    this.recorded = state.configuration;
    this.recordedHost = state.host;
    if (!this.#isChanged) this.state = state;
  }

  /** Goes on from a recorded state, with the changes in force. */
  resume(recorded: RuntimeState): void {
    this.bridge(recorded);
    if (!this.#isChanged) return;
    this.state = recorded;
    const config = this.#configurationFor(this.recordedHost);
    if (this.#changes.host !== null || !isSameData(config, recorded.configuration)) this.begin();
  }

  /** What happened to the readings on the way. */
  remarks(): readonly RemarkCode[] {
    return this.#readings?.remarks() ?? [];
  }

  #note(input: Input): void {
    if (input.type === "config.changed") this.recorded = input.config;
    else if (input.type === "host.detected") this.recordedHost = input.host;
    else if (input.type === "models.changed" && input.running !== null && this.recordedHost) {
      const { running, models } = input;
      const ollama = { ...this.recordedHost.ollama, running, models };
      this.recordedHost = { ...this.recordedHost, ollama };
    }
  }

  #hostFor(recorded: Host): Host {
    return this.#changes.host === null ? recorded : movedHost(this.#changes.host, recorded);
  }

  #configurationFor(recordedHost: Host | null): Configuration {
    const hypothetical = recordedHost === null ? null : this.#hostFor(recordedHost);
    const hosts = { recorded: recordedHost, hypothetical };
    return hypotheticalConfiguration(this.recorded, hosts, this.#changes);
  }

  /** The runtime looks at the footprints again when host or models are new. */
  #refresh(at: number): void {
    const config = this.#configurationFor(this.recordedHost);
    if (isSameData(config, this.state.configuration)) return;
    this.#submit({ type: "config.changed", at, config });
  }

  #submit(input: Input): void {
    const { state, outputs } = decide(this.state, input);
    this.state = state;
    for (const output of outputs) {
      if (output.type === "transition") this.#onMove(output, state.at);
    }
  }
}
