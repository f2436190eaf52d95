/** The daemon itself as a child process, which a test may kill and start again at the same address. */
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { ROOT } from "./pages.ts";

/** A daemon that runs. */
export interface PageDaemon {
  readonly url: string;
  /** As a crash, or the kernel that needs memory, would end it. */
  kill(): Promise<void>;
  /** The same folder and the same port again. */
  startAgain(): Promise<void>;
}

/** Starts one on any free port; it ends with the test. */
export async function pageDaemon(folder: string, configuration: object): Promise<PageDaemon> {
  const file = join(folder, "config.json");
  writeFileSync(file, JSON.stringify(configuration));
  const first = await started(folder, file, "0");
  let child = first.child;
  onTestFinished(() => ended(child, "SIGTERM"));
  return {
    url: `${first.url}/`,
    kill: () => ended(child, "SIGKILL"),
    startAgain: async () => {
      ({ child } = await started(folder, file, new URL(first.url).port));
    },
  };
}

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
}

/** Resolves with the address that it prints when it listens. */
function started(folder: string, file: string, port: string): Promise<Started> {
  const program = join(ROOT, "bin", "runtime-profile.js");
  const args = ["--config", file, "--data-dir", join(folder, "data"), "--port", port];
  const child = spawn(process.execPath, [program, ...args, "--lang", "en"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  return new Promise((resolve, reject) => {
    let said = "";
    const hear = (part: string) => {
      said += part;
      const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(said.slice(said.indexOf("🌐"))) ?? [];
      if (url !== undefined && said.includes("🌐")) resolve({ child, url });
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8");
      stream?.on("data", hear);
    }
    child.once("exit", () => reject(new Error(`the daemon ended:\n${said}`)));
  });
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await gone;
}
