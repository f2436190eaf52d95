/** Looks at processes that a test has started. */
import { readFileSync } from "node:fs";

/** False when it is gone or only waits to be collected (a zombie). */
export function isProcessAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
