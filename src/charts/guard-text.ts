/** What a guard's expression says, one line, in both languages; names of other guards in it. */
import type { Language } from "../domain/configuration.ts";
import type { GuardExpression } from "../machines/guards.ts";

/** The expression spelled out. */
export function guardText(expression: GuardExpression, language: Language): string {
  const say = PHRASES[language];
  if ("and" in expression) {
    return expression.and.length === 0 ? say.always : expression.and.map(quoted).join(say.and);
  }
  if ("or" in expression) return expression.or.map(quoted).join(say.or);
  if ("not" in expression) return `${say.not} ${quoted(expression.not)}`;
  if ("stateIn" in expression) return stateText(expression.stateIn, say);
  if ("context" in expression) {
    const { context } = expression;
    return "tier" in context ? `${say.tier} ${context.tier}` : say.can(context.can);
  }
  const { event } = expression;
  if ("permitted" in event) return `${say.permitted} ${event.permitted}`;
  if ("rung" in event) return `${say.rung} ${event.rung}`;
  return event.hasVram ? say.hasVram : say.hasNoVram;
}

interface GuardPhrases {
  readonly always: string;
  readonly and: string;
  readonly or: string;
  readonly not: string;
  readonly isIn: string;
  readonly tier: string;
  readonly can: (rung: string) => string;
  readonly permitted: string;
  readonly rung: string;
  readonly hasVram: string;
  readonly hasNoVram: string;
}

const PHRASES: Readonly<Record<Language, GuardPhrases>> = {
  en: {
    always: "always",
    and: " and ",
    or: " or ",
    not: "not",
    isIn: "is in",
    tier: "the host's tier is",
    can: (rung) => `the host can carry the model of ${rung}`,
    permitted: "sensing permits",
    rung: "the request asks for",
    hasVram: "the host has a card with memory of its own",
    hasNoVram: "the host has no card with memory of its own",
  },
  zh: {
    always: "总是成立",
    and: " 且 ",
    or: " 或 ",
    not: "非",
    isIn: "处于",
    tier: "这台电脑的级别是",
    can: (rung) => `这台电脑带得动 ${rung} 的模型`,
    permitted: "数值和时间允许升到",
    rung: "请求的是",
    hasVram: "这台电脑有带独立显存的显卡",
    hasNoVram: "这台电脑没有带独立显存的显卡",
  },
};

function quoted(name: string): string {
  return `\`${name}\``;
}

function stateText(value: Readonly<Record<string, unknown>>, { isIn }: GuardPhrases): string {
  const [[region, inside]] = Object.entries(value) as [[string, unknown]];
  return `${region} ${isIn} ${dotted(inside)}`;
}

function dotted(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  const [[name, inside]] = Object.entries(value) as [[string, unknown]];
  return `${name}.${dotted(inside)}`;
}
