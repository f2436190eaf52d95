/** A real control group of the kernel (v1 memory or v2) with a limit, and programs run inside it. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A group made for one test. */
export interface RealGroup {
  readonly folder: string;
  /** Whole number in a file of the group. */
  number(file: string): number;
  /** Runs a shell script with this process group inside; gives what it printed. */
  run(script: string): string;
}

/** The group of the test, inside the own one; or why there can be none. */
export function realGroup(limitBytes: number): RealGroup | string {
  const own = /^\d+:memory:(\/.*)$/m.exec(readFileSync("/proc/self/cgroup", "utf8"))?.[1];
  if (own === undefined) return "this host has no v1 memory controller";
  const parent = join("/sys/fs/cgroup/memory", own);
  const folder = join(existsSync(parent) ? parent : "/sys/fs/cgroup/memory", `test-${process.pid}`);
  try {
    mkdirSync(folder);
    writeFileSync(join(folder, "memory.limit_in_bytes"), String(limitBytes));
  } catch (error) {
    return `a control group cannot be made here (${(error as NodeJS.ErrnoException).code})`;
  }
  onTestFinished(() => {
    // Whoever is left goes back up, so that the folder can be removed.
    for (const pid of readFileSync(join(folder, "cgroup.procs"), "utf8")
      .split("\n")
      .filter(Boolean))
      spawnSync("kill", ["-KILL", pid]);
    rmdirSync(folder);
  });
  return {
    folder,
    number: (file) => Number(readFileSync(join(folder, file), "utf8")),
    run(script) {
      const inside = `echo $$ > ${folder}/cgroup.procs && ${script}`;
      return execFileSync("/bin/sh", ["-c", inside], { encoding: "utf8", timeout: 60_000 });
    },
  };
}
