/**
 * Every recorded nvidia-smi output, printed by a real program first on PATH, through the whole detection
 * to the tier and the words a person reads. The file snapshot is the table to look at.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { detectHost } from "../src/detect/detect.ts";
import {
  DEFAULT_CONFIGURATION,
  decisionPartOf,
  type Language,
} from "../src/domain/configuration.ts";
import type { Host } from "../src/domain/host.ts";
import { tierOf } from "../src/domain/tier.ts";
import { explanationOf } from "../src/policy/explanation.ts";
import { recommendationsOf } from "../src/policy/recommendation.ts";
import { policyOf } from "../src/policy/resolve.ts";
import { fakeNvidiaSmi, SEVEN_COLUMNS } from "./support/fake-nvidia-smi.ts";
import { fixture } from "./support/fixture.ts";
import { fakeRoot } from "./support/temporary-folder.ts";

const FOLDER = join(import.meta.dirname, "fixtures/nvidia-smi");
/** Name, memory and driver only: the header that the recorded query had. */
const THREE_COLUMNS = "name, memory.total [MiB], driver_version\n";

const MIG_LIST = "h200-mig-linux.list-L.txt";

/** The exit code in a fixture's name, else 0 for rows and 1 for failures. */
function exitCodeOf(name: string): number {
  const code = name.match(/-rc(\d+)-/)?.[1];
  if (code !== undefined) return Number(code);
  return name.startsWith("error-") || name.includes("not-valid") ? 1 : 0;
}

/** The text as `--query-gpu` would print it, or null for outputs of other calls (tables, XML). */
function rowsOf(name: string): string | null {
  const text = fixture("nvidia-smi", name);
  if (name.includes("compute-apps")) return null;
  if (
    name.startsWith("error-") ||
    name.includes("bad-html") ||
    name.includes("bad-binary") ||
    name.includes("bad-empty")
  )
    return text;
  if (
    name.includes(".nounits.") &&
    (name.startsWith("tier-") ||
      name.startsWith("bad-") ||
      name.startsWith("two-") ||
      name.startsWith("loop-"))
  )
    return SEVEN_COLUMNS + text;
  if (name.includes("name-memory-driver.noheader")) return THREE_COLUMNS + text;
  return name.includes(".csv.") || name.includes("not-valid") ? text : null;
}

function wordsOf(host: Host, language: Language): string[] {
  const configuration = decisionPartOf(DEFAULT_CONFIGURATION);
  const tier = tierOf(host, configuration.tier);
  const situation = {
    tier,
    rung: "nominal" as const,
    host,
    configuration,
    cloud: "off" as const,
    hasFirstReading: true,
    areModelsKnown: true,
  };
  const recommendations = recommendationsOf(situation, { isCpuBusy: false });
  const text = explanationOf(
    { situation, policy: policyOf(situation), reason: null, recommendations },
    language,
  );
  const lines = text.split("\n");
  const isAboutCard = (line: string) =>
    /nvidia|driver|驱动|显卡|GPU/i.test(line) && !/Vision|Planning/.test(line);
  return lines.slice(1).filter(isAboutCard);
}

test("nvidia: every recorded output leads to its tier and its words, in both languages", async () => {
  const table: string[] = [];
  for (const name of readdirSync(FOLDER).sort()) {
    const rows = name === "INDEX.md" ? null : rowsOf(name);
    if (rows === null) continue;
    // A recorded table answers the optional fields as well; the parts of its card are recorded, too.
    const list = name.startsWith("h200-mig") ? fixture("nvidia-smi", MIG_LIST) : "";
    const fake = fakeNvidiaSmi({ rows, optional: rows, list, exit_code: exitCodeOf(name) });
    const { host } = await detectHost({
      env: { PATH: `${fake.folder}:/bin:/usr/bin` },
      root: fakeRoot(),
      ollamaHost: "http://127.0.0.1:9",
    });
    const cards = host.gpus
      .map((gpu) => `${gpu.name} ${gpu.unified ? "unified" : gpu.vram_total_mib}`)
      .join("; ");
    const notes = host.notes
      .filter(({ probe }) => probe === "nvidia")
      .map(({ code }) => code)
      .join(" ");
    table.push(
      `${name}\n  ${tierOf(host, DEFAULT_CONFIGURATION.tier)} | cards: ${cards || "none"} | cuda: ${host.cuda_available} | notes: ${notes || "none"}`,
    );
    for (const language of ["en", "zh"] as const)
      table.push(...wordsOf(host, language).map((line) => `  ${language} ${line}`));
    table.push("");
  }
  expect(table.length).toBeGreaterThan(100);
  await expect(table.join("\n")).toMatchFileSnapshot("golden/nvidia-hosts.txt");
});
