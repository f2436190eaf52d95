/** One value to suppose: a slider and a number that go together, the present value marked, a way back. */
import { useState } from "preact/hooks";
import { type Both, useSay } from "./settings.ts";
import { UNIT_WORDS, type Unit } from "./what-if-sliders.ts";

const WORDS = {
  now: { zh: "现在", en: "now" },
  unknown: { zh: "现在未知", en: "not known now" },
  reset: { zh: "复位", en: "Reset" },
} as const satisfies Record<string, Both>;

export interface SliderProps {
  readonly id: string;
  /** The group, so that a name alone says enough where it is read aloud. */
  readonly group: string;
  readonly name: string;
  readonly note: string;
  readonly unit: Unit;
  readonly max: number;
  readonly step: number;
  /** In the unit of the slider; `null` = not known. */
  readonly present: number | null;
  /** `null` = as it is. */
  readonly changed: number | null;
  readonly isChanged: boolean;
  readonly isWrong: boolean;
  /** `null` = as it is. */
  readonly onChange: (value: number | null) => void;
}

export function WhatIfSlider(props: SliderProps) {
  const { id, group, name, note, step, present, changed, isChanged, isWrong, onChange } = props;
  const say = useSay();
  // What is being typed stays as it is typed; `null` = nobody types.
  const [typed, setTyped] = useState<string | null>(null);
  const unit = say(UNIT_WORDS[props.unit]);
  const value = changed ?? (isChanged ? null : present);
  const max = Math.max(props.max, present ?? 0);
  const change = (text: string) => {
    const number = text.trim() === "" ? Number.NaN : Number(text);
    onChange(Number.isFinite(number) && number !== present ? number : null);
  };
  const now = present === null ? say(WORDS.unknown) : `${say(WORDS.now)} ${present} ${unit}`;
  return (
    <div class={`slider${isChanged ? " changed" : ""}${isWrong ? " wrong" : ""}`}>
      <label for={id}>{name}</label>
      <span class="entry">
        <input
          id={id}
          type="number"
          step="any"
          min={0}
          aria-describedby={`${id}-note`}
          aria-invalid={isWrong}
          value={typed ?? value ?? ""}
          onInput={({ currentTarget }) => {
            setTyped(currentTarget.value);
            change(currentTarget.value);
          }}
          onBlur={() => setTyped(null)}
        />
        <span class="unit">{unit}</span>
      </span>
      <button
        type="button"
        class="reset"
        disabled={!isChanged}
        aria-label={`${say(WORDS.reset)}: ${group}, ${name} (${now})`}
        title={`${say(WORDS.reset)} (${now})`}
        onClick={() => onChange(null)}
      >
        ↺
      </button>
      <span class="track">
        {present !== null && (
          <span class="marks" aria-hidden="true">
            <span class="present" style={{ left: `${(present / max) * 100}%` }} />
          </span>
        )}
        <input
          type="range"
          min={0}
          max={max}
          step={step}
          aria-label={`${group}: ${name}`}
          aria-valuetext={`${value ?? "–"} ${unit} (${now})`}
          value={value ?? 0}
          onInput={({ currentTarget }) => change(currentTarget.value)}
        />
      </span>
      <span class="note" id={`${id}-note`}>
        {now} · {note}
      </span>
    </div>
  );
}
