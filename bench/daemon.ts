/** A real daemon for benches: started on a free port of loopback with a folder of its own, asked over HTTP. */
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");

/** A daemon that runs. */
export interface Daemon {
  readonly get: (path: string) => Promise<Record<string, unknown>>;
  readonly end: () => Promise<void>;
}

/** What a memory hog is run with: it takes so many MiB in steps and keeps them until it ends. */
const HOG = `
const blocks = []; let left = Number(process.argv[1]);
const take = () => { if (left <= 0) return; blocks.push(Buffer.alloc(64 * 1048576, 7)); left -= 64; setTimeout(take, 5); };
take(); setInterval(() => {}, 1000);`;

/** A real process that takes `mib` of memory in steps of 64 MiB. */
export function takeMemory(mib: number): ChildProcess {
  return spawn(process.execPath, ["-e", HOG, `${mib}`], { stdio: "ignore" });
}

/** Ends a child and waits until it is gone. */
export async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await gone;
}

/** Waits so many ms. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Starts one and waits until it knows its tier. */
export async function startDaemon(parts: {
  readonly folder: string;
  readonly port: number;
  readonly config: unknown;
  readonly isQuiet?: boolean;
}): Promise<Daemon> {
  const { folder, port, config, isQuiet = false } = parts;
  const file = join(folder, "config.json");
  writeFileSync(file, JSON.stringify(config));
  const program = join(ROOT, "bin/runtime-profile.js");
  const args = [program, "--config", file, "--data-dir", join(folder, "data")];
  const out = isQuiet ? "ignore" : "inherit";
  const child = spawn(process.execPath, [...args, "--port", `${port}`, "--lang", "en"], {
    stdio: ["ignore", out, "inherit"],
  });
  const get = (path: string) => asked(`http://127.0.0.1:${port}${path}`);
  try {
    await answering(get);
  } catch (error) {
    await ended(child, "SIGTERM");
    throw error;
  }
  return { get, end: () => ended(child, "SIGTERM") };
}

async function asked(url: string): Promise<Record<string, unknown>> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Record<string, unknown>;
}

async function answering(get: Daemon["get"]): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const profile = await get("/api/runtime/profile").catch(() => null);
    if (profile !== null && profile["class"] !== null) return;
    await pause(100);
  }
  throw new Error("The daemon did not answer within 10 s.");
}
