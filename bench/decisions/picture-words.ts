/** The words of the picture, in both languages. */
import type { Language } from "../../src/domain/configuration.ts";

export interface PictureWords {
  readonly title: string;
  readonly lead: readonly string[];
  readonly others: string;
  readonly ours: string;
  readonly small: string;
  readonly limit: string;
  readonly outOfMemory: string;
  readonly rungs: { readonly nominal: string; readonly small: string; readonly off: string };
  readonly flap: string;
  /** Titles of the panels, by the id of the scenario. */
  readonly panels: Readonly<Record<string, string>>;
  readonly controllers: Readonly<Record<string, string>>;
  readonly figures: {
    readonly outOfMemory: (count: number) => string;
    readonly flaps: (perHour: string) => string;
    readonly local: (percent: string) => string;
  };
  readonly bars: { readonly flaps: string; readonly outOfMemory: string; readonly local: string };
  readonly barsTitle: (hours: string) => string;
  readonly time: { readonly s: string; readonly min: string; readonly h: string };
}

const EN: PictureWords = {
  title: "Who stays on the card, and at what price",
  lead: [
    "Three closed-loop scenarios, a row for each controller. Grey is what others use; blue on top is our model.",
    "The strip under each row is where the controller wants the model; each change of colour is a switch.",
  ],
  others: "others",
  ours: "our model",
  small: "our smaller model",
  limit: "85 % of the card",
  outOfMemory: "out of memory",
  rungs: { nominal: "tier's model", small: "smaller model", off: "off the card" },
  flap: "flap",
  panels: {
    "constant 51": "Others hold 51 %, our model needs 40 %: the first two minutes",
    sawtooth: "Sawtooth: others rise to 95 % within a second, our model needs 30 %: seven minutes",
    "plato × 0.75": "A recorded 20 GB card (× 0.75), our model needs 30 %: the whole recording",
  },
  controllers: {},
  figures: {
    outOfMemory: (count) => `${count} × out of memory`,
    flaps: (perHour) => `${perHour} flaps an hour`,
    local: (percent) => `a model loaded ${percent} %`,
  },
  bars: {
    flaps: "Flaps an hour",
    outOfMemory: "Out of memory, times",
    local: "Time with a model loaded, %",
  },
  barsTitle: (hours) => `All closed-loop scenarios on a card together, ${hours} hours`,
  time: { s: "s", min: "min", h: "h" },
};

const ZH: PictureWords = {
  title: "谁能留在显卡上，代价是什么",
  lead: [
    "三个闭环场景，每个控制器一行。灰色是其他程序的占用，上面的蓝色是我们的模型。",
    "每行下方的色带表示控制器希望模型放在哪里；颜色每变一次就是一次切换。",
  ],
  others: "其他程序",
  ours: "我们的模型",
  small: "我们的小模型",
  limit: "显存的 85 %",
  outOfMemory: "显存耗尽",
  rungs: { nominal: "本档模型", small: "小模型", off: "离开显卡" },
  flap: "抖动",
  panels: {
    "constant 51": "其他程序固定占用 51 %，我们的模型需要 40 %：前两分钟",
    sawtooth: "锯齿：其他程序一秒内升到 95 %，我们的模型需要 30 %：七分钟",
    "plato × 0.75": "录制的 20 GB 显卡（× 0.75），我们的模型需要 30 %：整段录制",
  },
  controllers: {
    "bare threshold": "单一阈值",
    hysteresis: "滞回",
    "fit check only": "只查能否放下",
    "kubelet style": "kubelet 式",
  },
  figures: {
    outOfMemory: (count) => `显存耗尽 ${count} 次`,
    flaps: (perHour) => `每小时抖动 ${perHour} 次`,
    local: (percent) => `有模型可用 ${percent} %`,
  },
  bars: { flaps: "每小时抖动次数", outOfMemory: "显存耗尽次数", local: "有模型可用的时间，%" },
  barsTitle: (hours) => `全部显卡闭环场景合计，${hours} 小时`,
  time: { s: "秒", min: "分钟", h: "小时" },
};

export function pictureWords(language: Language): PictureWords {
  return language === "zh" ? ZH : EN;
}
