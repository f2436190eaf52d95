/** What the log's table says of an entry: words, not codes. */
import { expect, test } from "vitest";
import { entryText } from "../src/cli/entry-text.ts";
import { DEFAULT_CONFIGURATION } from "../src/domain/configuration.ts";
import { FAILURES } from "../src/domain/input.ts";
import type { Entry } from "../src/log/entry.ts";

function entry(data: { readonly type: string }, kind: Entry["kind"] = "output"): Entry {
  const envelope = { seq: 2, id: "host-2", v: 1, at: 5, mono: 5, boot: "b", actor: "runtime" };
  return { ...envelope, kind, type: data.type, cause: 1, data, prev: null, hash: null };
}
function said(one: Entry, earlier: Entry | null = null): readonly string[] {
  return (["zh", "en"] as const).map((language) => entryText(one, language, () => earlier));
}
const FACT = { type: "fact", evidence: null };
const TASK = { type: "task.finished", at: 5, task: "vision", provider: "local" };
const POLICY = { type: "policy.changed", editing: "davinci" };

test.each([
  [
    { ...FACT, region: "vram", from: "relaxed", to: "tight" },
    "GPU 显存: 充足 → 偏紧",
    "GPU memory: relaxed → tight",
  ],
  [
    { ...FACT, region: "cloud", from: "off", to: "of-a-later-version" },
    "云端: 未允许 → of-a-later-version",
    "cloud: not allowed → of-a-later-version",
  ],
  [
    {
      ...POLICY,
      vision: "local / moondream / cpu (not ready: SERVER_NOT_RUNNING, MODEL_NOT_INSTALLED)",
      planning: "cloud / deepseek-chat / remote",
    },
    "Vision: local / moondream (CPU) (未就绪: Ollama 没有应答、模型 moondream 还没有下载) · Planning: cloud / deepseek-chat · Editing: davinci",
    "Vision: local / moondream (CPU) (not ready: Ollama does not answer, moondream is not installed) · Planning: cloud / deepseek-chat · Editing: davinci",
  ],
  [
    {
      ...POLICY,
      vision: "none / none (not ready: WORK_REFUSED)",
      planning: "local / a:b / auto (not ready: OF_LATER)",
    },
    "Vision: 暂停接收新任务 · Planning: local / a:b (未就绪: OF_LATER) · Editing: davinci",
    "Vision: new work is refused · Planning: local / a:b (not ready: OF_LATER) · Editing: davinci",
  ],
  [
    { type: "recommendation.changed", codes: ["INSTALL_OLLAMA", "ADD_GPU", "OF_LATER"] },
    "安装 Ollama、加一块 NVIDIA 显卡、OF_LATER",
    "install Ollama, add an NVIDIA card, OF_LATER",
  ],
  [{ type: "recommendation.changed", codes: [] }, "没有建议", "no advice"],
  [
    { type: "alert", code: "SHED_TOO_LONG", since: 1, refused: { cpu: "MEMORY_EXHAUSTED" } },
    "新任务已经被拒绝超过 10 分钟，请看一下这台电脑。没有用「CPU」: 内存即将耗尽。",
    'New work has been refused for more than 10 min: please look at this host. Not "CPU": memory is almost used up.',
  ],
])("entryText: %j is said in words", (data, zh, en) => {
  expect(said(entry(data))).toEqual([zh, en]);
});

test("entryText: what the runtime did is said in words, and an effect without words keeps its name", () => {
  const of = (type: string, effect: string, detail?: object) =>
    said(entry({ type, at: 5, effect, detail } as never, "input"));
  const freed = { models: ["qwen3-vl:8b"], freed_mib: 7000, waited_ms: 1250, reason: null };
  expect(of("effect.finished", "unload", freed)).toEqual([
    "已卸载 qwen3-vl:8b，腾出 6.8GB，用时 1.3 秒",
    "qwen3-vl:8b unloaded, 6.8 GB came back, in 1.3 s",
  ]);
  const dark = { models: ["a", "b"], freed_mib: null, waited_ms: 5000, reason: "not_measured" };
  expect(of("effect.finished", "unload", dark)).toEqual([
    "已卸载 a、b，用时 5 秒，没有读数",
    "a, b unloaded, in 5 s, there was no reading",
  ]);
  expect(of("effect.failed", "unload", { models: ["a"], reason: "refused" })).toEqual([
    "没能卸载 a: 服务拒绝了",
    "a could not be unloaded: the server refused",
  ]);
  expect(of("effect.failed", "unload", { models: ["a"], reason: "of_later" })[1]).toBe(
    "a could not be unloaded: of_later",
  );
  const cloud = { role: "vision", model: "gpt-4o", host: "api.example.com" };
  expect(of("effect.finished", "cloud.announced", cloud)).toEqual([
    "视觉分析任务交给云端: api.example.com 上的 gpt-4o",
    "Work for vision goes to a cloud: gpt-4o at api.example.com",
  ]);
  for (const [effect, detail] of [
    ["webhook", {}],
    ["log.pruned", undefined],
    ["cloud.announced", {}],
  ] as const)
    expect(of("effect.finished", effect, detail)).toEqual([effect, effect]);
});

test("entryText: a task says how it ended, and every failure has words", () => {
  expect(said(entry({ ...TASK, ok: true } as never, "input"))).toEqual([
    "vision · local · 成功",
    "vision · local · succeeded",
  ]);
  expect(said(entry({ ...TASK, ok: false } as never, "input"))[1]).toBe("vision · local · failed");
  for (const failure of FAILURES) {
    const [zh, en] = said(entry({ ...TASK, ok: false, failure } as never, "input"));
    expect(zh).toMatch(/失败: .*\p{Script=Han}/u);
    expect(en).toMatch(/failed: [a-z ]+$/);
  }
});

test("entryText: a configuration names the parts that changed since the one before", () => {
  const { cloud, tier } = DEFAULT_CONFIGURATION;
  const configuration = (config: object) =>
    entry({ type: "config.changed", at: 5, config } as never, "input");
  const first = configuration(DEFAULT_CONFIGURATION);
  const next = configuration({
    ...DEFAULT_CONFIGURATION,
    cloud: { ...cloud, allowed: true },
    tier: { ...tier, choice: "CLOUD_HYBRID" },
  });
  expect(said(first)).toEqual(["第一份配置", "first configuration"]);
  expect(said(next, first).map((text) => text.split(": ")[0])).toEqual(["改动", "changed"]);
  expect(said(next, first)[1]?.split(": ")[1]?.split(", ").toSorted()).toEqual(["cloud", "tier"]);
});
