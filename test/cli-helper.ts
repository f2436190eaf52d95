/** Runs the real command line as a child process, in a folder and with an environment of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { fixture } from "./support/fixture.ts";
import { fakeRoot, temporaryFolder } from "./support/temporary-folder.ts";

const BIN = join(import.meta.dirname, "..", "bin", "runtime-profile.js");

/** Nobody listens there. */
export const NO_OLLAMA = "127.0.0.1:1";

/** What a child is started with. */
export interface CliOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Working folder; default: an empty one. */
  readonly folder?: string;
  /** Arguments of Node itself. */
  readonly node?: readonly string[];
  readonly bin?: string;
}

/** How a child ended. */
export interface CliEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A child that runs. */
export interface RunningCli {
  readonly pid: number;
  /** Resolves with the match once standard output holds the pattern; rejects when the child ends first. */
  saw(pattern: RegExp): Promise<RegExpExecArray>;
  signal(name: NodeJS.Signals): void;
  /** Closes our end of its standard output. */
  closeOutput(): void;
  readonly end: Promise<CliEnd>;
}

/** Starts the command line; it ends with the test at the latest. */
export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  const folder = options.folder ?? temporaryFolder();
  const env = {
    PATH: "/nonexistent",
    HOME: folder,
    LANG: "en_US.UTF-8",
    OLLAMA_HOST: NO_OLLAMA,
    RUNTIME_PROFILE_DATA_DIR: join(folder, "data"),
    RUNTIME_PROFILE_PORT: "0",
    ...options.env,
  };
  const command = [...(options.node ?? []), options.bin ?? BIN, ...args];
  const child = spawn(process.execPath, command, { cwd: folder, env, stdio: "pipe" });
  onTestFinished(() => void child.kill("SIGKILL"));
  return running(child);
}

/** Runs the command line to its end. */
export function cli(args: readonly string[], options: CliOptions = {}): Promise<CliEnd> {
  return startCli(args, options).end;
}

function running(child: ChildProcess): RunningCli {
  let stdout = "";
  let stderr = "";
  const watchers = new Set<() => void>();
  const { promise, resolve } = Promise.withResolvers<CliEnd>();
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    for (const watch of watchers) watch();
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.on("close", (code) => resolve({ code, stdout, stderr }));
  return {
    pid: child.pid as number,
    end: promise,
    saw: (pattern) =>
      new Promise((found, failed) => {
        const watch = (): void => {
          const match = pattern.exec(stdout);
          if (match === null) return;
          watchers.delete(watch);
          found(match);
        };
        watchers.add(watch);
        watch();
        promise.then(({ code }) =>
          failed(new Error(`ended with ${code} before ${pattern}: ${stdout}\n${stderr}`)),
        );
      }),
    signal: (name) => void child.kill(name),
    closeOutput: () => void child.stdout?.destroy(),
  };
}

/** The files of a host with 16 cores, 24 threads and 24 GB, on which nothing runs. */
export function studioRoot(): string {
  const files: Record<string, string> = {
    "proc/meminfo": fixture("linux-memory", "meminfo.vm-24gb.txt"),
    "proc/self/cgroup": "0::/\n",
    "proc/100/exe": "-> /usr/bin/bash",
    "proc/cpuinfo": "model name : AMD Ryzen 9\nflags : avx2\n",
    "proc/stat": `cpu  1 2 3 4\n${Array.from({ length: 24 }, (_, n) => `cpu${n} 1 2 3 4`).join("\n")}\n`,
  };
  for (let number = 0; number < 24; number += 1) {
    const folder = `sys/devices/system/cpu/cpu${number}/topology`;
    files[`${folder}/physical_package_id`] = "0\n";
    files[`${folder}/core_id`] = `${number % 16}\n`;
  }
  return fakeRoot(files);
}

/** A port of loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
