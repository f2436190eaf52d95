/** Scrapes a real service over HTTP, and finds single values in what came. */
import { onTestFinished } from "vitest";
import { createServer, type ServerOptions } from "../../src/http/server.ts";
import type { Runtime } from "../../src/runtime-types.ts";
import { type Answer, ask } from "../http-helper.ts";
import { fakeNvidiaSmi, nvidiaRow } from "./fake-nvidia-smi.ts";
import { fakeOllama } from "./fake-ollama.ts";
import { fixture } from "./fixture.ts";
import { entryOf, live } from "./live.ts";
import { type Family, readOpenMetrics } from "./open-metrics.ts";
import { quickConfiguration } from "./quick-configuration.ts";

export const OPEN_METRICS = { accept: "application/openmetrics-text; version=1.0.0" };

/** Serves a runtime until the test ends; answers a function that asks it. */
export async function served(
  runtime: Runtime,
  options: ServerOptions = {},
): Promise<(path: string, headers?: Record<string, string>) => Promise<Answer>> {
  const server = await createServer(runtime, { port: 0, ...options });
  onTestFinished(() => server.close());
  const [address] = await server.listen();
  if (address === undefined) throw new Error("no address");
  const { host, port } = address;
  return (path, headers = {}) => ask({ host, port, path }, { headers });
}

/** One scrape, read strictly. */
export async function scrapeOf(runtime: Runtime): Promise<readonly Family[]> {
  const asked = await served(runtime);
  return readOpenMetrics((await asked("/metrics", OPEN_METRICS)).text);
}

/** The value of one series; `null` when it is absent. Throws when the metric itself does not exist. */
export function valueIn(
  families: readonly Family[],
  name: string,
  wanted: Readonly<Record<string, string>> = {},
): number | null {
  const family = families.find((each) => each.name === name);
  if (family === undefined) throw new Error(`no metric is called ${name}`);
  const found = family.series.filter(({ labels }) =>
    Object.entries(wanted).every(([label, value]) => labels[label] === value),
  );
  if (found.length > 1) throw new Error(`${name} has ${found.length} such series`);
  return found[0]?.value ?? null;
}

/** A card that a test may fill, on a host with a model server that holds a model on it. */
export interface WatchedCard {
  readonly runtime: Runtime;
  /** MiB in use, of 8188. */
  use(mib: number): void;
  /** The card gives no answer any more. */
  lose(): void;
}

const TOTAL_MIB = 8188;

/** Starts a runtime on such a host; it ends with the test. */
export async function watchedCard(): Promise<WatchedCard> {
  const rowsOf = (mib: number) => ({
    rows: nvidiaRow({ total: TOTAL_MIB, used: mib, free: TOTAL_MIB - mib }),
  });
  const fake = fakeNvidiaSmi(rowsOf(5600));
  const { address } = await fakeOllama({ ps: fixture("ollama", "ps.full-gpu.json") });
  const runtime = await live({
    env: { PATH: `${fake.folder}:/usr/bin:/bin` },
    configuration: quickConfiguration({ ollama: { host: address } }),
  });
  await entryOf(runtime, ({ type, data }) => {
    const reading = data as { vram?: { own_mib?: number | null } | null };
    return type === "reading" && typeof reading.vram?.own_mib === "number";
  });
  return {
    runtime,
    use: (mib) => fake.say(rowsOf(mib)),
    // The card is still there and does not tell; one that is gone would be detected anew.
    lose: () => fake.say({ rows: nvidiaRow({ total: TOTAL_MIB, used: "[N/A]", free: "[N/A]" }) }),
  };
}
