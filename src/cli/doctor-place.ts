/**
 * What `doctor` looks at beside detection: folder, disk, port, a live runtime, the cloud, the log's end.
 *
 * Nothing is written and nothing is left open; each look has a limit and an unknown for when it is over.
 * The cloud is contacted by the same sensor as ever, so only with consent.
 */
import { constants } from "node:fs";
import { access, stat, statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, resolve } from "node:path";
import { askHttp } from "../detect/ask-http.ts";
import { type HostView, ioOf } from "../detect/host-io.ts";
import { parseMeminfo } from "../detect/meminfo.ts";
import { rootedPath, withinLimit } from "../detect/probe.ts";
import { createCloudSensor } from "../detect/sensor-cloud.ts";
import { RuntimeProfileError } from "../domain/error.ts";
import { liveHolderOf } from "../log/folder-lock.ts";
import { openLog } from "../log/sqlite-log.ts";
import type { DoctorPlace } from "../policy/doctor-facts.ts";
import type { StatusView } from "../replay/views.ts";
import type { Context } from "./context.ts";
import { askRuntime, liveAddressOf } from "./live-runtime.ts";

/** Limit of a look at a file system that may hang. */
const LOOK_LIMIT_MS = 2000;
const METRICS = /^(process_|runtime_profile_(notices|process)_)/;
const METRICS_MAX = 100;
const BYTES_PER_MIB = 1024 * 1024;

/** What was looked at, and what a live runtime says of itself; `null` without one. */
export interface PlaceSeen {
  readonly place: DoctorPlace;
  readonly status: StatusView | null;
  /** What it says of its process and its notices, as lines for Prometheus. */
  readonly metrics: readonly string[];
}

/** Looks at everything at once, at most about 3 s; never rejects. */
export async function lookAtPlace(context: Context, view: HostView): Promise<PlaceSeen> {
  const { configuration, dataFolder } = context;
  const [live, folder, disk, reachable, host_memory_mib, is_wsl] = await Promise.all([
    askLive(context),
    look(() => folderProblemOf(dataFolder), "no answer"),
    look(() => freeMibOf(dataFolder), null),
    isCloudReachable(context),
    hostMemoryOf(view),
    isWsl(view),
  ]);
  const isHeld = liveHolderOf(dataFolder) !== null;
  const runtime = live.isLive ? "live" : isHeld ? "silent" : "none";
  const place: DoctorPlace = {
    node_version: process.versions.node,
    at: Date.now(),
    log_at: logEndOf(dataFolder),
    data_folder: dataFolder,
    data_folder_problem: folder,
    disk_free_mib: disk,
    runtime,
    address: liveAddressOf(configuration.server),
    port_problem: live.isLive ? null : await portProblemOf(configuration.server),
    is_cloud_reachable: reachable,
    host_memory_mib,
    is_wsl,
  };
  return { place, status: live.status, metrics: live.metrics };
}

async function look<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
  const answer = await withinLimit({
    limit_ms: LOOK_LIMIT_MS,
    work: async () => ({ value: await work() }),
  });
  return answer === null ? otherwise : answer.value;
}

interface Live extends Pick<PlaceSeen, "status" | "metrics"> {
  readonly isLive: boolean;
}

/** A runtime that refuses us is one. */
async function askLive(context: Context): Promise<Live> {
  try {
    const status = await askRuntime<StatusView>(context, "/api/runtime/status", "recommendations");
    if (status === null) return { isLive: false, status, metrics: [] };
    return { isLive: true, status, metrics: await metricsOf(context) };
  } catch (error) {
    return { isLive: error instanceof RuntimeProfileError, status: null, metrics: [] };
  }
}

async function metricsOf({ configuration }: Context): Promise<readonly string[]> {
  const url = `${liveAddressOf(configuration.server)}/metrics`;
  const answer = await askHttp(url, AbortSignal.timeout(LOOK_LIMIT_MS));
  if (answer.problem !== null) return [];
  return answer.body
    .split("\n")
    .filter((line) => METRICS.test(line))
    .slice(0, METRICS_MAX);
}

/** Judged by the nearest folder that is there: the others would be made in it. */
async function folderProblemOf(path: string): Promise<string | null> {
  const folder = await nearestFolderOf(path);
  try {
    const found = await stat(folder);
    if (!found.isDirectory()) return "ENOTDIR";
    await access(folder, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

async function freeMibOf(path: string): Promise<number | null> {
  const { bavail, bsize } = await statfs(await nearestFolderOf(path));
  return Math.floor((bavail * bsize) / BYTES_PER_MIB);
}

async function nearestFolderOf(path: string): Promise<string> {
  let folder = resolve(path);
  for (;;) {
    const isThere = await stat(folder).then(
      () => true,
      (error: NodeJS.ErrnoException) => error.code !== "ENOENT",
    );
    const parent = dirname(folder);
    if (isThere || parent === folder) return folder;
    folder = parent;
  }
}

/** `null` when the port can be had; it is let go at once. */
function portProblemOf({ host, port }: { readonly host: string; readonly port: number }) {
  const { promise, resolve: settle } = Promise.withResolvers<string | null>();
  const server = createServer();
  server.once("error", (error: NodeJS.ErrnoException) => settle(error.code ?? error.message));
  server.listen({ host, port, exclusive: true }, () => server.close(() => settle(null)));
  return look(() => promise, "no answer");
}

async function isCloudReachable({ configuration }: Context): Promise<boolean | null> {
  const { base_url, allowed } = configuration.cloud;
  const sensor = createCloudSensor({ base_url, allowed });
  const sample = await sensor.read(new AbortController().signal);
  return sample.value?.reachable ?? null;
}

async function hostMemoryOf(view: HostView): Promise<number | null> {
  const text = await ioOf(view).readText(rootedPath(view.root, "/proc/meminfo"));
  const { total } = parseMeminfo(text ?? "");
  return total === null ? null : Math.floor(total / BYTES_PER_MIB);
}

async function isWsl(view: HostView): Promise<boolean> {
  if (view.platform !== "linux") return false;
  if (view.env["WSL_DISTRO_NAME"] || view.env["WSL_INTEROP"]) return true;
  const release = await ioOf(view).readText(rootedPath(view.root, "/proc/sys/kernel/osrelease"));
  return /microsoft/i.test(release ?? "");
}

function logEndOf(folder: string): number | null {
  try {
    const { log } = openLog({ folder, mode: "read" });
    try {
      return log.head()?.at ?? null;
    } finally {
      log.close();
    }
  } catch {
    // Without a log, or with one that `verify` has to look at, there is no end to compare with.
    return null;
  }
}
