import fc from "fast-check";
import { expect, test } from "vitest";
import { RUNGS, type Rung, rungsOf } from "../src/domain/rung.ts";
import { CLOUD_STATES, type CloudState } from "../src/domain/state.ts";
import { TIERS, type Tier } from "../src/domain/tier.ts";
import type { MissingCode } from "../src/policy/policy.ts";
import { policyOf } from "../src/policy/resolve.ts";
import type { Situation } from "../src/policy/situation.ts";
import {
  CLOUD_ALLOWED,
  configured,
  hostWithCard,
  situationOf,
  USERS_HOST,
  withModels,
} from "./support/policy-situations.ts";

const MID = withModels(hostWithCard(8188), "moondream");
const PLANNER = withModels(hostWithCard(8188), "moondream", "qwen3:4b");

test("policy: the user's own host plans the cloud and the editor, and sends nothing", () => {
  expect(policyOf(situationOf(USERS_HOST, "LOCAL_CPU_ONLY"))).toMatchInlineSnapshot(`
    {
      "editing": {
        "editor": "davinci",
        "missing": [
          "EDITOR_NOT_INSTALLED",
        ],
        "ready": false,
      },
      "planning": {
        "device": "remote",
        "missing": [
          "CLOUD_NOT_ALLOWED",
        ],
        "model": "deepseek-chat",
        "num_ctx": null,
        "provider": "cloud",
        "ready": false,
      },
      "retry_after_ms": null,
      "rung": "nominal",
      "tier": "LOCAL_CPU_ONLY",
      "vision": {
        "device": "remote",
        "max_scenes": 10,
        "missing": [
          "CLOUD_NOT_ALLOWED",
        ],
        "model": "gpt-4o",
        "num_ctx": null,
        "provider": "cloud",
        "ready": false,
      },
    }
  `);
});

test("policy: the user's own host finds Ollama once it is installed", () => {
  const { vision } = policyOf(situationOf(withModels(USERS_HOST, "moondream"), "LOCAL_CPU_ONLY"));
  expect(vision).toMatchObject({
    provider: "local",
    model: "moondream",
    device: "cpu",
    ready: true,
  });
});

test("policy: the document's MID host, with everything else unknown", () => {
  const situation = situationOf(hostWithCard(8188), "LOCAL_GPU_MID", { areModelsKnown: false });
  expect(policyOf(situation).vision).toEqual({
    provider: "local",
    model: "moondream",
    device: "auto",
    max_scenes: 10,
    num_ctx: 2048,
    ready: true,
    missing: [],
  });
});

type Row = [Tier, Rung, string, number];
test.each<Row>([
  ["LOCAL_GPU_HIGH", "nominal", "local qwen3.5:9b auto", 20],
  ["LOCAL_GPU_HIGH", "smallModel", "local qwen3.5:4b auto", 12],
  ["LOCAL_GPU_HIGH", "cpu", "local moondream cpu", 4],
  ["LOCAL_GPU_HIGH", "cloud", "cloud gpt-4o remote", 10],
  ["LOCAL_GPU_HIGH", "shed", "none null none", 0],
  ["LOCAL_GPU_MID", "nominal", "local moondream auto", 10],
  ["LOCAL_GPU_MID", "smallModel", "local qwen3.5:0.8b auto", 6],
  ["LOCAL_GPU_MID", "cpu", "local moondream cpu", 4],
  ["LOCAL_GPU_MID", "cloud", "cloud gpt-4o remote", 10],
  ["LOCAL_GPU_MID", "shed", "none null none", 0],
  ["LOCAL_GPU_LOW", "nominal", "local moondream auto", 8],
  ["LOCAL_GPU_LOW", "smallModel", "local qwen3.5:0.8b auto", 5],
  ["LOCAL_GPU_LOW", "cpu", "local moondream cpu", 4],
  ["LOCAL_GPU_LOW", "cloud", "cloud gpt-4o remote", 10],
  ["LOCAL_GPU_LOW", "shed", "none null none", 0],
  ["LOCAL_CPU_ONLY", "nominal", "local moondream cpu", 4],
  ["LOCAL_CPU_ONLY", "cloud", "cloud gpt-4o remote", 10],
  ["LOCAL_CPU_ONLY", "shed", "none null none", 0],
  ["CLOUD_HYBRID", "nominal", "cloud gpt-4o remote", 10],
  ["CLOUD_HYBRID", "cpu", "local moondream cpu", 4],
  ["CLOUD_HYBRID", "shed", "none null none", 0],
])("policy: %s %s is %s with %i scenes", (tier, rung, expected, scenes) => {
  const cards = { LOCAL_GPU_HIGH: 16_376, LOCAL_GPU_MID: 8188, LOCAL_GPU_LOW: 6144 };
  const host = tier in cards ? hostWithCard(cards[tier as keyof typeof cards]) : USERS_HOST;
  const { vision } = policyOf(situationOf(host, tier, { rung, areModelsKnown: false }));
  expect(`${vision.provider} ${vision.model} ${vision.device}`).toBe(expected);
  expect(vision.max_scenes).toBe(scenes);
});

