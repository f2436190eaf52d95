/** The recorded outputs of nvidia-smi, each printed by a real program first on PATH. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type FakeAnswer, fakeNvidiaSmi, nvidiaRow, SEVEN_COLUMNS } from "../fake-nvidia-smi.ts";
import { fixture } from "../fixture.ts";
import { ABOUT, cardFacts, type Scene } from "./scene.ts";

const FOLDER = join(import.meta.dirname, "../../fixtures/nvidia-smi");
/** Name, memory and driver only: the header that the recorded query had. */
const THREE_COLUMNS = "name, memory.total [MiB], driver_version\n";
/** A card for outputs of other calls, which say nothing of cards. */
const PLAIN = nvidiaRow({ total: 8188, used: 500, free: 7600 });
const text = (name: string): string => fixture("nvidia-smi", name);

/** The exit code in a fixture's name, else 0 for rows and 1 for failures. */
export function exitCodeOf(name: string): number {
  const code = name.match(/-rc(\d+)-/)?.[1];
  if (code !== undefined) return Number(code);
  return name.startsWith("error-") || name.includes("not-valid") ? 1 : 0;
}

/** The text as `--query-gpu` would print it, or null for outputs of other calls (tables, XML). */
export function rowsOf(name: string): string | null {
  if (/^error-|bad-(?:html|binary|empty)/.test(name)) return text(name);
  if (name.includes(".nounits.") && /^(?:tier|bad|two|loop)-/.test(name))
    return SEVEN_COLUMNS + text(name);
  if (name.includes("compute-apps")) return null;
  if (name.includes("name-memory-driver.noheader")) return THREE_COLUMNS + text(name);
  return name.includes(".csv.") || name.includes("not-valid") ? text(name) : null;
}

/** What the program answers to the calls that the output is of. */
function answerOf(name: string): FakeAnswer {
  const rows = rowsOf(name);
  const list = name.includes("-mig-") ? text("h200-mig-linux.list-L.txt") : "";
  if (rows !== null) return { rows, optional: rows, list, exit_code: exitCodeOf(name) };
  if (name.includes("list-L")) {
    const mig = text("h200-mig-linux.idle.query-gpu.csv.txt");
    return { rows: mig, optional: mig, list: text(name) };
  }
  if (name.includes(".q-x.xml")) {
    const mig = text("h200-mig-linux.idle.query-gpu.csv.txt");
    return { rows: mig, optional: mig, list, xml: text(name) };
  }
  if (name.includes("compute-apps")) return { rows: PLAIN, apps: text(name) };
  if (name.includes(".version.")) return { rows: PLAIN, version: text(name) };
  return { rows: PLAIN, banner: text(name) };
}

/** Every file of the folder but its index. */
export const NVIDIA_SCENES: readonly Scene[] = readdirSync(FOLDER)
  .filter((name) => name !== "INDEX.md")
  .sort()
  .map((name) => ({
    fixture: `nvidia-smi/${name}`,
    about: ABOUT.gpu,
    facts: cardFacts,
    options: () => ({ env: { PATH: `${fakeNvidiaSmi(answerOf(name)).folder}:/bin:/usr/bin` } }),
  }));
