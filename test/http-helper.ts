/** A real runtime on a made-up host, served over real HTTP, and requests with full control. */
import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_CONFIGURATION } from "../src/domain/configuration.ts";
import { addGateway } from "../src/gateway/gateway.ts";
import type { Plugin } from "../src/http/build-app.ts";
import { createServer, type ServerOptions } from "../src/http/server.ts";
import { createRuntime } from "../src/runtime.ts";
import type { Runtime } from "../src/runtime-types.ts";

/** One answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; throws when it is none. */
  readonly json: Record<string, unknown>;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON; a text as it stands. */
  readonly body?: object | string;
}

export interface Service {
  readonly runtime: Runtime;
  readonly url: string;
  readonly host: string;
  readonly port: number;
  ask(path: string, asked?: Asked): Promise<Answer>;
  stop(): Promise<void>;
}

/** Beats are far apart, so that the log stands still while a test looks at it. */
const CALM = {
  ...DEFAULT_CONFIGURATION,
  sensors: { beat_ms: 600_000, gpu_ms: 600_000, slow_ms: 600_000 },
};

/** A runtime on an empty host: no card, no model server, no editor. */
async function startRuntime(folder: string): Promise<Runtime> {
  return createRuntime({
    dataFolder: `${folder}/data`,
    root: `${folder}/root`,
    configuration: CALM,
    language: "en",
    env: { PATH: "", OLLAMA_HOST: "127.0.0.1:1" },
  });
}

/** Starts both in a folder that goes with them; whoever starts them stops them. */
export async function startService(
  options: ServerOptions = {},
  change: (runtime: Runtime) => Runtime = (runtime) => runtime,
): Promise<Service> {
  const folder = mkdtempSync(join(tmpdir(), "runtime-profile-http-"));
  const runtime = await startRuntime(folder);
  const changed = change(runtime);
  const { work, policy } = changed;
  const door: Plugin = (app, redact) => addGateway(app, { work, policy, redact });
  const server = await createServer(changed, { port: 0, plugins: [door], ...options });
  await logAtRest(runtime);
  const [address] = await server.listen();
  if (address === undefined) throw new Error("no address");
  const { host, port, url } = address;
  return {
    runtime,
    url,
    host: `${host}:${port}`,
    port,
    ask: (path, asked = {}) => ask({ host, port, path }, asked),
    stop: async () => {
      await server.close();
      await runtime.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The first sensors report shortly after the start; then the log stands still. */
async function logAtRest(runtime: Runtime): Promise<void> {
  const isAtRest = () =>
    runtime.events({ limit: 1000, type: ["models.changed", "editor.changed", "reading"] }).events
      .length >= 3;
  while (!isAtRest()) {
    await new Promise<void>((resolve) => {
      const end = runtime.subscribe(() => {
        end();
        resolve();
      });
    });
  }
}

/** One request; `headers.host` may be anything. */
export function ask(
  where: { readonly host: string; readonly port: number; readonly path: string },
  { method = "GET", headers = {}, body }: Asked,
): Promise<Answer> {
  const text = typeof body === "object" ? JSON.stringify(body) : body;
  const type = typeof body === "object" ? { "content-type": "application/json" } : {};
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { ...where, method, headers: { ...type, ...headers }, agent: false },
      (incoming) => {
        let received = "";
        incoming.setEncoding("utf8");
        incoming.on("data", (part: string) => {
          received += part;
        });
        incoming.on("error", reject);
        incoming.on("end", () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text: received,
            get json() {
              return JSON.parse(received) as Record<string, unknown>;
            },
          }),
        );
      },
    );
    outgoing.on("error", reject);
    outgoing.end(text);
  });
}