test.each<[string, Partial<Situation>, readonly MissingCode[]]>([
  ["no consent", {}, ["CLOUD_NOT_ALLOWED"]],
  ["no consent, reachable", { cloud: "reachable" }, ["CLOUD_NOT_ALLOWED"]],
  [
    "consent for planning only",
    {
      configuration: configured({ cloud: { allowed: true, vision: "never" } }),
      cloud: "reachable",
    },
    ["CLOUD_NOT_ALLOWED"],
  ],
  [
    "consent without a provider",
    { configuration: configured({ cloud: { allowed: true } }), cloud: "unknown" },
    ["CLOUD_NOT_CONFIGURED"],
  ],
  ["not yet probed", { configuration: CLOUD_ALLOWED, cloud: "unknown" }, ["CLOUD_UNREACHABLE"]],
  ["off", { configuration: CLOUD_ALLOWED, cloud: "off" }, ["CLOUD_UNREACHABLE"]],
  ["unreachable", { configuration: CLOUD_ALLOWED, cloud: "unreachable" }, ["CLOUD_UNREACHABLE"]],
  ["reachable", { configuration: CLOUD_ALLOWED, cloud: "reachable" }, []],
])("policy: cloud vision with %s", (_, change, missing) => {
  for (const [tier, rung] of [
    ["CLOUD_HYBRID", "nominal"],
    ["LOCAL_CPU_ONLY", "nominal"],
    ["LOCAL_GPU_MID", "cloud"],
  ] as const) {
    const { vision } = policyOf(situationOf(USERS_HOST, tier, { ...change, rung }));
    expect(vision).toMatchObject({ provider: "cloud", missing, ready: missing.length === 0 });
  }
});

test.each<[string, Situation, readonly MissingCode[]]>([
  ["no server", situationOf(hostWithCard(8188), "LOCAL_GPU_MID"), ["SERVER_NOT_RUNNING"]],
  [
    "no model",
    situationOf(withModels(hostWithCard(8188)), "LOCAL_GPU_MID"),
    ["MODEL_NOT_INSTALLED"],
  ],
  ["all there", situationOf(MID, "LOCAL_GPU_MID"), []],
  ["no reading", situationOf(MID, "LOCAL_GPU_MID", { hasFirstReading: false }), ["FIRST_READING"]],
  [
    "nothing at all",
    situationOf(hostWithCard(8188), "LOCAL_GPU_MID", { hasFirstReading: false }),
    ["SERVER_NOT_RUNNING", "FIRST_READING"],
  ],
  [
    "unknown models",
    situationOf(hostWithCard(8188), "LOCAL_GPU_MID", { areModelsKnown: false }),
    [],
  ],
])("policy: local vision with %s", (_, situation, missing) => {
  const { vision } = policyOf(situation);
  expect(vision).toMatchObject({ provider: "local", missing, ready: missing.length === 0 });
});

const PLACES: [Tier, Rung, boolean | null, string][] = [
  ["LOCAL_GPU_MID", "nominal", null, "local"],
  ["LOCAL_GPU_MID", "nominal", false, "cloud"],
  ["LOCAL_GPU_MID", "cpu", false, "cloud"],
  ["LOCAL_GPU_MID", "cloud", true, "cloud"],
  ["LOCAL_GPU_MID", "shed", true, "none"],
  ["LOCAL_GPU_MID", "shed", false, "none"],
  ["LOCAL_CPU_ONLY", "nominal", null, "cloud"],
  ["LOCAL_CPU_ONLY", "nominal", true, "local"],
  ["LOCAL_CPU_ONLY", "nominal", false, "cloud"],
  ["CLOUD_HYBRID", "nominal", null, "cloud"],
  ["CLOUD_HYBRID", "nominal", true, "local"],
  ["CLOUD_HYBRID", "cpu", null, "local"],
];
test.each(PLACES)(
  "policy: on %s %s with local = %s vision is %s",
  (tier, rung, local, provider) => {
    const configuration = configured({ vision: { local } });
    const { vision } = policyOf(situationOf(USERS_HOST, tier, { rung, configuration }));
    expect(vision.provider).toBe(provider);
    expect(vision.ready).toBe(false);
  },
);

