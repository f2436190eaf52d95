/** The simulator as a pure fold: what each line answers, and what it refuses. */
import { readFileSync } from "node:fs";
import { Compile } from "typebox/schema";
import { expect, test } from "vitest";
import { overridesOfAssignments } from "../src/domain/configuration-text.ts";
import { decide } from "../src/replay/fold.ts";
import {
  beginSimulation,
  type SimulateAnswer,
  type SimulateRefusal,
  simulateLine,
} from "../src/replay/simulate.ts";
import { simulateSchema } from "../src/replay/simulate-schema.ts";

type Answer = SimulateAnswer | SimulateRefusal | null;

const CARD = { vendor: "nvidia", name: "card", vram_total_mib: 20_480 };
const HOST = {
  gpus: [CARD],
  memory: { total_mib: 65_536 },
  cpu: { cores: 16, threads: 24 },
};
const CONFIG = { policy: { footprints: { nominal: 2048, smallModel: 1024, cpu: 3000 } } };
const BEGIN = [
  { type: "config.changed", at: 0, config: CONFIG },
  { type: "host.detected", at: 0, host: HOST },
];

function answers(lines: readonly unknown[], set: readonly string[] = []): Answer[] {
  let simulation = beginSimulation({ settings: overridesOfAssignments(set) });
  return lines.map((line) => {
    const text = typeof line === "string" ? line : JSON.stringify(line);
    const done = simulateLine(simulation, text, decide);
    simulation = done.simulation;
    return done.answer;
  });
}

function lastOf(lines: readonly unknown[], set: readonly string[] = []): SimulateAnswer {
  const answer = answers(lines, set).at(-1);
  if (answer === null || answer === undefined || "error" in answer)
    throw new Error(`refused: ${JSON.stringify(answer)}`);
  return answer;
}

function reading(at: number, used: number | null, own = 0, available: number | null = 40_000) {
  const vram = { used_mib: used, total_mib: 20_480, own_mib: own };
  return { type: "reading", at, vram, memory: { available_mib: available, total_mib: 65_536 } };
}

test("simulate: an answer has the keys of the wire, in order", () => {
  const answer = lastOf([...BEGIN, reading(1000, 4000)]);
  expect(Object.keys(answer)).toEqual(["at", "state", "rung", "vision", "transitions", "facts"]);
  expect(Object.keys(answer.state)).toEqual([
    "profile",
    "vram",
    "memory",
    "tasks",
    "cloud",
    "hold",
    "editor",
  ]);
  expect(answer).toMatchObject({
    at: 1000,
    state: { profile: "LOCAL_GPU_HIGH.nominal", vram: "relaxed", memory: "relaxed" },
    rung: "nominal",
    vision: { provider: "local", device: "auto" },
    transitions: [],
    facts: [
      { region: "vram", from: "unknown", to: "relaxed" },
      { region: "memory", from: "unknown", to: "relaxed" },
    ],
  });
});

test("simulate: before a host is known nothing runs and the rung is null", () => {
  const answer = lastOf([{ type: "reading", at: 5 }]);
  expect(answer).toMatchObject({ rung: null, state: { profile: "detecting" } });
  expect(answer.vision).toEqual({ provider: "none", model: null, device: "none" });
});

test.each([
  ["one sample beyond hard leaves the card", 0.93, "cpu"],
  ["one sample below hard stays", 0.919, "nominal"],
])("simulate: %s", (_what, share, rung) => {
  const answer = lastOf([...BEGIN, reading(1000, 4000), reading(2000, 20_480 * share)]);
  expect(answer.rung).toBe(rung);
  expect(answer.transitions.length).toBe(rung === "cpu" ? 1 : 0);
});

test("simulate: settings are laid over every configuration", () => {
  const lines = [...BEGIN, reading(1000, 4000), reading(2000, 20_480 * 0.93)];
  expect(lastOf(lines, ["vram.hard=0.95"]).rung).toBe("nominal");
});

test.each<[string, object]>([
  ["a reading of nothing", { vram: null, memory: null, cpu: null }],
  ["less than nothing", { vram: { used_mib: -5, total_mib: 20_480 } }],
  ["more than there is", { vram: { used_mib: 30_000, total_mib: 20_480 } }],
  ["more than all processors", { cpu: { used_percent: 900 } }],
])("simulate: %s is a missing value, not a mistake", (_what, fields) => {
  const answer = lastOf([...BEGIN, reading(1000, 4000), { type: "reading", at: 2000, ...fields }]);
  expect(answer).toMatchObject({ rung: "nominal", transitions: [], facts: [] });
});

