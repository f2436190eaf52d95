/** A real small disk in memory, where the tests may mount one. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A disk of its own that can be made read-only and writable again. */
export interface SmallDisk {
  readonly folder: string;
  /** Remounts; throws when the system refuses, for example while a file is being written. */
  allow(access: "rw" | "ro"): void;
  remove(): void;
}

/** Mounts one of this size; `null` where that is not allowed (not root, or no such system). */
export function smallDisk(kib: number): SmallDisk | null {
  const folder = mkdtempSync(join(tmpdir(), "runtime-profile-disk-"));
  const mount = (options: string, ...rest: string[]): void =>
    void execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder, ...rest], {
      stdio: "ignore",
    });
  try {
    mount(`size=${kib}k`);
  } catch {
    rmSync(folder, { recursive: true, force: true });
    return null;
  }
  return {
    folder,
    allow: (access) => mount(`remount,${access},size=${kib}k`),
    remove: () => {
      execFileSync("umount", ["-l", folder], { stdio: "ignore" });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
