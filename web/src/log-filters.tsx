/** The filters over the log: reason, tier, rung, a stretch of time; each choice goes into the address. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { REASON_CODES } from "../../src/domain/reason.ts";
import { RUNGS } from "../../src/domain/rung.ts";
import { TIERS } from "../../src/domain/tier.ts";
import { REASON_TITLES } from "../../src/policy/words-reasons.ts";
import { RUNG_WORDS, TIER_WORDS } from "../../src/policy/words-states.ts";
import {
  fieldOf,
  isNarrow,
  type LogFilter,
  momentOfField,
  NO_FILTER,
  toggled,
} from "./log-filter.ts";
import { type Both, useSay, useSettings } from "./settings.ts";

const WORDS = {
  filters: { zh: "筛选", en: "Filters" },
  reason: { zh: "原因", en: "Reason" },
  tier: { zh: "级别", en: "Tier" },
  rung: { zh: "到哪种方式", en: "To rung" },
  since: { zh: "从", en: "From" },
  until: { zh: "到", en: "To" },
  clear: { zh: "清除全部筛选", en: "Clear all filters" },
  all: { zh: "全部记录", en: "All entries" },
  allNote: {
    zh: "不只是步骤，也包括事实、输入和建议（不含读数）",
    en: "not only steps: facts, inputs and advice as well, but no readings",
  },
} as const satisfies Record<string, Both>;

export interface LogFiltersProps {
  readonly filter: LogFilter;
  readonly change: (filter: LogFilter) => void;
}

export function LogFilters({ filter, change }: LogFiltersProps) {
  const say = useSay();
  const { language } = useSettings();
  const put = (part: Partial<LogFilter>) => change({ ...filter, ...part });
  return (
    <search class="filters" aria-label={say(WORDS.filters)}>
      <Pick name={say(WORDS.reason)} count={filter.code.length}>
        {REASON_CODES.map((code) => (
          <Choice
            key={code}
            isOn={filter.code.includes(code)}
            onToggle={() => put({ code: toggled(filter.code, code, REASON_CODES), all: false })}
          >
            {REASON_TITLES[code][language]()} <code>{code}</code>
          </Choice>
        ))}
      </Pick>
      <Pick name={say(WORDS.tier)} count={filter.tier.length}>
        {TIERS.map((tier) => (
          <Choice
            key={tier}
            isOn={filter.tier.includes(tier)}
            onToggle={() => put({ tier: toggled(filter.tier, tier, TIERS), all: false })}
          >
            {TIER_WORDS[tier][language]()} <code>{tier}</code>
          </Choice>
        ))}
      </Pick>
      <Pick name={say(WORDS.rung)} count={filter.rung.length}>
        {RUNGS.map((rung) => (
          <Choice
            key={rung}
            isOn={filter.rung.includes(rung)}
            onToggle={() => put({ rung: toggled(filter.rung, rung, RUNGS), all: false })}
          >
            <span class={`swatch look-${rung}`} aria-hidden="true" />{" "}
            {RUNG_WORDS[rung][language](null)} <code>{rung}</code>
          </Choice>
        ))}
      </Pick>
      <Moment
        name={say(WORDS.since)}
        moment={filter.since}
        onChange={(field) => put({ since: momentOfField(field, "since") })}
      />
      <Moment
        name={say(WORDS.until)}
        moment={filter.until}
        onChange={(field) => put({ until: momentOfField(field, "until") })}
      />
      <label class="check" title={say(WORDS.allNote)}>
        <input
          type="checkbox"
          checked={filter.all}
          onChange={() => put({ all: !filter.all, code: [], tier: [], rung: [] })}
        />
        {say(WORDS.all)}
      </label>
      {isNarrow(filter) && (
        <button type="button" onClick={() => change({ ...NO_FILTER, all: filter.all })}>
          {say(WORDS.clear)}
        </button>
      )}
    </search>
  );
}

interface PickProps {
  readonly name: string;
  readonly count: number;
  readonly children: ComponentChildren;
}

/** A list of choices that opens; it closes with Escape and when a person goes elsewhere. */
function Pick({ name, count, children }: PickProps) {
  const place = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const close = () => element.removeAttribute("open");
    const onOutside = ({ target }: Event) => {
      if (!element.contains(target as Node)) close();
    };
    const onKey = ({ key }: KeyboardEvent) => {
      if (key !== "Escape" || !element.open) return;
      close();
      element.querySelector("summary")?.focus();
    };
    document.addEventListener("pointerdown", onOutside);
    document.addEventListener("focusin", onOutside);
    element.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("pointerdown", onOutside);
      document.removeEventListener("focusin", onOutside);
      element.removeEventListener("keydown", onKey);
    };
  }, []);
  return (
    <details class="pick" ref={place}>
      <summary class={count > 0 ? "chosen" : ""}>
        {name}
        {count > 0 ? ` (${count})` : ""}
      </summary>
      <fieldset>
        <legend class="hidden">{name}</legend>
        {children}
      </fieldset>
    </details>
  );
}

interface ChoiceProps {
  readonly isOn: boolean;
  readonly onToggle: () => void;
  readonly children: ComponentChildren;
}

function Choice({ isOn, onToggle, children }: ChoiceProps) {
  return (
    <label class="choice">
      <input type="checkbox" checked={isOn} onChange={onToggle} />
      <span>{children}</span>
    </label>
  );
}

interface MomentProps {
  readonly name: string;
  readonly moment: string | null;
  readonly onChange: (field: string) => void;
}

function Moment({ name, moment, onChange }: MomentProps) {
  const field = fieldOf(moment);
  return (
    <label class="moment">
      {name}
      <input
        type="datetime-local"
        value={field}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {/* A duration such as -2h comes from an address; a field cannot show it. */}
      {moment !== null && field === "" && <code>{moment}</code>}
    </label>
  );
}
