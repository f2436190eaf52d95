/** Runs a real runtime on a temporary folder, on a host made of files that the test may change. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Entry } from "../../src/log/entry.ts";
import { createRuntime } from "../../src/runtime.ts";
import type { Runtime, RuntimeOptions } from "../../src/runtime-types.ts";
import { quickConfiguration } from "./quick-configuration.ts";
import { fakeRoot, temporaryFolder } from "./temporary-folder.ts";

const MIB = 1024;

/** A host of files: `available` changes what its kernel says about memory. */
export interface FileHost {
  readonly root: string;
  available(mib: number): void;
}

export function fileHost(totalMib = 16_000, availableMib = 12_000): FileHost {
  const root = fakeRoot({
    "proc/stat": "cpu  100 0 100 1000 0 0 0 0 0 0\ncpu0 100 0 100 1000 0 0 0 0 0 0\n",
    "proc/self/cgroup": "0::/\n",
    "proc/meminfo": "",
  });
  const available = (mib: number): void => {
    const text = `MemTotal: ${totalMib * MIB} kB\nMemFree: ${mib * MIB} kB\nMemAvailable: ${mib * MIB} kB\n`;
    writeFileSync(join(root, "proc/meminfo"), text);
  };
  available(availableMib);
  return { root, available };
}

/** Starts a runtime that ends with the test. */
export async function live(options: RuntimeOptions & { host?: FileHost } = {}): Promise<Runtime> {
  const { host = fileHost(), ...rest } = options;
  const runtime = await createRuntime({
    dataFolder: temporaryFolder(),
    configuration: quickConfiguration(),
    root: host.root,
    env: { PATH: "/nonexistent" },
    ...rest,
  });
  onTestFinished(() => runtime.stop());
  return runtime;
}

/** Resolves with the first entry that the test waits for, also one that is in the log already. */
export function entryOf(runtime: Runtime, isWanted: (entry: Entry) => boolean): Promise<Entry> {
  const { events } = runtime.events({ limit: 1000 });
  const known = events.find(isWanted);
  if (known !== undefined) return Promise.resolve(known);
  return new Promise((resolve) => {
    const end = runtime.subscribe((entries) => {
      const found = entries.find(isWanted);
      if (found === undefined) return;
      end();
      resolve(found);
    });
  });
}

/**
 * Waits until each sensor that writes at its first look has done so: with beats far apart nothing but the
 * test writes from then on. In which order they come depends on how busy the computer is.
 */
export async function firstLook(runtime: Runtime): Promise<void> {
  const first = ["reading", "editor.changed", "models.changed"];
  await Promise.all(first.map((wanted) => entryOf(runtime, ({ type }) => type === wanted)));
}

/** The transition with this reason code, after `seq`. */
export function transitionOf(runtime: Runtime, code: string, after = 0): Promise<Entry> {
  return entryOf(
    runtime,
    ({ seq, type, data }) =>
      seq > after &&
      type === "transition" &&
      (data as { reason: { code: string } }).reason.code === code,
  );
}

/** Resolves as soon as this holds after an entry; at once where it holds already. */
export function stateOf(runtime: Runtime, holds: () => boolean): Promise<void> {
  if (holds()) return Promise.resolve();
  return new Promise((resolve) => {
    const end = runtime.subscribe(() => {
      if (!holds()) return;
      end();
      resolve();
    });
  });
}