const REFUSED: readonly (readonly [string, unknown, string, string])[] = [
  ["no JSON", "{", "", "Expected a line of JSON"],
  ["no object", "[]", "", "got a list"],
  ["a number", "5", "", "got a number"],
  ["null", "null", "", "got null"],
  ["no type", { at: 1 }, "type", "got nothing"],
  ["an unknown type", { type: "readin", at: 1 }, "type", "did you mean reading?"],
  ["what only a log says", { type: "log.gap", at: 1 }, "type", "write one of"],
  ["no at", { type: "reading" }, "at", "Expected a number at at, got nothing."],
  ["an at that is text", { type: "reading", at: "1" }, "at", 'got "1"'],
  ["an endless at", '{"type":"reading","at":1e999}', "at", "a moment in ms"],
  ["a moment beyond all clocks", { type: "reading", at: 2 ** 60 }, "at", "a smaller number"],
  ["a deep type", `{"type":${"[".repeat(5000)}${"]".repeat(5000)},"at":1000}`, "", "at most 32"],
  [
    "a deep configuration",
    `{"type":"config.changed","at":1000,"config":{"cloud":${'{"a":'.repeat(5000)}1${"}".repeat(5000)}}}`,
    "",
    "at most 32",
  ],
  ["an earlier at", { type: "reading", at: 999 }, "at", "Expected at to be 1000 or later, got 999"],
  [
    "an unknown key",
    { type: "reading", at: 1000, vram: { used: 1 } },
    "vram.used",
    'Expected a known key, got "vram.used"',
  ],
  [
    "a text for a number",
    { type: "reading", at: 1000, vram: { used_mib: "9" } },
    "vram.used_mib",
    'Expected a number or null at vram.used_mib, got "9".',
  ],
  [
    "an unknown rung",
    { type: "degrade.requested", at: 1000, rung: "gpu" },
    "rung",
    "did you mean cpu?",
  ],
  [
    "a list for an object",
    { type: "host.detected", at: 1000, host: [] },
    "host",
    "Expected an object at host, got a list.",
  ],
  [
    "a wrong item of a list",
    { type: "host.detected", at: 1000, host: { gpus: [CARD, { vram_total_mib: true }] } },
    "host.gpus[1].vram_total_mib",
    "got true",
  ],
  [
    "a threshold that cannot be",
    { type: "config.changed", at: 1000, config: { thresholds: { vram: { enter: 0.99 } } } },
    "config.thresholds.vram.enter",
    "less than",
  ],
  [
    "an unknown setting",
    { type: "config.changed", at: 1000, config: { treshold: {} } },
    "config.treshold",
    "did you mean thresholds?",
  ],
  [
    "no outcome",
    { type: "task.finished", at: 1000, task: "vision", provider: "local" },
    "ok",
    "got nothing",
  ],
  [
    "a key of the language",
    '{"type":"reading","at":1000,"__proto__":{}}',
    "__proto__",
    "known key",
  ],
];

test.each(REFUSED)("simulate: %s is refused and changes nothing", (_what, line, path, words) => {
  const before = [...BEGIN, reading(1000, 4000)];
  const after = reading(1000, 4000);
  const [refusal, answer] = answers([...before, line, after]).slice(-2);
  expect(refusal).toMatchObject({ error: { path } });
  expect((refusal as SimulateRefusal).error.code).toMatch(/^RP_/);
  expect((refusal as SimulateRefusal).error.message).toContain(words);
  expect(answer).toEqual(answers([...before, after]).at(-1));
});

test("simulate: a refusal carries the moment of its line, or null", () => {
  expect(answers(["{", { type: "x", at: 7 }, { type: "reading", at: null }])).toMatchObject([
    { at: null },
    { at: 7 },
    { at: null },
  ]);
});

test.each(["", "  ", "\r", "\t"])("simulate: an empty line (%j) gets no answer", (line) => {
  expect(answers([line])).toEqual([null]);
});

test("simulate: footprints that are not given come from the tables, anew for each host", () => {
  const bare = { type: "config.changed", at: 0, config: {} };
  const small = { ...HOST, gpus: [{ ...CARD, vram_total_mib: 8188 }] };
  const first = lastOf([bare, { type: "host.detected", at: 0, host: HOST }]);
  const second = lastOf([
    bare,
    { type: "host.detected", at: 0, host: HOST },
    reading(1000, 4000),
    { type: "host.detected", at: 2000, host: small },
  ]);
  expect(first.state.profile).toBe("LOCAL_GPU_HIGH.nominal");
  expect(second.state.profile).toMatch(/^LOCAL_GPU_MID\./);
  expect(second.transitions).toHaveLength(1);
  expect(second.transitions[0]?.reason).toMatchObject({ from: first.state.profile });
});

