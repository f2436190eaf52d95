/** Hostile lines: the simulator answers each with one line of its schema, and refusals change nothing. */
import fc from "fast-check";
import { Compile } from "typebox/schema";
import { expect, test } from "vitest";
import { FAILURES } from "../src/domain/input.ts";
import { RUNGS } from "../src/domain/rung.ts";
import { checkpointOf } from "../src/machines/runtime-state.ts";
import { decide } from "../src/replay/fold.ts";
import { beginSimulation, simulateLine } from "../src/replay/simulate.ts";
import { simulateSchema } from "../src/replay/simulate-schema.ts";
import { SIMULATED_TYPES } from "../src/replay/simulate-shapes.ts";

const { $defs } = simulateSchema() as { readonly $defs: Record<"answer" | "refusal", object> };
const ANSWER = Compile($defs.answer);
const REFUSAL = Compile($defs.refusal);

const ODD = fc.constantFrom(0, -1, 0.5, 1e308, -1e308, 2 ** 53, 20_480, 19_000, 4000, 500, null);
const AMOUNT = fc.oneof(ODD, fc.integer({ min: 0, max: 20_480 }));

const VRAM = fc.record(
  {
    used_mib: AMOUNT,
    total_mib: fc.constantFrom(20_480, null, 0),
    own_mib: AMOUNT,
    source_at: ODD,
  },
  { requiredKeys: [] },
);
const MEMORY = fc.record(
  { available_mib: AMOUNT, total_mib: fc.constantFrom(65_536, null, -1), source_at: ODD },
  { requiredKeys: [] },
);
const CARD = fc.record(
  { vendor: fc.constant("nvidia"), vram_total_mib: AMOUNT, unified: fc.boolean() },
  { requiredKeys: [] },
);
const HOST = fc.record(
  {
    gpus: fc.array(CARD, { maxLength: 2 }),
    memory: fc.record({ total_mib: AMOUNT }),
    cpu: fc.record({ cores: ODD, threads: ODD, quota: ODD }),
  },
  { requiredKeys: [] },
);
const CONFIG = fc.record(
  {
    cloud: fc.record({ allowed: fc.boolean() }),
    thresholds: fc.record({ vram: fc.record({ enter: fc.constantFrom(0.85, 0.9, 0.99, "80%") }) }),
    policy: fc.record({
      footprints: fc.record({ nominal: ODD, smallModel: ODD, cpu: ODD }, { requiredKeys: [] }),
    }),
  },
  { requiredKeys: [] },
);
const FIELDS = fc.record(
  {
    vram: fc.option(VRAM),
    memory: fc.option(MEMORY),
    cpu: fc.option(fc.record({ used_percent: ODD })),
    host: HOST,
    config: CONFIG,
    task: fc.constant("vision"),
    provider: fc.constantFrom("local", "cloud"),
    ok: fc.boolean(),
    failure: fc.constantFrom(...FAILURES, null),
    reachable: fc.boolean(),
    running: fc.constantFrom(true, false, null),
    rung: fc.constantFrom(...RUNGS, null),
    gap_ms: ODD,
    effect: fc.constant("unload"),
    detail: fc.object({ maxDepth: 2 }),
    models: fc.array(fc.record({ name: fc.string() }), { maxLength: 2 }),
  },
  { requiredKeys: [] },
);

/** The keys of each type, so that most lines are valid. */
const OWN: Readonly<Record<string, readonly string[]>> = {
  "config.changed": ["config"],
  "host.detected": ["host"],
  reading: ["vram", "memory", "cpu"],
  "task.finished": ["task", "provider", "ok", "failure"],
  "cloud.probed": ["reachable"],
  "models.changed": ["running", "models"],
  "editor.changed": ["running"],
  "memory.oom_killed": ["killed", "total"],
  "degrade.requested": ["rung"],
  "effect.finished": ["effect", "detail"],
  "effect.failed": ["effect", "detail"],
  "clock.resumed": ["gap_ms"],
};

const SENT = fc
  .tuple(fc.constantFrom(...SIMULATED_TYPES, "reading", "reading"), FIELDS, fc.nat(20_000))
  .map(([type, fields, apart]) => {
    const own = Object.entries(fields).filter(([key]) => OWN[type]?.includes(key));
    return { apart, fields: { type, ...Object.fromEntries(own) } };
  });

test("simulate: lines of the right shape are answered, whatever their numbers are", () => {
  let [answered, refused, moved] = [0, 0, 0];
  fc.assert(
    fc.property(fc.array(SENT, { minLength: 20, maxLength: 40 }), (sent) => {
      let simulation = beginSimulation();
      let at = 0;
      for (const { apart, fields } of sent) {
        at += apart;
        const before = JSON.stringify(checkpointOf(simulation.state));
        const done = simulateLine(simulation, JSON.stringify({ at, ...fields }), decide);
        simulation = done.simulation;
        const { answer } = done;
        if (answer === null) throw new Error("no answer");
        if ("error" in answer) {
          refused += 1;
          expect(answer.error.code).not.toBe("RP_INTERNAL");
          expect(REFUSAL.Check(answer), JSON.stringify(answer)).toBe(true);
          expect(JSON.stringify(checkpointOf(simulation.state))).toBe(before);
          continue;
        }
        answered += 1;
        moved += answer.transitions.length;
        expect(ANSWER.Check(answer), JSON.stringify(answer)).toBe(true);
        expect(simulation.state.at).toBe(at);
      }
    }),
    { numRuns: 300, seed: 20_261_126 },
  );
  // The lines were neither all refused nor all without an effect.
  expect(answered).toBeGreaterThan(4000);
  expect(refused).toBeGreaterThan(200);
  expect(moved).toBeGreaterThan(200);
});

test("simulate: any text is answered by at most one line and never throws", () => {
  const line = fc.oneof(
    fc.string(),
    fc.json(),
    fc.json().map((json) => `{"type":"reading","at":1,"vram":${json}}`),
    fc.json().map((json) => `{"type":"host.detected","at":1,"host":${json}}`),
    fc.json().map((json) => `{"type":"config.changed","at":1,"config":${json}}`),
  );
  fc.assert(
    fc.property(line, (text) => {
      const { answer } = simulateLine(beginSimulation(), text, decide);
      if (answer === null) expect(text.trim()).toBe("");
      else expect(("error" in answer ? REFUSAL : ANSWER).Check(answer)).toBe(true);
    }),
    { numRuns: 2000, seed: 20_261_126 },
  );
});
