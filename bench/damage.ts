/**
 * Random damages to a realistic log: a real runtime starts on each, and is asked what it has lost.
 *
 * Run: node bench/damage.ts [count=100] [seed=1] [readings=50000]. Each damage is done to a copy of one log with seals, as a
 * killed runtime leaves it. Wanted: every start succeeds, nothing is missing without a notice, and what
 * verify finds in the log after it is named. Ends with 1 when a start failed or something was missing
 * in silence.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_CONFIGURATION } from "../src/domain/configuration.ts";
import { openSqlite } from "../src/log/sqlite-file.ts";
import { LOG_NAME } from "../src/log/sqlite-open.ts";
import { createRuntime } from "../src/runtime.ts";
import { verifyOn } from "../src/runtime-past.ts";
import { DAMAGES, harm, randomFrom } from "../test/support/damages.ts";
import { writeHostFiles, writeKilledLog } from "../test/support/killed-log.ts";

const READINGS = Number(process.argv[4] ?? 50_000);
const NAMES = Object.keys(DAMAGES);
const [count, seed] = [Number(process.argv[2] ?? 100), Number(process.argv[3] ?? 1)];

const base = mkdtempSync(join(tmpdir(), "runtime-profile-damage-"));
const [killed, closed, root] = [join(base, "killed"), join(base, "closed"), join(base, "root")];
for (const folder of [killed, closed]) mkdirSync(folder);
writeHostFiles(root);
writeKilledLog(killed, READINGS, closed);
const SIZE = Math.round(statSync(join(closed, LOG_NAME)).size / 1024);

/** Beats are far apart: only what the start does is looked at. */
const configuration = {
  ...DEFAULT_CONFIGURATION,
  sensors: { beat_ms: 600_000, gpu_ms: 600_000, slow_ms: 600_000 },
  ollama: { host: "http://127.0.0.1:9" },
};

function copyOf(from: string, name: string): string {
  const folder = join(base, name);
  mkdirSync(folder);
  for (const file of readdirSync(from)) copyFileSync(join(from, file), join(folder, file));
  return folder;
}

/** Hash of every entry by its number. */
function hashesIn(folder: string): Map<number, string> {
  const file = openSqlite(join(folder, LOG_NAME), { readonly: true });
  const rows = file.prepare("SELECT seq, hash FROM entries").raw().all() as [number, string][];
  file.close();
  return new Map(rows);
}

interface Outcome {
  readonly name: string;
  readonly started: boolean;
  readonly notices: readonly string[];
  readonly saved: number;
  readonly hold: boolean;
  readonly findings: readonly string[];
  readonly silent: boolean;
  readonly ms: number;
}

const original = hashesIn(copyOf(killed, "original"));

async function attempt(name: string, number: number): Promise<Outcome> {
  const isKilled =
    name.startsWith("journal") ||
    name.endsWith("journal") ||
    Math.floor(number / NAMES.length) % 2 === 0;
  const folder = copyOf(isKilled ? killed : closed, `copy-${number}`);
  harm(folder, name, randomFrom(seed * 1000 + number));
  const begun = performance.now();
  try {
    const options = { dataFolder: folder, root, configuration, env: { PATH: "/nonexistent" } };
    const runtime = await createRuntime(options);
    const ms = performance.now() - begun;
    runtime.recordTask({ task: "vision", provider: "local", ok: true });
    const hold = runtime.snapshot().state.hold === "held.shed";
    const notices = runtime.notices
      .map(({ code }) => code)
      .filter((code) => /^FILE|^LOG/.test(code));
    await runtime.stop();
    const report = await verifyOn(folder);
    const hashes = hashesIn(folder);
    let same = 0;
    for (const [seq, hash] of original) if (hashes.get(seq) === hash) same += 1;
    const saved = same / original.size;
    const findings = [...new Set(report.findings.map(({ code }) => code))];
    const silent = saved < 1 && notices.length === 0 && findings.length === 0;
    return { name, started: true, notices, saved, hold, findings, silent, ms };
  } catch (error) {
    console.log(`${name}, number ${number}: ${error instanceof Error ? error.message : error}`);
    const nothing = { notices: [], saved: 0, hold: false, findings: [], silent: false, ms: 0 };
    return { name, started: false, ...nothing };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const outcomes: Outcome[] = [];
for (let number = 0; number < count; number += 1) {
  outcomes.push(await attempt(NAMES[number % NAMES.length] as string, number));
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const rows = NAMES.map((name) => {
  const of = outcomes.filter((outcome) => outcome.name === name);
  const shares = of.map(({ saved }) => saved).sort((one, other) => one - other);
  const told = of.flatMap(({ notices }) => notices);
  return {
    damage: name,
    tries: of.length,
    started: of.filter(({ started }) => started).length,
    "set aside": told.filter((code) => code === "FILE_SET_ASIDE").length,
    "end missing": told.filter((code) => code === "LOG_END_MISSING").length,
    "entries saved, least": percent(shares[0] ?? 0),
    median: percent(shares[Math.floor(shares.length / 2)] ?? 0),
    "hold kept": of.filter(({ hold }) => hold).length,
    silent: of.filter(({ silent }) => silent).length,
    findings: [...new Set(of.flatMap(({ findings }) => findings))].join(" "),
    "slowest start ms": Math.round(Math.max(0, ...of.map(({ ms }) => ms))),
  };
}).filter(({ tries }) => tries > 0);
console.log(`${original.size} entries and ${READINGS} readings, ${SIZE} kB; seed ${seed}`);
console.table(rows);
const failed = outcomes.filter(({ started, silent }) => !started || silent).length;
console.log(`${outcomes.length} damages, ${failed} failed or silent`);
rmSync(base, { recursive: true, force: true });
process.exitCode = failed === 0 ? 0 : 1;