test("simulate: a footprint of null makes its rung infeasible", () => {
  const footprints = { nominal: 2048, smallModel: null, cpu: null };
  const config = { policy: { footprints } };
  const answer = lastOf([
    { type: "config.changed", at: 0, config },
    { type: "host.detected", at: 0, host: HOST },
    reading(1000, 4000),
    reading(2000, 19_500),
  ]);
  expect(answer.rung).toBe("shed");
  expect(answer.transitions[0]?.reason.refused).toMatchObject({
    smallModel: "WOULD_NOT_FIT",
    cpu: "WOULD_NOT_FIT",
  });
});

test("simulate: the cloud is used when it is allowed and answered, not before", () => {
  const config = { ...CONFIG, cloud: { allowed: true } };
  const hard = reading(3000, 4000, 0, 500);
  const begin = [
    { type: "config.changed", at: 0, config },
    { type: "host.detected", at: 0, host: HOST },
    reading(1000, 4000),
  ];
  const probed = { type: "cloud.probed", at: 2000, reachable: true };
  expect(lastOf([...begin, hard]).rung).toBe("shed");
  expect(lastOf([...begin, probed, hard])).toMatchObject({
    rung: "cloud",
    vision: { provider: "cloud", device: "remote" },
  });
  expect(lastOf([...BEGIN, reading(1000, 4000), probed, hard]).rung).toBe("shed");
});

test("simulate: a moment between two ms is that of the first, and is answered as it was sent", () => {
  const lines = [...BEGIN, reading(1000.25, 4000), reading(2000.75, 19_500)];
  expect(lastOf(lines)).toMatchObject({ at: 2000.75, rung: "cpu" });
  expect(answers([...lines, reading(2000.5, 4000)]).at(-1)).toMatchObject({
    error: { path: "at" },
  });
});

test.each([500, 4999, 5000])(
  "simulate: another card is entered %i ms later at the rung that fits",
  (after) => {
    const smaller = { ...HOST, gpus: [{ ...CARD, vram_total_mib: 8192 }] };
    const vram = { used_mib: 3000, total_mib: 8192, own_mib: 0 };
    const memory = { available_mib: 40_000, total_mib: 65_536 };
    const answer = lastOf([
      ...BEGIN,
      reading(1000, 4000),
      { type: "host.detected", at: 2000, host: smaller },
      { type: "reading", at: 2000 + after, vram, memory },
    ]);
    expect(answer.state.profile).toBe("LOCAL_GPU_MID.nominal");
  },
);

test("simulate: a clock may begin below zero", () => {
  const shifted = [...BEGIN, reading(1000, 4000), reading(2000, 19_500)].map((line) => ({
    ...line,
    at: line.at - 100_000,
  }));
  expect(lastOf(shifted)).toMatchObject({ at: -98_000, rung: "cpu" });
});

const FILE = new URL("../docs/simulate.schema.json", import.meta.url);
const SCHEMA = JSON.parse(readFileSync(FILE, "utf8"));

test("simulateSchema: the published file is what the tables say", () => {
  expect(readFileSync(FILE, "utf8"), "run: node scripts/schemas.ts").toBe(
    `${JSON.stringify(simulateSchema(), null, 2)}\n`,
  );
});

test("simulateSchema: judges lines and answers as the simulator does", () => {
  const { $defs, ...input } = SCHEMA;
  const [line, answer, refusal] = [input, $defs.answer, $defs.refusal].map((one) => Compile(one));
  const valid = [...BEGIN, reading(1000, 4000), reading(2000, 19_500)];
  for (const one of valid) expect(line?.Check(one), JSON.stringify(one)).toBe(true);
  for (const one of answers(valid)) expect(answer?.Check(one), JSON.stringify(one)).toBe(true);
  for (const [what, one] of REFUSED) {
    // The order of moments and of thresholds is beyond a schema.
    if (typeof one === "string" || /earlier|cannot be|beyond/.test(what)) continue;
    expect(line?.Check(one), what).toBe(false);
    expect(refusal?.Check(answers([one])[0]), what).toBe(true);
  }
});
