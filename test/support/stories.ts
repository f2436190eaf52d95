/** Drives the decider with readings at a fixed beat and collects what it says; virtual time only. */
import {
  type Configuration,
  DEFAULT_CONFIGURATION,
  decisionPartOf,
} from "../../src/domain/configuration.ts";
import { type Gpu, type Host, UNKNOWN_HOST } from "../../src/domain/host.ts";
import type { Input } from "../../src/domain/input.ts";
import type { Output, TransitionOutput } from "../../src/domain/output.ts";
import { step } from "../../src/machines/decider.ts";
import { initialState, type RuntimeState } from "../../src/machines/runtime-state.ts";

export const CARD_MIB = 20_480;
export const MEMORY_MIB = 65_536;

export const CARD: Gpu = {
  vendor: "nvidia",
  name: "NVIDIA Test Card",
  uuid: "GPU-1",
  vram_total_mib: CARD_MIB,
  driver: "595.71.05",
  cuda: "13.0",
  unified: false,
  is_integrated: false,
};

export function hostWith(change: Partial<Host> = {}): Host {
  return {
    ...UNKNOWN_HOST,
    cpu: { brand: null, cores: 16, threads: 24, score: "ultra", quota: null },
    memory: { total_mib: MEMORY_MIB, available_mib: 40_000, limited_by: "host" },
    gpus: [CARD],
    ...change,
  };
}

export const FOOTPRINTS = { nominal: 2048, smallModel: 1024, cpu: 3000 };

export function configurationWith(change: Partial<Configuration> = {}): Configuration {
  const base = decisionPartOf(DEFAULT_CONFIGURATION);
  return { ...base, policy: { ...base.policy, footprints: FOOTPRINTS }, ...change };
}

export interface Beat {
  /** MiB; null = no reading. Default 4000. */
  readonly used?: number | null;
  readonly available?: number | null;
  readonly own?: number | null;
  readonly cpu?: number | null;
  readonly sourceAge?: number;
}

/** A running story: `beat` reads once a second, `send` gives any other input, `moves` are the transitions. */
export class Story {
  state: RuntimeState = initialState();
  at = 0;
  readonly outputs: (Output & { at: number })[] = [];

  constructor(host: Host | null = hostWith(), configuration: Configuration = configurationWith()) {
    this.send({ type: "config.changed", config: configuration });
    if (host !== null) this.send({ type: "host.detected", host });
  }

  send(input: Input extends infer T ? (T extends Input ? Omit<T, "at"> : never) : never): this {
    const { state, outputs } = step(this.state, { ...input, at: this.at } as Input);
    this.state = state;
    this.outputs.push(...outputs.map((output) => ({ ...output, at: this.at })));
    return this;
  }

  beat(given: Beat = {}, stepMs = 1000): this {
    const { used = 4000, available = 40_000, own = 0, cpu = 10, sourceAge = 0 } = given;
    this.at += stepMs;
    const source_at = this.at - sourceAge;
    return this.send({
      type: "reading",
      vram: used === null ? null : { used_mib: used, total_mib: CARD_MIB, own_mib: own, source_at },
      memory:
        available === null ? null : { available_mib: available, total_mib: MEMORY_MIB, source_at },
      cpu: cpu === null ? null : { used_percent: cpu },
    });
  }

  beats(count: number, given: Beat = {}): this {
    for (let index = 0; index < count; index += 1) this.beat(given);
    return this;
  }

  get profile(): string {
    return this.state.chart.state.profile;
  }

  get moves(): (TransitionOutput & { at: number })[] {
    return this.outputs.filter(
      (each): each is TransitionOutput & { at: number } => each.type === "transition",
    );
  }

  /** The transitions in short: `12s nominal→smallModel VRAM_TIGHT`. */
  get lines(): string[] {
    const short = (name: string) => name.split(".").at(-1) ?? name;
    return this.moves.map(
      ({ at, from, to, reason }) => `${at / 1000}s ${short(from)}→${short(to)} ${reason.code}`,
    );
  }
}
