/**
 * One sensor on its beat, as a stream that never fails, never queues and never hangs.
 *
 * A tick that comes while the sensor still works is dropped and counted; a sensor that does not answer
 * within its limit is aborted and yields a missing sample. Errors never travel as errors.
 */
import {
  asyncScheduler,
  concat,
  defer,
  exhaustMap,
  Observable,
  repeat,
  type SchedulerLike,
  tap,
  timer,
} from "rxjs";
import type { Sample, Sensor } from "../detect/sensor.ts";
import type { NoteCode } from "../domain/note.ts";

export interface Beat {
  /** Time until the next tick in ms, asked anew before each. */
  readonly period: () => number;
  readonly scheduler?: SchedulerLike;
  /** Called for each tick that was dropped because the sensor was still busy. */
  readonly onDropped?: () => void;
}

/** Reads a sensor at once and then on each beat. */
export function poll<T>(sensor: Sensor<T>, beat: Beat): Observable<Sample<T>> {
  const scheduler = beat.scheduler ?? asyncScheduler;
  return onBeat(beat, () => readOnce(sensor, scheduler));
}

/** Runs a piece of work at once and then on each beat; a tick during the work is dropped. */
export function onBeat<T>(beat: Beat, work: () => Observable<T>): Observable<T> {
  const scheduler = beat.scheduler ?? asyncScheduler;
  return defer(() => {
    let isBusy = false;
    return ticks(beat.period, scheduler).pipe(
      tap(() => {
        if (isBusy) beat.onDropped?.();
      }),
      exhaustMap(() =>
        defer(() => {
          isBusy = true;
          return work().pipe(
            tap({
              finalize: () => {
                isBusy = false;
              },
            }),
          );
        }),
      ),
    );
  });
}

/** At once, and then after each period; the next one is asked for when a tick is out. */
function ticks(period: () => number, scheduler: SchedulerLike): Observable<unknown> {
  const next = defer(() => timer(period(), scheduler)).pipe(repeat());
  return concat(timer(0, scheduler), next);
}

/** One sample within the sensor's limit; a missing one with its cause otherwise. */
export function readOnce<T>(sensor: Sensor<T>, scheduler: SchedulerLike): Observable<Sample<T>> {
  return new Observable((subscriber) => {
    // A promise is not cancelled by a time limit; this observable owns what can be aborted.
    const controller = new AbortController();
    let isOut = true;
    const tell = (sample: Sample<T>): void => {
      subscriber.next(sample);
      subscriber.complete();
    };
    const miss = (code: NoteCode): void =>
      tell({ value: null, source_at: scheduler.now(), missing: code });
    subscriber.add(scheduler.schedule(() => miss("timeout"), sensor.limit_ms));
    const fail = (): void => {
      isOut = false;
      miss("failed");
    };
    const answer = (sample: Sample<T>): void => {
      isOut = false;
      tell(sample);
    };
    try {
      sensor.read(controller.signal).then(answer, fail);
    } catch {
      // One that throws before it gives a promise has failed like any other.
      fail();
    }
    return () => {
      if (isOut) controller.abort();
    };
  });
}
