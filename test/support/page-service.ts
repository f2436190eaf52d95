/** The real service with the real page, on a host of files whose memory a test may change. */
import { onTestFinished } from "vitest";
import { createServer } from "../../src/http/server.ts";
import type { Runtime, RuntimeOptions } from "../../src/runtime-types.ts";
import { type FileHost, fileHost, live } from "./live.ts";

/** A service that ends with the test. */
export interface PageService {
  readonly url: string;
  readonly runtime: Runtime;
  readonly host: FileHost;
}

/** Starts it with the options of a runtime; the rules are quick unless others are given. */
export async function pageService(options: RuntimeOptions = {}): Promise<PageService> {
  const host = fileHost();
  const runtime = await live({ host, language: "en", ...options });
  const server = await createServer(runtime, { port: 0 });
  onTestFinished(() => server.close());
  const [address] = await server.listen();
  if (address === undefined) throw new Error("the service has no address");
  return { url: `${address.url}/`, runtime, host };
}
