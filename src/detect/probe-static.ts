/**
 * Facts that never change while we run: brand, physical cores, clock, AVX2, version of the system.
 *
 * systeminformation knows them on every system, but it may block, so it works in a child process with
 * a deadline (`static-child.ts` beside this file, unbuilt or built). Whatever does not come stays
 * `null`. A view other than the real system is not asked: the library cannot look elsewhere.
 */
import { fileURLToPath } from "node:url";
import { type HostView, ioOf } from "./host-io.ts";
import { amountOf, fieldOf, parseJson, textOf } from "./json-field.ts";
import { noteOf, type Probed, REAL_ROOT } from "./probe.ts";

/** What the child prints; `null` = it could not tell. */
export interface StaticFinding {
  readonly brand: string | null;
  readonly cores: number | null;
  readonly max_mhz: number | null;
  readonly has_avx2: boolean | null;
  readonly os_version: string | null;
}

/** Limit of the child; the first start of PowerShell alone takes seconds. */
export const STATIC_LIMIT_MS = 5000;

const NOTHING: StaticFinding = {
  brand: null,
  cores: null,
  max_mhz: null,
  has_avx2: null,
  os_version: null,
};

/** The static facts of the real system; never throws. */
export async function probeStatic(
  view: HostView,
  signal?: AbortSignal,
): Promise<Probed<StaticFinding>> {
  if (view.root !== REAL_ROOT) {
    return { finding: NOTHING, notes: [noteOf("static", "not-checked")] };
  }
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const child = fileURLToPath(new URL(`./static-child.${extension}`, import.meta.url));
  const outcome = await ioOf(view).run({
    file: process.execPath,
    args: [child],
    env: view.env,
    limit_ms: STATIC_LIMIT_MS,
    signal,
  });
  const json = parseJson(outcome.stdout);
  if (outcome.problem !== null || typeof json !== "object" || json === null) {
    const code = outcome.problem ?? "failed";
    return { finding: NOTHING, notes: [noteOf("static", code, outcome.stderr)] };
  }
  return { finding: findingOf(json), notes: [] };
}

function findingOf(json: object): StaticFinding {
  const hasAvx2 = fieldOf(json, "has_avx2");
  return {
    brand: textOf(fieldOf(json, "brand")),
    cores: amountOf(fieldOf(json, "cores")),
    max_mhz: amountOf(fieldOf(json, "max_mhz")),
    has_avx2: typeof hasAvx2 === "boolean" ? hasAvx2 : null,
    os_version: textOf(fieldOf(json, "os_version")),
  };
}
