/** How much room there is for a better rung, and pressures that nothing can relieve, in words. */
import { expect, test } from "vitest";
import { DEFAULT_CONFIGURATION } from "../src/domain/configuration.ts";
import type { Room } from "../src/domain/return-test.ts";
import { type Outlook, unmetTexts, whatBringsItBack, whyNotBetter } from "../src/policy/outlook.ts";
import { NOTHING_PRESENT, type Present } from "../src/policy/present.ts";

const { thresholds } = DEFAULT_CONFIGURATION;
const ZH = { language: "zh", thresholds } as const;
const EN = { language: "en", thresholds } as const;

const showing = (present: Partial<Present>, change: Partial<Outlook> = {}): Outlook => ({
  tier: "LOCAL_GPU_MID",
  rung: "cpu",
  held: null,
  refused: [],
  unmet: [],
  dwell: { served_ms: 23_400, required_ms: 60_000, factor: 1 },
  since_ms: 23_400,
  ...change,
  present: { ...NOTHING_PRESENT, ...present },
});
const SERVED = { served_ms: 60_000, required_ms: 60_000, factor: 1 };
const meter = (value: number | null) => ({ value, silent_ms: null, ran_out: null });
const room = (rung: Room["rung"], others: number, need: number): Room => ({
  rung,
  meter: rung === "cpu" ? "memory" : "vram",
  test: { others_peak_mib: others, footprint_mib: need, limit_mib: 6963 },
  lookback_ms: 60_000,
  others_now_mib: others,
  fits_in_ms: others + need <= 6963 ? 0 : null,
  estimated: false,
});
/** The peak is over, and has not yet left the look-back. */
const roomSoon = (fits_in_ms: number): Room => ({
  ...room("smallModel", 6500, 1306),
  others_now_mib: 4000,
  fits_in_ms,
});

const FAILED = { task: null, model: null, failed: 6, counted: 8 } as const;

test.each([
  [6963 - 1306, "needs 1.3 GB and fits", "需要 1.3GB，放得下"],
  [6963 - 1305, "needs 1.3 GB, so 1 MiB must be freed", "需要 1.3GB，还要腾出 1 MiB"],
  [6963 - 283, "needs 1.3 GB, so 1023 MiB must be freed", "还要腾出 1023 MiB"],
  [6963 - 282, "needs 1.3 GB, so 1.0 GB must be freed", "还要腾出 1.0GB"],
  [6963 - 281, "needs 1.3 GB, so 1.1 GB must be freed", "还要腾出 1.1GB"],
])("outlook: with others at %i of 6963 MiB the small model %s", (others, en, zh) => {
  const outlook = showing(
    { room: [room("smallModel", others, 1306)] },
    { refused: [{ rung: "smallModel", code: "NOT_PERMITTED_YET" }] },
  );
  expect(whatBringsItBack(outlook, EN)).toContain(`"small model on the GPU" ${en}.`);
  expect(whatBringsItBack(outlook, ZH)).toContain(zh);
});

test("outlook: the return test of now is told with its look-back, need and limit", () => {
  const rooms = [room("nominal", 5200, 2253), room("smallModel", 5200, 1306)];
  const long = rooms.map((each) => ({ ...each, lookback_ms: 900_000, estimated: true }));
  const refused = [
    { rung: "nominal", code: "NOT_PERMITTED_YET" },
    { rung: "smallModel", code: "NOT_PERMITTED_YET" },
  ] as const;
  const outlook = showing({ room: long }, { refused, dwell: SERVED });
  expect(whyNotBetter(outlook, EN)).toBe(
    'Not "GPU (nominal)": it would not fit now. Not "small model on the GPU": a short calm is still awaited.',
  );
  expect(whatBringsItBack(outlook, EN)).toMatchInlineSnapshot(
    `"Work goes back to "small model on the GPU" after a short calm, if readings then show room for it. "GPU (nominal)" follows step by step. Room in GPU memory: others' peak in the last 15 min is about 5.1 GB, the limit 6.8 GB. "small model on the GPU" needs 1.3 GB and fits; "GPU (nominal)" needs 2.2 GB, so 490 MiB must be freed."`,
  );
  expect(whatBringsItBack(outlook, ZH)).toMatchInlineSnapshot(
    `"再平稳一小段时间，并且读数显示放得下，就会自动恢复到「GPU 上的小模型」。之后逐级恢复到「GPU (正常)」。GPU 显存的余量: 其他程序近 15 分钟最高占用约 5.1GB，上限 6.8GB。「GPU 上的小模型」需要 1.3GB，放得下；「GPU (正常)」需要 2.2GB，还要腾出 490 MiB。"`,
  );
});

