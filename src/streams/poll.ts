/**
 * One sensor on its beat, as a stream that never fails, never queues and never hangs.
 *
 * A tick that comes while the sensor still works is dropped and counted; a sensor that does not answer
 * within its limit is aborted and yields a missing sample. Errors never travel as errors.
 */
import {
  asyncScheduler,
  defer,
  Observable,
  of,
  type SchedulerAction,
  type SchedulerLike,
  type Subscriber,
  type Subscription,
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

/**
 * Runs a piece of work at once and then on each beat; a tick during the work is dropped. One scheduled
 * action ticks for ever: made of operators, each tick cost as much as the reads of a beat (decision 0030).
 */
export function onBeat<T>(beat: Beat, work: () => Observable<T>): Observable<T> {
  const { period, onDropped, scheduler = asyncScheduler } = beat;
  return new Observable((subscriber) => {
    let underWay: Subscription | null = null;
    const tick = function (this: SchedulerAction<unknown>): void {
      if (underWay === null || underWay.closed) {
        underWay = begun(work, subscriber);
      } else onDropped?.();
      // The next one is asked for when a tick is out; who has gone meanwhile wants none.
      if (subscriber.closed) underWay?.unsubscribe();
      else this.schedule(undefined, period());
    };
    subscriber.add(() => underWay?.unsubscribe());
    subscriber.add(scheduler.schedule(tick, 0));
  });
}

/** Work that is under way; its values and errors are the subscriber's, its end is its own. */
function begun<T>(work: () => Observable<T>, subscriber: Subscriber<T>): Subscription {
  return defer(work).subscribe({
    next: (value) => subscriber.next(value),
    error: (error) => subscriber.error(error),
  });
}

/** One sample: on the spot where the sensor can, else within its limit. */
export function readOnce<T>(sensor: Sensor<T>, scheduler: SchedulerLike): Observable<Sample<T>> {
  return defer(() => {
    const sample = sensor.readNow?.() ?? null;
    return sample === null ? readWaiting(sensor, scheduler) : of(sample);
  });
}

/** One sample within the sensor's limit; a missing one with its cause otherwise. */
export function readWaiting<T>(sensor: Sensor<T>, scheduler: SchedulerLike): Observable<Sample<T>> {
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
