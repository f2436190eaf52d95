/** Words for what the meters show now, and for what a rung would take. */
import type { Language } from "../domain/configuration.ts";

/** A value and what it is held against, formatted. */
export interface LevelFigures {
  readonly value: string;
  readonly limit: string;
}

type LevelWords = Readonly<Record<"beyond" | "near" | "back", (figures: LevelFigures) => string>>;
type ByMeter<Words> = Readonly<Record<"vram" | "memory", Readonly<Record<Language, Words>>>>;

/** `beyond` a threshold; `near`: not yet past the release value; `back`: past it, not yet for long enough. */
export const LEVEL_WORDS: ByMeter<LevelWords> = {
  vram: {
    zh: {
      beyond: ({ value, limit }) => `GPU 显存使用率 ${value}，超过 ${limit}`,
      near: ({ value, limit }) => `GPU 显存使用率 ${value}，还没有降到 ${limit} 以下`,
      back: ({ value }) => `GPU 显存使用率已降到 ${value}，但平稳的时间还不够`,
    },
    en: {
      beyond: ({ value, limit }) => `GPU memory use is ${value}, over ${limit}`,
      near: ({ value, limit }) => `GPU memory use is ${value}, not yet under ${limit}`,
      back: ({ value }) => `GPU memory use is down to ${value}, but not for long enough yet`,
    },
  },
  memory: {
    zh: {
      beyond: ({ value, limit }) => `可用内存 ${value}，低于 ${limit}`,
      near: ({ value, limit }) => `可用内存 ${value}，还没有超过 ${limit}`,
      back: ({ value }) => `可用内存已回到 ${value}，但平稳的时间还不够`,
    },
    en: {
      beyond: ({ value, limit }) => `available memory is ${value}, under ${limit}`,
      near: ({ value, limit }) => `available memory is ${value}, not yet over ${limit}`,
      back: ({ value }) => `available memory is back at ${value}, but not for long enough yet`,
    },
  },
};

/** A sensor that gives nothing. */
export const SILENT_WORDS: ByMeter<(time: string) => string> = {
  vram: {
    zh: (time) => `GPU 显存已有 ${time}读不到数值`,
    en: (time) => `GPU memory has not been readable for ${time}`,
  },
  memory: {
    zh: (time) => `内存已有 ${time}读不到数值`,
    en: (time) => `memory has not been readable for ${time}`,
  },
};

type Need = Readonly<Record<"need" | "limit", string>>;

/** More than the host has to give, were nothing else running. */
export const CARRY_WORDS: ByMeter<(figures: Need) => string> = {
  vram: {
    zh: ({ need, limit }) => `模型需要 ${need}，这块显卡最多能给 ${limit}`,
    en: ({ need, limit }) => `the model needs ${need}, and this card can give ${limit} at most`,
  },
  memory: {
    zh: ({ need, limit }) => `模型需要 ${need}，这台电脑的内存最多能给 ${limit}`,
    en: ({ need, limit }) => `the model needs ${need}, and this host can give ${limit} at most`,
  },
};
