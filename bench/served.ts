/**
 * Servers for the benches of HTTP, each in a process of its own.
 *
 * `runtime` is a real runtime on a folder of its own with the real service; its sensors hardly speak, so
 * that the log stands still but for what is asked. `constant` is `node:http` with one Buffer, and `raw` are
 * bare sockets that all get one Buffer: the limits. Moments are ns of the host's monotonic clock, which
 * is the same in every process.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer as createNetServer, type Socket } from "node:net";
import { DEFAULT_CONFIGURATION } from "../src/domain/configuration.ts";
import { createServer } from "../src/http/server.ts";
import { createRuntime } from "../src/runtime.ts";

/** A server that runs, and its process. */
export interface Served {
  readonly port: number;
  readonly child: ChildProcess;
}

/** What a server can be told to do. */
export type Command =
  | { readonly do: "work" }
  /** One event for everybody; `heavy` bytes more for those who want everything. */
  | { readonly do: "tell"; readonly heavy?: number }
  /** A step down that is on disk before it is told. */
  | { readonly do: "step" }
  /** An event now and then, until `stop`. */
  | { readonly do: "flow" }
  | { readonly do: "stop" };

/** When it began, when it was told (ns), and the number of the newest entry. */
export interface Told {
  readonly began: number;
  readonly told: number;
  readonly seq: number;
}

/** Starts one; it ends with its parent. */
export async function served(...parts: readonly string[]): Promise<Served> {
  const child = fork(import.meta.filename, parts);
  const [port] = (await once(child, "message")) as [number];
  return { port, child };
}

/** Has it do something; answers what that says. */
export async function ordered<Answer>({ child }: Served, command: Command): Promise<Answer> {
  child.send(command);
  const [answer] = (await once(child, "message")) as [Answer];
  return answer;
}

/** Now, in ns of the host. */
export function nanoseconds(): number {
  return Number(process.hrtime.bigint());
}

type Act = (command: Command) => Told;
type Listening = { readonly port: number; readonly act: Act };

/** Between two events of a flow. */
const FLOW_MS = 20;

const NOTHING: Told = { began: 0, told: 0, seq: 0 };

async function serveRuntime(folder: string): Promise<Listening> {
  const sensors = { beat_ms: 600_000, gpu_ms: 600_000, slow_ms: 600_000 };
  const configuration = { ...DEFAULT_CONFIGURATION, sensors };
  const runtime = await createRuntime({ dataFolder: folder, configuration, language: "en" });
  let told = 0;
  // Before any client is served, so it is told first.
  runtime.subscribe(() => {
    told = nanoseconds();
  });
  const server = await createServer(runtime, { port: 0 });
  const [address] = await server.listen();
  const report = () => runtime.recordTask({ task: "vision", provider: "local", ok: true });
  let isFlowing = false;
  const flow = (): void => {
    if (!isFlowing) return;
    report();
    setTimeout(flow, FLOW_MS);
  };
  const act: Act = (command) => {
    if (command.do === "tell" && command.heavy !== undefined) {
      runtime.restore({ reason: "x".repeat(command.heavy) });
    }
    const began = nanoseconds();
    if (command.do === "tell") report();
    if (command.do === "step") runtime.degrade({ rung: "shed" });
    if (command.do === "stop") isFlowing = false;
    if (command.do === "flow") {
      isFlowing = true;
      flow();
    }
    return { began, told, seq: runtime.seq() ?? 0 };
  };
  return { port: address?.port ?? 0, act };
}

async function serveConstant(bytes: number): Promise<Listening> {
  const body = Buffer.alloc(bytes, "x");
  const headers = { "content-type": "application/json", "content-length": body.length };
  const server = createHttpServer((_request, response) => {
    response.writeHead(200, headers);
    response.end(body);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { port: (server.address() as AddressInfo).port, act: () => NOTHING };
}

async function serveRaw(bytes: number): Promise<Listening> {
  const frame = Buffer.from(`id: 1\ndata: ${"x".repeat(Math.max(0, bytes - 15))}\n\n`);
  const sockets = new Set<Socket>();
  const server = createNetServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).once("close", () => sockets.delete(socket));
    socket.once("data", () => socket.write("retry: 2000\n\n"));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const act: Act = () => {
    const told = nanoseconds();
    for (const socket of sockets) socket.write(frame);
    return { began: told, told, seq: 1 };
  };
  return { port: (server.address() as AddressInfo).port, act };
}

async function serve(kind: string | undefined, value: string): Promise<void> {
  const bytes = Number(value);
  const { port, act } = await (kind === "runtime"
    ? serveRuntime(value)
    : kind === "raw"
      ? serveRaw(bytes)
      : serveConstant(bytes));
  process.on("message", (command: Command) => {
    const { user, system } = process.cpuUsage();
    process.send?.(command.do === "work" ? (user + system) / 1000 : act(command));
  });
  process.send?.(port);
}

if (process.argv[1] === import.meta.filename) {
  process.once("disconnect", () => process.exit(0));
  await serve(process.argv[2], process.argv[3] ?? "");
}
