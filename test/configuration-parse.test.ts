import { expect, test } from "vitest";
import { DEFAULT_CONFIGURATION, type FullConfiguration } from "../src/domain/configuration.ts";
import { parseConfiguration } from "../src/domain/configuration-parse.ts";
import {
  overridesOfAssignments,
  overridesOfEnvironment,
  withOverrides,
} from "../src/domain/configuration-text.ts";
import { RuntimeProfileError } from "../src/domain/error.ts";
import { nearestOf } from "../src/domain/nearest.ts";
import { SETTINGS } from "../src/domain/setting.ts";
import { SETTING_ORDERS, STALE_LIMITS } from "../src/domain/setting-order.ts";

function refusal(work: () => unknown): RuntimeProfileError {
  try {
    work();
  } catch (error) {
    if (error instanceof RuntimeProfileError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

/** `{ "a.b": 1 }` as `{ a: { b: 1 } }`. */
function tree(values: Readonly<Record<string, unknown>>): unknown {
  const overrides = Object.entries(values).map(([path, value]) => ({
    path,
    value: value as never,
  }));
  return withOverrides({}, overrides);
}

function at(json: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], json);
}

function leafPaths(json: object, prefix = ""): string[] {
  return Object.entries(json).flatMap(([key, value]) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? leafPaths(value, `${prefix}${key}.`)
      : [`${prefix}${key}`],
  );
}

test("settings: the table and the defaults name the same paths, in the same order", () => {
  const always = SETTINGS.filter((one) => !one.is_optional).map(({ path }) => path);
  expect(always).toEqual(leafPaths(DEFAULT_CONFIGURATION));
  const optional = SETTINGS.filter((one) => one.is_optional).map(({ path }) => path);
  expect(optional).toEqual(
    ["nominal", "smallModel", "cpu"].map((key) => `policy.footprints.${key}`),
  );
});

test("settings: orders and stale limits name paths that exist, and each setting has a sentence", () => {
  const paths = new Set(SETTINGS.map(({ path }) => path));
  const named = [
    ...SETTING_ORDERS.flatMap((order) => order.paths),
    ...STALE_LIMITS.flatMap(({ limit, interval }) => [limit, interval]),
  ];
  expect(named.filter((path) => !paths.has(path))).toEqual([]);
  expect(paths.size).toBe(SETTINGS.length);
  expect(SETTINGS.filter(({ about }) => !/^[A-Z].*\.$/.test(about))).toEqual([]);
});

test("parseConfiguration: nothing given gives the defaults, byte for byte", () => {
  expect(JSON.stringify(parseConfiguration({}))).toBe(JSON.stringify(DEFAULT_CONFIGURATION));
  expect(parseConfiguration({ $schema: "./configuration.schema.json" })).toEqual(
    DEFAULT_CONFIGURATION,
  );
});

test("parseConfiguration: its own answer is read as itself", () => {
  const given = parseConfiguration(
    tree({ "policy.footprints.cpu": null, "server.allowed_hosts": ["studio.local"] }),
  );
  expect(parseConfiguration(structuredClone(given))).toEqual(given);
});

test("parseConfiguration: the configuration of the document is understood", () => {
  const given = {
    thresholds: {
      vram: { enter: 0.85, hard: 0.92, quick_exit: 0.78, slow_exit: 0.83 },
      memory: { enter: "2GB", hard: "1GB", quick_exit: "2.5GB", slow_exit: "2.1GB" },
      cpu: { enter: 0.95, quick_exit: 0.8 },
      tasks: { enter: 0.3, window: 20, window_minutes: 30, min_samples: 5 },
    },
    sensors: { beat_ms: 1000, gpu_ms: 2000, slow_ms: 5000 },
    policy: { footprints: { nominal: 2048, smallModel: 1024, cpu: 3000 } },
    cloud: { allowed: false },
  };
  const parsed = parseConfiguration(given);
  expect(parsed.thresholds).toEqual(DEFAULT_CONFIGURATION.thresholds);
  expect(parsed.policy.footprints).toEqual({ nominal: 2048, smallModel: 1024, cpu: 3000 });
});

test.each<[string, unknown, unknown]>([
  ["thresholds.vram.hard", 1, 1],
  ["thresholds.vram.hard", "93%", 0.93],
  ["thresholds.vram.hard", "92.5 %", 0.925],
  ["thresholds.memory.quick_exit", "3GB", 3072],
  ["thresholds.memory.quick_exit", "3 GiB", 3072],
  ["thresholds.memory.quick_exit", "2.5gb", 2560],
  ["thresholds.memory.hard", "512MB", 512],
  ["thresholds.memory.hard", 0, 0],
  ["thresholds.vram.lookback_ms", 1_800_000, 1_800_000],
  ["thresholds.vram.stale_ms", 6000, 6000],
  ["thresholds.memory.stale_ms", 3000, 3000],
  ["thresholds.vram.stale_ms", null, null],
  ["sensors.beat_ms", 10, 10],
  ["sensors.beat_ms", 86_400_000, 86_400_000],
  ["policy.footprints.nominal", null, null],
  ["policy.footprints.cpu", "3GB", 3072],
  ["policy.vision.local", true, true],
  ["policy.vision.model", "moondream", "moondream"],
  ["policy.vision.max_scenes", 1, 1],
  ["cloud.vision", "never", "never"],
  ["cloud.base_url", "https://api.example.com/v1", "https://api.example.com/v1"],
  ["tier.choice", "CLOUD_HYBRID", "CLOUD_HYBRID"],
  ["tier.cloud_below_cores", 0, 0],
  ["server.port", 0, 0],
  ["server.port", 65_535, 65_535],
  ["server.token", "0123456789abcdef", "0123456789abcdef"],
  ["server.token", "!123456789abcde~", "!123456789abcde~"],
  ["server.host", "127.0.0.1", "127.0.0.1"],
  ["server.host", "my-host.lan", "my-host.lan"],
  ["server.host", "::1", "::1"],
  ["server.host", "[::1]", "::1"],
  ["server.host", "fe80::1%eth0", "fe80::1%eth0"],
  ["server.host", "::ffff:127.0.0.1", "::ffff:127.0.0.1"],
  ["server.allowed_hosts", [], []],
  ["language", "zh", "zh"],
])("parseConfiguration: takes %s = %j", (path, value, wanted) => {
  expect(at(parseConfiguration(tree({ [path]: value })), path)).toEqual(wanted);
});

test.each<[string, unknown, string]>([
  ["thresholds.vram.enter", 85, 'got 85; write 0.85 or "85%".'],
  ["thresholds.vram.enter", -0.1, "got -0.1."],
  ["thresholds.vram.enter", "high", 'a fraction from 0 to 1, or text such as "85%"'],
  ["thresholds.vram.enter", null, "got null."],
  ["thresholds.memory.enter", "2", 'text such as "2GB" or "512MB"'],
  ["thresholds.memory.enter", "-1GB", 'got "-1GB".'],
  ["thresholds.memory.enter", 1.5, "as a whole number"],
  ["thresholds.vram.grace_ms", 1.5, "whole milliseconds from 0 to 86400000"],
  ["thresholds.vram.grace_ms", "10s", 'got "10s".'],
  ["thresholds.vram.lookback_ms", 1_800_001, "whole milliseconds from 0 to 1800000"],
  ["sensors.beat_ms", 9, "whole milliseconds from 10 to 86400000"],
  ["sensors.beat_ms", 86_400_001, "got 86400001."],
  ["thresholds.tasks.window", 0, "a whole number from 1 to 1000"],
  ["cloud.allowed", "yes", 'true or false at cloud.allowed, got "yes".'],
  ["cloud.allowed", 1, "got 1."],
  ["cloud.vision", "maybe", 'one of "never", "allow"'],
  ["tier.choice", "LOCAL_GPU_MAX", '"LOCAL_GPU_MID"'],
  ["policy.vision.model", "", "text of 1 to 253 characters, or null"],
  ["policy.vision.max_scenes", 0, "a whole number from 1 to 1000, or null"],
  ["server.port", 65_536, "a whole number from 0 to 65535"],
  ["server.port", "8000", 'got "8000".'],
  ["server.host", "127.0.0.1:8475", 'got "127.0.0.1:8475"; leave out http:// and the port; --port'],
  ["server.host", "localhost:8475", "--port"],
  ["server.host", "[::1]:8475", "--port"],
  ["server.host", "http://127.0.0.1", "--port"],
  ["server.host", "[::1", "an IP address or a host name"],
  ["server.host", "a host", "an IP address or a host name"],
  ["server.host", "", "an IP address or a host name"],
  ["server.allowed_hosts", "a", "a list of at most 64 texts"],
  ["server.allowed_hosts", [1], "got [1]."],
  ["language", "fr", 'one of "auto", "zh", "en"'],
])("parseConfiguration: refuses %s = %j", (path, value, words) => {
  const error = refusal(() => parseConfiguration(tree({ [path]: value })));
  expect(error).toMatchObject({ code: "RP_CONFIGURATION", path });
  expect(error.message).toContain(words);
  expect(error.message).toContain(path);
});

test.each([
  ["too short", "s3cret"],
  ["no text", 31_415_926],
  ["two words", "s3cret s3cret s3cret"],
  ["not ASCII", "s3cret-s3cret-s3crét"],
  ["two lines", "s3cret-s3cret\ns3cret"],
  ["a list", ["s3cret-s3cret-s3cret"]],
])("parseConfiguration: a token that is %s is refused without being repeated", (_what, token) => {
  const { message } = refusal(() => parseConfiguration({ server: { token } }));
  expect(message).toContain("server.token");
  expect(message).not.toMatch(/s3cret|31415926/);
});

test("parseConfiguration: an address with a password in it is refused without being repeated", () => {
  const base_url = "https://user:s3cret@api.example.com";
  const { message } = refusal(() => parseConfiguration({ cloud: { base_url } }));
  expect(message).toContain("without a user name, password");
  expect(message).not.toContain("s3cret");
});

test.each<[Readonly<Record<string, unknown>>, string, string]>([
  [{ "thresholds.vram.enter": 0.92 }, "thresholds.vram.enter", "less than thresholds.vram.hard"],
  [{ "thresholds.vram.slow_exit": 0.85 }, "thresholds.vram.slow_exit", "(0.85, the default)"],
  [{ "thresholds.vram.quick_exit": 0.84 }, "thresholds.vram.quick_exit", "slow_exit"],
  [
    { "thresholds.memory.enter": "1GB" },
    "thresholds.memory.enter",
    "memory.hard (1024, the default)",
  ],
  [{ "thresholds.memory.enter": "4GB" }, "thresholds.memory.enter", "memory.slow_exit"],
  [{ "thresholds.memory.slow_exit": 2560 }, "thresholds.memory.slow_exit", "memory.quick_exit"],
  [{ "thresholds.cpu.quick_exit": 0.95 }, "thresholds.cpu.quick_exit", "thresholds.cpu.enter"],
  [{ "tier.low_mib": 7373 }, "tier.low_mib", "tier.mid_mib"],
  [{ "tier.high_mib": 7373 }, "tier.high_mib", "tier.mid_mib"],
  [{ "thresholds.tasks.min_samples": 21 }, "thresholds.tasks.min_samples", "at most"],
  [{ "thresholds.tasks.probes_good": 4 }, "thresholds.tasks.probes_good", "tasks.probes (3"],
  [{ "thresholds.vram.dwell_ms": 600_001 }, "thresholds.vram.dwell_ms", "backoff_max_ms"],
  [
    { "thresholds.vram.stale_ms": 5999 },
    "thresholds.vram.stale_ms",
    "3 × sensors.gpu_ms (6000 ms)",
  ],
  [{ "thresholds.memory.stale_ms": 2999 }, "thresholds.memory.stale_ms", "sensors.beat_ms"],
  [
    { "thresholds.memory.stale_ms": 3000, "sensors.beat_ms": 1001 },
    "thresholds.memory.stale_ms",
    "(3003 ms), got 3000",
  ],
])("parseConfiguration: refuses the wrong order of %j", (values, path, words) => {
  const error = refusal(() => parseConfiguration(tree(values)));
  expect(error).toMatchObject({ code: "RP_CONFIGURATION", path });
  expect(error.message).toContain(words);
});

test.each<[Readonly<Record<string, unknown>>]>([
  [{ "thresholds.vram.enter": 0.919 }],
  [{ "thresholds.memory.enter": 1025 }],
  [{ "thresholds.memory.enter": 2149 }],
  [{ "thresholds.tasks.min_samples": 20 }],
  [{ "thresholds.vram.dwell_ms": 600_000 }],
])("parseConfiguration: takes the closest right order, %j", (values) => {
  expect(() => parseConfiguration(tree(values))).not.toThrow();
});

test.each<[unknown, string, string]>([
  [{ thresholds: { vram: { entr: 0.9 } } }, "thresholds.vram.entr", "mean thresholds.vram.enter?"],
  [{ treshold: {} }, "treshold", "did you mean thresholds?"],
  [{ vram: { enter: 0.9 } }, "vram", "did you mean thresholds.vram?"],
  [{ server: { prot: 1 } }, "server.prot", "did you mean server.port?"],
  [{ wholly: { unlike: 1 } }, "wholly", "docs/configuration.schema.json lists them."],
  [JSON.parse('{"__proto__": {"allowed": true}}'), "__proto__", "Expected a known setting"],
  [{ thresholds: 5 }, "thresholds", "Expected an object at thresholds, got 5."],
  [{ thresholds: { vram: null } }, "thresholds.vram", "got null."],
  [[], "", "Expected an object at the top of the configuration, got []."],
  ["text", "", 'got "text".'],
])("parseConfiguration: refuses the structure of %j", (json, path, words) => {
  const error = refusal(() => parseConfiguration(json));
  expect(error).toMatchObject({ code: "RP_CONFIGURATION", path });
  expect(error.message).toContain(words);
});

test("parseConfiguration: several mistakes are listed at once, and their number is bounded", () => {
  const error = refusal(() =>
    parseConfiguration({ server: { port: -1, prot: 1 }, thresholds: { vram: { enter: 2 } } }),
  );
  expect(error.message.split("\n")).toHaveLength(4);
  expect(error.message).toContain("The configuration has 3 mistakes:");
  expect(error.path).toBe("server.prot");
  const many = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`wrong-${index}`, 1]));
  const lines = refusal(() => parseConfiguration(many)).message.split("\n");
  expect(lines).toHaveLength(22);
  expect(lines.at(-1)).toBe("- and 5 more.");
});

