/**
 * A bar for long runs, on a terminal's standard error; into a pipe or a file it writes nothing.
 *
 * It shows itself only when a run takes longer than a moment, and takes itself away at the end, so that
 * nothing of it stands in the answer. It has no colour, so there is none to switch off.
 */
import type { Progress } from "../replay/verify.ts";
import { widthOf } from "./width.ts";

/** A run that is shorter than this needs no bar, ms. */
const SHOW_AFTER_MS = 400;

const CELLS = 24;
const CLEAR_LINE = "\r\u001b[2K";

/** A terminal, or what stands in for one. */
export type BarStream = Pick<NodeJS.WriteStream, "isTTY" | "write" | "columns">;

/** A bar that is drawn anew with each step. */
export interface ProgressBar {
  show(step: Progress): void;
  /** Takes the bar away; a second call does nothing. */
  clear(): void;
}

/** A bar with a few words before it; `now` gives ms. */
export function openProgressBar(
  words: string,
  stream: BarStream = process.stderr,
  now: () => number = () => performance.now(),
): ProgressBar {
  const begunAt = now();
  let isShown = false;
  return {
    show({ seq, through }) {
      if (!stream.isTTY || now() - begunAt < SHOW_AFTER_MS) return;
      const share = through > 0 ? Math.min(1, Math.max(0, seq / through)) : 1;
      const done = Math.round(share * CELLS);
      const bar = `${"█".repeat(done)}${"░".repeat(CELLS - done)} ${Math.floor(share * 100)}%`;
      const line = `${words} ${bar}`;
      // A line that breaks could not be taken away again.
      const text = widthOf(line) < (stream.columns ?? 80) ? line : `${Math.floor(share * 100)}%`;
      stream.write(`${CLEAR_LINE}${text}`);
      isShown = true;
    },
    clear() {
      if (isShown) stream.write(CLEAR_LINE);
      isShown = false;
    },
  };
}
