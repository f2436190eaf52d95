/** One measured quantity: its name, its value now in words, and its curve. */
import type { ComponentChildren } from "preact";
import type { Line } from "./curve.tsx";

export interface MeasuredProps {
  readonly name: string;
  /** The value at the end of the curve, as text. */
  readonly value: string;
  readonly lines: readonly Line[];
  readonly unit: string;
  /** What is said in place of the curve where nothing can be drawn; `null` = draw. */
  readonly nothing: string | null;
  readonly children: ComponentChildren;
}

export function Measured({ name, value, lines, unit, nothing, children }: MeasuredProps) {
  return (
    <figure class="measured">
      <figcaption>
        <span class="name">{name}</span> <strong>{value}</strong>
        <span class="limits">
          {lines.map(({ kind, label, value: limit }) => (
            <span key={label} class={`limit ${kind}`}>
              {label} {shortened(limit)} {unit}
            </span>
          ))}
        </span>
      </figcaption>
      {nothing === null ? children : <p class="empty small">{nothing}</p>}
    </figure>
  );
}

function shortened(value: number): string {
  return String(Math.round(value * 10) / 10);
}