function parsedWith(assignments: readonly string[], json: unknown = {}): FullConfiguration {
  return parseConfiguration(withOverrides(json, overridesOfAssignments(assignments)));
}

test("overridesOfAssignments: a path and a text, `thresholds.` left out or not, the last one wins", () => {
  const { thresholds, server, policy, cloud } = parsedWith([
    "vram.enter=0.86",
    "thresholds.vram.enter=0.9",
    "memory.quick_exit = 4GB",
    "server.port=9000",
    "server.allowed_hosts=a.local, b.local",
    "policy.vision.local=null",
    "policy.vision.model=llava:13b",
    "cloud.allowed=True",
  ]);
  expect(thresholds.vram.enter).toBe(0.9);
  expect(thresholds.memory.quick_exit).toBe(4096);
  expect(server).toMatchObject({ port: 9000, allowed_hosts: ["a.local", "b.local"] });
  expect(policy.vision).toMatchObject({ local: null, model: "llava:13b" });
  expect(cloud.allowed).toBe(true);
});

test("overridesOfAssignments: what the file says beside them stays", () => {
  const { thresholds } = parsedWith(["vram.enter=0.86"], { thresholds: { vram: { hard: 0.95 } } });
  expect(thresholds.vram).toMatchObject({ enter: 0.86, hard: 0.95 });
  expect(() => parsedWith(["vram.enter=0.86"], { thresholds: 5 })).toThrow(/Expected an object/);
});

