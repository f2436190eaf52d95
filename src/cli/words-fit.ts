/** Words of `fit`: its help, its headings and the lines of its tables. */
import { type Phrases, phrase } from "../policy/wording.ts";

/** Help of the command's arguments. */
export const FIT_HELP = {
  FIT: phrase(
    "模型放得下吗：权重、缓存和缓冲，对比现在和近期高峰的空闲内存",
    "will a model fit: weights, cache and buffers against what is free now and at the peak",
  ),
  FIT_MODEL: phrase("已安装的模型，或模型表里的名字", "an installed model, or one of the table"),
  FIT_CONTEXT: phrase(
    "上下文的 token 数 (默认: 策略在这台电脑上会用的)",
    "tokens of context (default: what the policy would set here)",
  ),
  FIT_IMAGES: phrase("一次请求里有几张图片 (默认 0)", "pictures in one request (default 0)"),
} as const;

/** Headings and first cells. */
export const FIT_CODES = [
  "NEEDS",
  "TOGETHER",
  "HAS",
  "TOTAL",
  "LIMIT",
  "OTHERS_NOW",
  "OTHERS_PEAK",
  "FREE_NOW",
  "FREE_AT_PEAK",
  "VERDICT",
  "INSTEAD",
  "KNOW",
  "SOURCE",
  "CONTEXT",
  "IMAGES",
  "ON_GPU",
  "ON_CPU",
  "GPU_ROOM",
  "MEMORY_ROOM",
] as const;
export type FitCode = (typeof FIT_CODES)[number];

export const FIT_WORDS: Phrases<FitCode> = {
  NEEDS: phrase("需要 (MiB)", "It needs (MiB)"),
  TOGETHER: phrase("合计", "together"),
  HAS: phrase("这里有 (MiB)", "There is (MiB)"),
  TOTAL: phrase("总量", "total"),
  LIMIT: phrase("可用上限", "limit for use"),
  OTHERS_NOW: phrase("其他程序现在占用", "others use now"),
  OTHERS_PEAK: phrase("其他程序近期最高", "others' recent peak"),
  FREE_NOW: phrase("上限内现在空闲", "free within it now"),
  FREE_AT_PEAK: phrase("上限内高峰时空闲", "free within it at the peak"),
  VERDICT: phrase("结论", "Verdict"),
  INSTEAD: phrase("放得下的办法", "What would fit"),
  KNOW: phrase("说明", "Good to know"),
  SOURCE: phrase("来源", "from"),
  CONTEXT: phrase("上下文", "context"),
  IMAGES: phrase("图片", "pictures"),
  ON_GPU: phrase("GPU", "GPU"),
  ON_CPU: phrase("CPU", "CPU"),
  GPU_ROOM: phrase("GPU", "GPU"),
  MEMORY_ROOM: phrase("内存", "memory"),
};
