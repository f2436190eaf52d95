/**
 * Detection and what follows from it: the host into the log, its sensors into the stream, its profile
 * into the folder.
 *
 * A detection may answer twice, first in time and later in full, and another may be begun in between.
 * So each has a number, and a host never takes the place of one from a later detection.
 */
import { detectHost, wishesOf } from "./detect/detect.ts";
import { saveProfile } from "./detect/profile-file.ts";
import type { Host } from "./domain/host.ts";
import { isSameHost, withKnownFacts } from "./domain/host-continuity.ts";
import { paceOf } from "./domain/pace.ts";
import { type ProfileDocument, profileDocumentOf } from "./domain/profile-document.ts";
import { afterDetection, type Seen, watched } from "./domain/redetection.ts";
import { isSameData } from "./domain/same-data.ts";
import { placeOf } from "./machines/runtime-state.ts";
import { configureFor, type Desk } from "./runtime-desk.ts";
import { toldSensor } from "./runtime-model-looks.ts";
import { addNotice, failureNotice } from "./runtime-notices.ts";
import { closeSensors, inputOfMetric, sensorsFor } from "./runtime-sensors.ts";
import { type Metric, metricsOf, type Sensors } from "./streams/metrics.ts";

/** Detects the host and takes it in; calls while as good a detection is under way share it. */
export function detectAnew(desk: Desk, wish: Wish = ASKED): Promise<void> {
  const { detecting } = desk;
  // One that the watch began wakes no card and may say nothing: too little for who asks.
  if (detecting !== null && (detecting.isAlwaysTold || !wish.isAlwaysTold)) return detecting.done;
  const done = runDetection(desk, wish).finally(() => {
    if (desk.detecting?.done === done) desk.detecting = null;
  });
  desk.detecting = { ...wish, done };
  return done;
}

/** What a detection may cost and say. */
interface Wish {
  /** True: the host is written down even where nothing differs. */
  readonly isAlwaysTold: boolean;
}

/** A person or a start asked for it. */
const ASKED: Wish = { isAlwaysTold: true };
/** The watch asked for it. */
const BY_ITSELF: Wish = { isAlwaysTold: false };

/** The first host starts the sensors; a fuller one that comes later replaces it. */
async function runDetection(desk: Desk, wish: Wish): Promise<void> {
  desk.detection += 1;
  const number = desk.detection;
  const { view, configuration, stopping } = desk;
  desk.watch = { ...desk.watch, detectedAt: desk.clock.mono(), owed: null };
  const { host, late, fixed } = await detectHost({
    env: view.env,
    root: view.root,
    ...wishesOf(configuration),
    mayWake: wish.isAlwaysTold,
    signal: stopping.signal,
    fixed: desk.fixed,
  });
  desk.fixed = fixed();
  // Nobody waits for the watch's: half an answer would be told as news, and the whole one again.
  if (late !== null && !wish.isAlwaysTold && desk.sensors !== null) {
    const fuller = await late;
    desk.fixed = fixed();
    await applyHost(desk, fuller, { number, ...wish });
    return;
  }
  late
    ?.then((fuller) => {
      desk.fixed = fixed();
      return applyHost(desk, fuller, { number, ...wish });
    })
    .catch((error) =>
      addNotice(
        desk.notices,
        failureNotice("DETECTION_FAILED", "The slower probes were lost", error),
      ),
    );
  await applyHost(desk, host, { number, ...wish });
}

/** Configuration first, so that the host is judged by the footprints that belong to it. */
async function applyHost(
  desk: Desk,
  found: Host,
  { number, isAlwaysTold }: Wish & { readonly number: number },
): Promise<void> {
  if (!desk.isRunning || number < desk.applied) return;
  desk.applied = number;
  const before = desk.actor.state().host;
  const host = withKnownFacts(before, found);
  desk.watch = afterDetection(desk.watch, ownMemoryCards(host));
  // The state in the log is of before this start: its sensors have to be begun anew in any case.
  if (!isAlwaysTold && before !== null && desk.sensors !== null && isSameHost(before, host)) return;
  configureFor(desk, host);
  desk.actor.submit({ type: "host.detected", host }, "probe");
  restartStream(desk, host);
  const document = profileDocumentOf(host, placeOf(desk.actor.state())?.tier ?? null);
  desk.saving = desk.saving.then(() => save(desk, document));
  await desk.saving;
}