test.each([
  ["vram.enter", "Expected path=value"],
  ["=1", "Expected path=value"],
  ["tier=LOCAL_GPU_MID", "got the group tier; it has tier.choice, tier.high_mib, tier.mid_mib,"],
  ["editor=1", "got the group editor; it has editor.leave_gpu."],
  [
    "vram=1",
    "got the group thresholds.vram; it has thresholds.vram.enter, thresholds.vram.hard, thresholds.vram.quick_exit, thresholds.vram.slow_exit, thresholds.vram.grace_ms, thresholds.vram.min_samples and others.",
  ],
  ["vram.entr=1", "did you mean thresholds.vram.enter?"],
  ["vram.enter=a lot", 'at vram.enter, got "a lot"'],
  ["server.port=99999", "from 0 to 65535 at server.port"],
  ["server.token=s3cret", "got 6 characters of text"],
])("overridesOfAssignments: refuses %s", (assignment, words) => {
  const error = refusal(() => overridesOfAssignments([assignment]));
  expect(error.code).toBe("RP_CONFIGURATION");
  expect(error.message).toContain(words);
});

test.each([
  ["True", true],
  ["true", true],
  ["1", true],
  ["on", true],
  ["False", false],
  ["0", false],
])("overridesOfEnvironment: USE_LOCAL_VISION=%s is %s", (text, wanted) => {
  expect(overridesOfEnvironment({ USE_LOCAL_VISION: text })).toEqual([
    { path: "policy.vision.local", value: wanted },
  ]);
});

