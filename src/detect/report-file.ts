/** Reads a report from a file of somebody else: bounded, and refused in a sentence when it is none. */
import { open } from "node:fs/promises";
import { RuntimeProfileError } from "../domain/error.ts";
import { type HostReport, MAX_REPORT_BYTES, parseReport } from "./report.ts";

/** The report in that file; throws RP_INPUT. */
export async function readReport(path: string): Promise<HostReport> {
  const { report, got } = parseReport(await textOf(path));
  if (report !== null) return report;
  throw refused(path, got);
}

async function textOf(path: string): Promise<string> {
  const file = await open(path, "r").catch((cause: NodeJS.ErrnoException) => {
    throw refused(path, cause.code === "ENOENT" ? "no such file" : cause.message, cause);
  });
  try {
    const buffer = Buffer.alloc(CHUNK_BYTES);
    const chunks: Buffer[] = [];
    let bytes = 0;
    // A pipe has no size, so what comes is counted.
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES);
      if (bytesRead === 0) break;
      bytes += bytesRead;
      if (bytes > MAX_REPORT_BYTES) throw refused(path, "more than 16 MiB");
      chunks.push(Buffer.from(buffer.subarray(0, bytesRead)));
    }
    return Buffer.concat(chunks).toString("utf8");
  } catch (cause) {
    if (cause instanceof RuntimeProfileError) throw cause;
    throw refused(path, (cause as Error).message, cause);
  } finally {
    await file.close();
  }
}

const CHUNK_BYTES = 256 * 1024;

function refused(path: string, got: string, cause?: unknown): RuntimeProfileError {
  const message = `Expected a report that doctor --report wrote (version 1) at ${path === "" ? '""' : path}, got ${got}; name another file, or ask for a new report.`;
  return new RuntimeProfileError("RP_INPUT", message, { path, cause });
}