function ownMemoryCards({ gpus }: Host): number {
  return gpus.filter(({ unified, is_integrated }) => !unified && !is_integrated).length;
}

/** Never rejects: a profile that cannot be saved is noticed and harms nothing else. */
async function save({ folder, notices }: Desk, document: ProfileDocument): Promise<void> {
  try {
    addNotice(notices, { code: "PROFILE_SAVED", message: await saveProfile(folder, document) });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    addNotice(notices, { code: "PROFILE_NOT_SAVED", message });
  }
}

function restartStream(desk: Desk, host: Host): void {
  desk.endStream?.();
  if (desk.sensors !== null) closeSensors(desk.sensors);
  const sensors = heardSensors(desk, host);
  const onDroppedBeat = () => {
    desk.droppedBeats += 1;
  };
  const metrics = metricsOf({
    sensors,
    beats: desk.configuration.sensors,
    paceOf: () => paceOf(desk.actor.state().sensing, desk.configuration),
    timeOf: desk.clock.timeOf,
    onDroppedBeat,
  });
  const subscription = metrics.subscribe((metric) => takeMetric(desk, metric));
  desk.sensors = sensors;
  desk.endStream = () => subscription.unsubscribe();
}

/** The host's sensors; whoever keeps book of models hears what Ollama tells. */
function heardSensors({ view, configuration, modelLooks }: Desk, host: Host): Sensors {
  const sensors = sensorsFor(host, view, configuration);
  const { address } = host.ollama;
  if (sensors.ollama === null || modelLooks === null) return sensors;
  return { ...sensors, ollama: toldSensor(sensors.ollama, { address, ...modelLooks }) };
}

function takeMetric(desk: Desk, metric: Metric): void {
  if (metric.type === "hardware") {
    watch(desk, metric);
    return;
  }
  if (metric.type === "reading") {
    const { vram, missing } = metric.fields;
    const hasCard = desk.sensors?.vram != null;
    const hasFigures = vram != null;
    watch(desk, { type: "beat", missing: missing?.vram ?? null, hasCard, hasFigures });
  }
  // The host brought its conditions along; the first look mostly says the same.
  const known = desk.actor.state().host?.conditions;
  if (metric.type === "conditions" && isSameData(known, metric.conditions)) return;
  if (metric.type === "cloud" && desk.cloudGate !== null) {
    desk.cloudGate.seen(metric.reachable);
    return;
  }
  const { input, name } = inputOfMetric(withOwnUse(desk, metric));
  desk.actor.submit(input, name);
  const { host } = desk.actor.state();
  // Other models mean other footprints.
  if (metric.type === "models" && host !== null) configureFor(desk, host);
}

/** A reading with our share of the card as it is at this moment. */
function withOwnUse<M extends Metric>({ ownUse }: Desk, metric: M): M {
  if (metric.type !== "reading" || ownUse === null) return metric;
  return { ...metric, fields: ownUse.reckoned(metric.fields) };
}

/** Takes in what was seen and detects again where that is due; a failure is a notice. */
function watch(desk: Desk, seen: Seen): void {
  const beats = desk.configuration.sensors;
  const moment = { at: desk.clock.mono(), beats, isDetecting: desk.detecting !== null };
  const { watch: next, cause } = watched(desk.watch, seen, moment);
  desk.watch = next;
  if (cause === null || !desk.isRunning) return;
  detectAnew(desk, BY_ITSELF).catch((error) =>
    addNotice(desk.notices, failureNotice("DETECTION_FAILED", "The host was not detected", error)),
  );
}

/** After the host slept, cards and servers may be others. */
export function watchForSleep(desk: Desk): void {
  desk.actor.watch(({ input }) => {
    if (input?.type === "clock.resumed") watch(desk, { type: "resumed" });
  });
}