test("overridesOfEnvironment: the document's variables and ours; empty ones give nothing", () => {
  const overrides = overridesOfEnvironment({
    LOCAL_VISION_MODEL: "moondream",
    OLLAMA_HOST: "http://localhost:11434",
    RUNTIME_PROFILE_HOST: "0.0.0.0",
    RUNTIME_PROFILE_PORT: "9000",
    RUNTIME_PROFILE_TOKEN: "0123456789abcdef",
    RUNTIME_PROFILE_LANGUAGE: "zh",
    RUNTIME_PROFILE_CLOUD_ALLOWED: "1",
    USE_LOCAL_VISION: " ",
    PATH: "/usr/bin",
  });
  const configuration = parseConfiguration(withOverrides({}, overrides));
  expect(configuration).toMatchObject({
    policy: { vision: { local: null, model: "moondream" } },
    ollama: { host: "http://localhost:11434" },
    server: { host: "0.0.0.0", port: 9000, token: "0123456789abcdef" },
    language: "zh",
    cloud: { allowed: true },
  });
});

test("overridesOfEnvironment: a wrong value is named by its variable, a token never shown", () => {
  const port = refusal(() => overridesOfEnvironment({ RUNTIME_PROFILE_PORT: "http" }));
  expect(port).toMatchObject({ code: "RP_CONFIGURATION", path: "RUNTIME_PROFILE_PORT" });
  expect(port.message).toContain('at RUNTIME_PROFILE_PORT, got "http"');
  const token = refusal(() => overridesOfEnvironment({ RUNTIME_PROFILE_TOKEN: "s3cret" }));
  expect(token.message).not.toContain("s3cret");
});

test.each([
  ["enter", "enter"],
  ["entr", "enter"],
  ["etner", "enter"],
  ["ENTER", "enter"],
  ["ha", null],
  ["hrd", "hard"],
  ["quick_exti", "quick_exit"],
  ["quik_exxit", "quick_exit"],
  ["nothing", null],
  ["x".repeat(65), null],
])("nearestOf: %s is near %s", (word, wanted) => {
  expect(nearestOf(word, ["enter", "hard", "quick_exit"])).toBe(wanted);
});
