/**
 * A look through files, told as steps: which files next, and what follows from their texts.
 *
 * The idea: a recipe that two cooks can follow. One waits for each round of files; the other reads all of
 * them on the spot, without a promise, a timer or a signal, which cost more than the reads themselves
 * (decision 0030), and gives up where a file may be slow. Rejected: the same look written down twice.
 */
import type { KeptFiles, ReadText } from "./read-file.ts";
import type { Look, SensorWork } from "./sensor.ts";

/**
 * Yields the paths that are wanted next and is given their texts in that order. It may be left at any
 * yield, so whatever it remembers of a look it writes down after the last one.
 */
export type Steps<T> = Generator<readonly string[], T, Texts>;

/** Texts of files in the order in which they were asked for; `null` = cannot be read. */
export type Texts = readonly (string | null)[];

/** After looks on the spot that could not be finished, at most so many go the other way at once. */
const LOOKS_UNTIL_TRIAL_MAX = 64;

/** Takes all steps, waiting for the files of each round together. */
export async function readSteps<T>(steps: Steps<T>, readText: ReadText): Promise<T> {
  let step = steps.next();
  while (!step.done) step = steps.next(await Promise.all(step.value.map((path) => readText(path))));
  return step.value;
}

/** Both ways of a sensor that looks through kept files: waiting, and on the spot where that may be. */
export function looksThrough<T>(
  files: KeptFiles,
  steps: () => Steps<Look<T>>,
): Pick<SensorWork<T>, "look" | "lookNow" | "close"> {
  let pause = 0;
  let looksUntilTrial = 0;
  return {
    look: () => readSteps(steps(), files.readText),
    lookNow() {
      if (looksUntilTrial > 0) {
        looksUntilTrial -= 1;
        return null;
      }
      const look = stepsNow(steps(), files.textNow);
      // A look that is left half way is dear, so it is tried ever more rarely.
      pause = look === null ? Math.min(LOOKS_UNTIL_TRIAL_MAX, 2 * pause + 1) : 0;
      looksUntilTrial = pause;
      return look;
    },
    close: files.close,
  };
}

/** Takes all steps on the spot; `null` when a file would have to be waited for. */
function stepsNow<T>(steps: Steps<T>, textNow: KeptFiles["textNow"]): T | null {
  let step = steps.next();
  while (!step.done) {
    const texts: (string | null)[] = [];
    for (const path of step.value) {
      const text = textNow(path);
      if (text === undefined) return null;
      texts.push(text);
    }
    step = steps.next(texts);
  }
  return step.value;
}
