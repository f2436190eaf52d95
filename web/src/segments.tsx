/** A choice of one among a few, side by side; radio buttons, so that keys and screen readers know it. */
import { useId } from "preact/hooks";

export interface SegmentsProps<Value extends string> {
  readonly label: string;
  readonly values: readonly Value[];
  readonly chosen: Value;
  readonly nameOf: (value: Value) => string;
  readonly choose: (value: Value) => void;
}

export function Segments<Value extends string>(props: SegmentsProps<Value>) {
  const { label, values, chosen, nameOf, choose } = props;
  const group = useId();
  return (
    <fieldset class="segments">
      <legend>{label}</legend>
      {values.map((value) => (
        <label key={value} class={value === chosen ? "chosen" : ""}>
          <input
            type="radio"
            name={group}
            checked={value === chosen}
            onChange={() => choose(value)}
          />
          {nameOf(value)}
        </label>
      ))}
    </fieldset>
  );
}
