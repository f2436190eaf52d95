/**
 * Detection and what follows from it: the host into the log, its sensors into the stream, its profile
 * into the folder.
 *
 * A detection may answer twice, first in time and later in full, and another may be begun in between.
 * So each has a number, and a host never takes the place of one from a later detection.
 */
import { detectHost } from "./detect/detect.ts";
import { saveProfile } from "./detect/profile-file.ts";
import type { Host } from "./domain/host.ts";
import { withKnownFacts } from "./domain/host-continuity.ts";
import { paceOf } from "./domain/pace.ts";
import { type ProfileDocument, profileDocumentOf } from "./domain/profile-document.ts";
import { placeOf } from "./machines/runtime-state.ts";
import { configureFor, type Desk } from "./runtime-desk.ts";
import { addNotice, failureNotice } from "./runtime-notices.ts";
import { closeSensors, inputOfMetric, sensorsFor } from "./runtime-sensors.ts";
import { type Metric, metricsOf } from "./streams/metrics.ts";

/** Detects the host and takes it in; calls while a detection is under way share it. */
export function detectAnew(desk: Desk): Promise<void> {
  desk.detecting ??= runDetection(desk).finally(() => {
    desk.detecting = null;
  });
  return desk.detecting;
}

/** The first host starts the sensors; a fuller one that comes later replaces it. */
async function runDetection(desk: Desk): Promise<void> {
  desk.detection += 1;
  const number = desk.detection;
  const { view, configuration, stopping } = desk;
  const { host, late } = await detectHost({
    env: view.env,
    root: view.root,
    ollamaHost: configuration.ollama.host,
    signal: stopping.signal,
  });
  late
    ?.then((fuller) => applyHost(desk, fuller, number))
    .catch((error) =>
      addNotice(
        desk.notices,
        failureNotice("DETECTION_FAILED", "The slower probes were lost", error),
      ),
    );
  await applyHost(desk, host, number);
}

/** Configuration first, so that the host is judged by the footprints that belong to it. */
async function applyHost(desk: Desk, found: Host, number: number): Promise<void> {
  if (!desk.isRunning || number < desk.applied) return;
  desk.applied = number;
  const host = withKnownFacts(desk.actor.state().host, found);
  configureFor(desk, host);
  desk.actor.submit({ type: "host.detected", host }, "probe");
  restartStream(desk, host);
  const document = profileDocumentOf(host, placeOf(desk.actor.state())?.tier ?? null);
  desk.saving = desk.saving.then(() => save(desk, document));
  await desk.saving;
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
  const sensors = sensorsFor(host, desk.view, desk.configuration);
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

function takeMetric(desk: Desk, metric: Metric): void {
  const { input, name } = inputOfMetric(metric);
  desk.actor.submit(input, name);
  const { host } = desk.actor.state();
  // Other models mean other footprints.
  if (metric.type === "models" && host !== null) configureFor(desk, host);
}
