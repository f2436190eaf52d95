/**
 * Servers for the benches of HTTP, each in a process of its own.
 *
 * `runtime` is a real runtime on a folder of its own with the real service; its sensors hardly speak, so
 * that the log stands still but for what is asked. `constant` is `node:http` with one Buffer: the limit.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DEFAULT_CONFIGURATION } from "../src/domain/configuration.ts";
import { createServer } from "../src/http/server.ts";
import { createRuntime } from "../src/runtime.ts";

/** A server that runs, and its process. */
export interface Served {
  readonly port: number;
  readonly child: ChildProcess;
}

/** Starts one; it ends with its parent. */
export async function served(...parts: readonly string[]): Promise<Served> {
  const child = fork(import.meta.filename, parts);
  const [port] = (await once(child, "message")) as [number];
  return { port, child };
}

/** Time that the process has worked so far, in ms. */
export async function workOf({ child }: Served): Promise<number> {
  child.send("work");
  const [ms] = (await once(child, "message")) as [number];
  return ms;
}

async function serveRuntime(folder: string): Promise<number> {
  const sensors = { beat_ms: 600_000, gpu_ms: 600_000, slow_ms: 600_000 };
  const configuration = { ...DEFAULT_CONFIGURATION, sensors };
  const runtime = await createRuntime({ dataFolder: folder, configuration, language: "en" });
  const server = await createServer(runtime, { port: 0 });
  const [address] = await server.listen();
  return address?.port ?? 0;
}

async function serveConstant(bytes: number): Promise<number> {
  const body = Buffer.alloc(bytes, "x");
  const headers = { "content-type": "application/json", "content-length": body.length };
  const server = createHttpServer((_request, response) => {
    response.writeHead(200, headers);
    response.end(body);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return (server.address() as AddressInfo).port;
}

if (process.argv[1] === import.meta.filename) {
  process.once("disconnect", () => process.exit(0));
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.((user + system) / 1000);
  });
  const [, , kind, value = ""] = process.argv;
  process.send?.(await (kind === "runtime" ? serveRuntime(value) : serveConstant(Number(value))));
}
