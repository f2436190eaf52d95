/**
 * Can the configured cloud be reached? A TCP connection is opened and closed, nothing is sent.
 *
 * Even that is contact with a cloud, so it needs the user's permission: without it, or without a
 * configured address, no connection is tried and the sample says `not-checked`. Silence for the whole
 * limit means not reachable. Rejected: asking the service, which would spend the user's key.
 */
import { connect } from "node:net";
import { missing, type Sensor, seen, sensorOf } from "./sensor.ts";

/** Which cloud, and whether it may be contacted. */
export interface CloudSensorOptions {
  readonly base_url: string | null;
  readonly allowed: boolean;
  readonly now?: () => number;
  /** Limit of one connection in ms; default 3000. */
  readonly limitMs?: number;
}

/** What a look at the cloud gives. */
export interface CloudReading {
  readonly reachable: boolean;
}

const LIMIT_MS = 3000;
/** So that silence is an answer of ours rather than a missing sample. */
const MARGIN_MS = 100;
const HTTPS_PORT = 443;
const HTTP_PORT = 80;

/** Reads host and port of `base_url`; never contacts anybody unless `allowed`. */
export function createCloudSensor(options: CloudSensorOptions): Sensor<CloudReading> {
  const { limitMs = LIMIT_MS } = options;
  const target = options.allowed ? targetOf(options.base_url) : null;
  return sensorOf({
    name: "cloud",
    limit_ms: limitMs + MARGIN_MS,
    now: options.now,
    async look(signal) {
      if (target === null) return missing("not-checked");
      return seen({ reachable: await isReachable(target, { limitMs, signal }) });
    },
  });
}

interface Target {
  readonly host: string;
  readonly port: number;
}

function targetOf(baseUrl: string | null): Target | null {
  const url = URL.parse(baseUrl ?? "");
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  const usual = url.protocol === "https:" ? HTTPS_PORT : HTTP_PORT;
  const port = url.port === "" ? usual : Number(url.port);
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port };
}

function isReachable(
  target: Target,
  { limitMs, signal }: { readonly limitMs: number; readonly signal: AbortSignal },
): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(target);
    const finish = (reachable: boolean): void => {
      clearTimeout(deadline);
      socket.destroy();
      resolve(reachable);
    };
    const deadline = setTimeout(finish, limitMs, false);
    signal.addEventListener("abort", () => finish(false), { once: true });
    socket.once("connect", () => finish(true));
    // A late error of a destroyed socket needs a listener, too.
    socket.on("error", () => finish(false));
  });
}