test.each([
  [20_000, "in 37 s at the earliest, if use stays as it is", "最早 37 秒后自动恢复"],
  [36_600, "in 37 s at the earliest, if use stays as it is", "最早 37 秒后自动恢复"],
  [36_601, "in 37 s at the earliest, if use stays as it is", "最早 37 秒后自动恢复"],
  [50_200, "in 51 s at the earliest, if use stays as it is", "最早 51 秒后自动恢复"],
])(
  "outlook: a peak that is over keeps it away for %i ms, and nothing is to be freed",
  (ms, en, zh) => {
    const refused = [{ rung: "smallModel", code: "NOT_PERMITTED_YET" }] as const;
    const outlook = showing({ room: [roomSoon(ms)] }, { refused });
    expect(whyNotBetter(outlook, EN)).toBe(
      'Not "small model on the GPU": the room for it has not lasted 60 s yet.',
    );
    const text = whatBringsItBack(outlook, EN) ?? "";
    expect(text).toContain(en);
    expect(text).toContain(
      "others' peak in the last 60 s is 6.3 GB (now 3.9 GB), the limit 6.8 GB.",
    );
    expect(text).not.toContain("freed");
    expect(whatBringsItBack(outlook, ZH)).toContain(zh);
  },
);

test("outlook: another meter is told only where something does not fit on it", () => {
  const refused = [
    { rung: "nominal", code: "MEMORY_EXHAUSTED" },
    { rung: "cpu", code: "MEMORY_EXHAUSTED" },
  ] as const;
  const told = (others: number) =>
    whatBringsItBack(
      showing({ room: [room("nominal", others, 2253), room("cpu", 1000, 2700)] }, { refused }),
      EN,
    );
  expect(told(4710)).toMatch(/Room in memory: .*"CPU" needs 2\.6 GB and fits\.$/);
  expect(told(4711)).toMatch(/Room in GPU memory: .*"GPU \(nominal\)" .* 1 MiB must be freed\.$/);
});

const HELPLESS = [{ rung: "cloud", code: "CLOUD_NOT_ALLOWED" }] as const;

test.each([
  [
    { memory: meter(1900) },
    { code: "MEMORY_TIGHT", helpless: HELPLESS },
    'Available memory is 1.9 GB, under 2.0 GB; work stays on "GPU (nominal)" all the same. Not "cloud": you have not allowed a cloud.',
    "可用内存 1.9GB，低于 2.0GB；仍然留在「GPU (正常)」。没有用「云端」: 你没有允许使用云端。",
  ],
  [
    { local: FAILED },
    { code: "TASKS_FAILING", helpless: HELPLESS },
    '6 of the last 8 local tasks failed; work stays on "GPU (nominal)" all the same. Not "cloud": you have not allowed a cloud.',
    "最近 8 个本地任务中有 6 个失败；仍然留在「GPU (正常)」。没有用「云端」: 你没有允许使用云端。",
  ],
  [
    {},
    { code: "EDITOR_BUSY", helpless: HELPLESS },
    'DaVinci Resolve is running; work stays on "GPU (nominal)" all the same. Not "cloud": you have not allowed a cloud.',
    "DaVinci Resolve 正在运行；仍然留在「GPU (正常)」。没有用「云端」: 你没有允许使用云端。",
  ],
  [
    { vram: meter(0.88) },
    { code: "VRAM_TIGHT", helpless: [] },
    'GPU memory use is 88%, over 85%; "GPU (nominal)" is the answer to that, and the GPU is left only over 92%.',
    "GPU 显存使用率 88%，超过 85%；「GPU (正常)」就是为此准备的，超过 92% 才会离开 GPU。",
  ],
] as const)(
  "outlook: with %j the pressure %j is held, and that is said",
  (present, unmet, en, zh) => {
    const outlook = showing(present, { rung: "nominal", refused: [], unmet: [unmet] });
    expect(unmetTexts(outlook, EN)).toEqual([en]);
    expect(unmetTexts(outlook, ZH)).toEqual([zh]);
  },
);
