/** A cloud provider on loopback that can be reached and refuses all work; what counts is what was said before. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished } from "vitest";
import { DEFAULT_CONFIGURATION, type FullConfiguration } from "../../src/domain/configuration.ts";
import type { Runtime } from "../../src/runtime-types.ts";
import { quickConfiguration } from "./quick-configuration.ts";

/** A job that a cloud may do. */
export const CLOUD_JOB = {
  role: "vision",
  request: { messages: [{ role: "user", content: "hello" }] },
} as const;

/** A configuration that allows this provider; `onWork` is told when work arrives there. */
export async function refusingProvider(onWork: () => void = () => {}): Promise<FullConfiguration> {
  const server = createServer((request, response) => {
    if (request.method === "POST") onWork();
    response.writeHead(500).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const base_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return quickConfiguration({
    cloud: { ...DEFAULT_CONFIGURATION.cloud, allowed: true, base_url },
  });
}

/** Brings a runtime to the cloud, once that can be reached. */
export async function stepToCloud(runtime: Runtime): Promise<void> {
  await expect.poll(() => runtime.explain().state.cloud).toBe("reachable");
  runtime.degrade({ rung: "cloud" });
}
