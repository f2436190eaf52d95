/** Runs an example as a person does, and the daemon that it speaks to. */
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { createServer } from "../../src/http/server.ts";
import type { Runtime } from "../../src/runtime-types.ts";
import { fakeNvidiaSmi, nvidiaRow } from "./fake-nvidia-smi.ts";
import { fakeOllama } from "./fake-ollama.ts";
import { entryOf, fileHost, live } from "./live.ts";
import { ROOT } from "./pages.ts";
import { quickConfiguration } from "./quick-configuration.ts";

/** How an example ended. */
export interface ExampleEnd {
  readonly code: number | null;
  readonly said: string;
  readonly errors: string;
}

/** An example that runs. */
export interface RunningExample {
  /** What it has said so far. */
  said(): string;
  readonly ended: Promise<ExampleEnd>;
}

const MOONDREAM = JSON.stringify({
  models: [
    {
      name: "moondream:latest",
      model: "moondream",
      size: 1_738_451_197,
      details: { family: "phi2", families: ["phi2", "clip"] },
      capabilities: ["completion", "vision"],
    },
  ],
});

/** False where nobody has installed it; the tests say so. */
export const HAS_PYTHON = spawnSync("python3", ["--version"]).status === 0;

/** Starts `examples/<name>`; a child that is left over ends with the test. */
export function startExample(
  name: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string | undefined>> = {},
): RunningExample {
  const program = name.endsWith(".py") ? "python3" : process.execPath;
  const child = spawn(program, [join(ROOT, "examples", name), ...args], {
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", PYTHONUNBUFFERED: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (piece: string) => {
    said += piece;
  });
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
  const ended = Promise.all([closed, text(child.stderr)]).then(([code, errors]) => ({
    code,
    said,
    errors,
  }));
  return { said: () => said, ended };
}

/** A runtime with a card and a model, ready for vision. */
export async function exampleRuntime(): Promise<Runtime> {
  const card = fakeNvidiaSmi({ rows: nvidiaRow({ total: 8188, used: 900, free: 7288 }) });
  const ollama = await fakeOllama({ tags: MOONDREAM });
  const configuration = quickConfiguration({ ollama: { host: ollama.address } });
  const runtime = await live({ env: card.env, configuration, host: fileHost(32_768, 20_000) });
  await entryOf(
    runtime,
    ({ type, data }) => type === "reading" && (data as { vram: unknown }).vram !== null,
  );
  return runtime;
}

/** Serves it; `close` ends every connection. */
export async function exampleDaemon(
  runtime: Runtime,
  port = 0,
): Promise<{ readonly address: string; close(): Promise<void> }> {
  const server = await createServer(runtime, { port });
  onTestFinished(() => server.close());
  const [address] = await server.listen();
  return { address: address?.url ?? "", close: () => server.close() };
}
