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
const NAMES = readdirSync(FOLDER)
  .filter((name) => name !== "INDEX.md")
  .sort();
const text = (name: string): string => fixture("nvidia-smi", name);

/** The exit code in a fixture's name, else 0 for rows and 1 for failures. */
export function exitCodeOf(name: string): number {
  const code = name.match(/-rc(\d+)-/)?.[1];
  if (code !== undefined) return Number(code);
  return name.startsWith("error-") || name.includes("not-valid") ? 1 : 0;
}

/** Stripped rows have the columns of the recording that they were made from. */
function headOf(name: string): string {
  const full = text(name.replace(".nounits.txt", ".csv.txt"));
  return `${full.split("\n")[0]}\n`;
}

/** The text as `--query-gpu` would print it, or null for outputs of other calls (tables, XML). */
export function rowsOf(name: string): string | null {
  if (/^error-|bad-(?:html|binary|empty)/.test(name)) return text(name);
  if (name.includes(".nounits.") && /^(?:tier|bad|two|loop)-/.test(name))
    return SEVEN_COLUMNS + text(name);
  if (name.includes("compute-apps")) return null;
  if (name.includes("query-gpu.nounits")) return headOf(name) + text(name);
  if (name.includes("name-memory-driver.noheader")) return THREE_COLUMNS + text(name);
  return name.includes(".csv.") || name.includes("not-valid") ? text(name) : null;
}

/** The recorded rows of the same card: what the program would answer beside the output. */
function rowsOfSameCard(name: string): string {
  const prefix = name.split(".")[0] ?? "";
  const sibling = NAMES.find((one) => one.startsWith(`${prefix}.idle.query-gpu.csv`));
  if (sibling !== undefined) return text(sibling);
  const csv = NAMES.find((one) => one.startsWith(`${prefix}.name-memory`));
  if (csv !== undefined) return rowsOf(csv) ?? text(csv);
  return rowInside(text(name)) ?? PLAIN;
}

/** A row out of an XML page or a table, where nothing else of that card was recorded. */
function rowInside(page: string): string | null {
  const own = page.replace(/<mig_devices>[\s\S]*?<\/mig_devices>/, "");
  const [, xmlName] = /<product_name>(.*?)<\/product_name>/.exec(own) ?? [];
  const [, tableName] = /^\|\s+\d+\s+(.*?)\s{2,}/m.exec(page) ?? [];
  const name = (xmlName ?? tableName)?.replace(/\s+(?:On|Off|N\/A|WDDM).*$/, "");
  if (name === undefined) return null;
  const [, total = "[N/A]"] =
    /<fb_memory_usage>\s*<total>\s*(\d+) MiB/.exec(own) ?? /\/\s*(\d+)MiB/.exec(page) ?? [];
  const [, driver] =
    /<driver_version>\s*([\d.]+)/.exec(own) ?? /Driver Version:\s*([\d.]+)/.exec(page) ?? [];
  const named = driver === undefined ? {} : { driver };
  const [, uuid] = /<uuid>\s*(GPU-[\w-]+)/.exec(own) ?? [];
  const card = uuid === undefined ? {} : { uuid };
  return nvidiaRow({ name, total, used: "[N/A]", free: "[N/A]", ...named, ...card });
}

/** What the program answers to the calls that the output is of. */
function answerOf(name: string): FakeAnswer {
  const isMig = name.includes("-mig-");
  const list = name.startsWith("h200-mig") ? text("h200-mig-linux.list-L.txt") : "";
  const own = rowsOf(name);
  if (own !== null) return { rows: own, optional: own, list, exit_code: exitCodeOf(name) };
  const rows = rowsOfSameCard(name);
  // The optional question is answered by those recordings that have its columns.
  const uuid = /GPU-[\w-]+/.exec(rows)?.[0] ?? "";
  const mig = `index, uuid, mig.mode.current\n0, ${uuid}, Enabled\n`;
  const card = { rows, optional: isMig && !rows.includes("mig.mode") ? mig : rows, list };
  if (name.includes(".version.")) return { ...card, version: text(name) };
  if (name.includes("list-L")) return { ...card, list: text(name) };
  if (name.includes(".q-x.xml")) return { ...card, xml: text(name) };
  if (name.includes("compute-apps")) return { ...card, apps: text(name) };
  return { ...card, banner: text(name) };
}

/** Every file of the folder but its index. */
export const NVIDIA_SCENES: readonly Scene[] = NAMES.map((name) => ({
  fixture: `nvidia-smi/${name}`,
  about: ABOUT.gpu,
  facts: cardFacts,
  options: () => ({ env: { PATH: `${fakeNvidiaSmi(answerOf(name)).folder}:/bin:/usr/bin` } }),
}));