test("policy: a cloud model named as the local one is the cloud, with its consent", () => {
  const configuration = configured({ vision: { model: "qwen3.5:cloud", local: true } });
  const { vision } = policyOf(situationOf(MID, "LOCAL_GPU_MID", { configuration }));
  expect(vision).toMatchObject({
    provider: "cloud",
    model: "qwen3.5:cloud",
    missing: ["CLOUD_NOT_ALLOWED"],
  });
});

test.each([
  [null, [10, 6, 4]],
  [30, [30, 6, 4]],
  [5, [5, 5, 4]],
  [2, [2, 2, 2]],
])("policy: max_scenes %s gives %j from nominal down", (max_scenes, expected) => {
  const configuration = configured({ vision: { max_scenes } });
  const scenes = (["nominal", "smallModel", "cpu"] as const).map(
    (rung) =>
      policyOf(situationOf(MID, "LOCAL_GPU_MID", { rung, configuration })).vision.max_scenes,
  );
  expect(scenes).toEqual(expected);
});

const CLOUD = { configuration: CLOUD_ALLOWED, cloud: "reachable" } as const;

const T = true;
const F = false;
test.each<[boolean | null, boolean | null, boolean | null, readonly MissingCode[]]>([
  [T, T, T, []],
  [T, T, null, []],
  [null, T, null, []],
  [T, T, F, ["EDITOR_NOT_SCRIPTABLE"]],
  [T, F, F, ["EDITOR_NOT_RUNNING"]],
  [T, null, null, ["EDITOR_NOT_RUNNING"]],
  [null, null, null, ["EDITOR_NOT_RUNNING"]],
  [F, F, F, ["EDITOR_NOT_INSTALLED"]],
])(
  "policy: editor installed %s, running %s, scriptable %s: %j",
  (is, running, scriptable, missing) => {
    const davinci = { installed: is, version: null, running, scriptable };
    const { editing } = policyOf(situationOf({ ...MID, davinci }, "LOCAL_GPU_MID"));
    expect(editing).toEqual({ editor: "davinci", ready: missing.length === 0, missing });
  },
);

test("policy: while detecting, nothing works yet and nothing is sent", () => {
  const situation = situationOf(MID, "LOCAL_GPU_MID", CLOUD);
  const policy = policyOf({ ...situation, tier: null, rung: null, host: null });
  expect(policy.vision).toMatchObject({
    provider: "none",
    ready: false,
    missing: ["FIRST_READING"],
  });
  expect(policy.planning).toMatchObject({ provider: "none", ready: false });
  expect(policy.editing.ready).toBe(false);
});

const situations = fc
  .record({
    tier: fc.constantFrom(...TIERS),
    rung: fc.constantFrom(...RUNGS),
    cloud: fc.constantFrom<CloudState>(...CLOUD_STATES),
    hasFirstReading: fc.boolean(),
    areModelsKnown: fc.boolean(),
    allowed: fc.boolean(),
    consent: fc.constantFrom("allow", "never"),
    local: fc.constantFrom(true, false, null),
    model: fc.constantFrom(null, "moondream", "mine:8b", "big:cloud"),
    host: fc.constantFrom(USERS_HOST, MID, PLANNER, hostWithCard(null), hostWithCard(24_564)),
  })
  .filter(({ tier, rung }) => rungsOf(tier).includes(rung))
  .map(({ allowed, consent, local, model, tier, host, ...rest }) =>
    situationOf(host, tier, {
      ...rest,
      configuration: configured({
        cloud: { allowed, vision: consent, planning: consent, base_url: "https://cloud.example" },
        vision: { local, model },
        planning: { local, model },
      }),
    }),
  );

test("policy: in no situation is a cloud ready without consent, or a local role before a reading", () => {
  fc.assert(
    fc.property(situations, (situation) => {
      const { vision, planning } = policyOf(situation);
      const { cloud } = situation.configuration;
      for (const [role, consent] of [
        [vision, cloud.vision],
        [planning, cloud.planning],
      ] as const) {
        expect(role.ready).toBe(role.missing.length === 0);
        if (role.provider === "cloud" && role.ready) {
          expect(cloud.allowed && consent === "allow").toBe(true);
        }
        if (role.provider === "local") {
          expect(role.ready && !situation.hasFirstReading).toBe(false);
          expect(role.model).not.toMatch(/cloud$/);
        }
        expect(role.provider === "none").toBe(role.model === null);
      }
      if (situation.rung === "shed") expect(vision.provider).toBe("none");
    }),
    { seed: 7, numRuns: 2000 },
  );
});
