/**
 * The text that Prometheus reads, made by its own library; the one file that knows it, loaded at the
 * first scrape.
 *
 * A registry lives for one scrape: nothing of an older one can stay in it, and nothing is registered
 * anywhere else. The library's own collectors are not used, because two of them leave something running
 * (a histogram of the event loop, an observer of the garbage collector).
 */
import {
  Counter,
  Gauge,
  openMetricsContentType,
  prometheusContentType,
  Registry,
  type RegistryContentType,
} from "prom-client";
import type { Metric, Scrape } from "./metric.ts";
import { COUNTED_METRICS, LOG_METRICS, PROCESS_METRICS } from "./metrics-counted.ts";
import { READING_METRICS, STATE_METRICS, THRESHOLD_METRICS } from "./metrics-present.ts";
import { WORK_METRICS } from "./metrics-work.ts";

/** The two formats, by what their media types begin with. */
export type Format = "openmetrics" | "prometheus";

/** Text and its exact media type. */
export interface Exposition {
  readonly type: string;
  readonly text: string;
}

/** Every metric, in the order of the answer. */
const METRICS: readonly Metric[] = [
  ...STATE_METRICS,
  ...READING_METRICS,
  ...THRESHOLD_METRICS,
  ...COUNTED_METRICS,
  ...WORK_METRICS,
  ...LOG_METRICS,
  ...PROCESS_METRICS,
];

/** Writes one scrape down. */
export async function expositionOf(scrape: Scrape, format: Format): Promise<Exposition> {
  const registry = new Registry<RegistryContentType>();
  registry.setContentType(
    format === "openmetrics" ? openMetricsContentType : prometheusContentType,
  );
  for (const metric of METRICS) enter(registry as Registry, metric, scrape);
  return { type: registry.contentType, text: await registry.metrics() };
}

function enter(
  registry: Registry,
  { name, type, help, labels, read }: Metric,
  scrape: Scrape,
): void {
  const shape = { name, help, labelNames: labels, registers: [registry] };
  const samples = read(scrape);
  if (type === "counter") {
    const counter = new Counter<string>(shape);
    for (const [value, own = {}] of samples) counter.inc(own, value);
    return;
  }
  const gauge = new Gauge<string>(shape);
  // A gauge without labels begins with a 0 that nobody measured.
  if (labels.length === 0) gauge.remove();
  for (const [value, own = {}] of samples) gauge.set(own, value);
}
