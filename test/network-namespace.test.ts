/**
 * A model server that does not answer, in a real network of its own (a bridge without ports): a black hole, a refusal, a slow drip.
 * The whole command is run inside; where no such network can be made the reason is said.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SOON_MS } from "./support/soon.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const ROOT = join(import.meta.dirname, "..");
/** Run in the network: serves what the case asks for, then runs the command and prints what came of it. */
const INSIDE = join(import.meta.dirname, "support/inside-network.ts");
/** 10.9.9.0/24 is on a link where nobody is: packets go out and nothing comes back. */
const NETWORK = [
  "ip link set lo up",
  "ip link add hole type bridge",
  "ip addr add 10.9.9.1/24 dev hole",
  "ip link set hole up",
  // Without a neighbour the kernel itself would say after three seconds that nobody is there.
  "ip neigh add 10.9.9.2 lladdr 02:00:00:00:00:02 dev hole",
].join(" && ");

function whyNot(): string | null {
  if (process.platform !== "linux") return "network namespaces are Linux's";
  const made = spawnSync("unshare", ["-n", "sh", "-c", NETWORK], { encoding: "utf8" });
  if (made.status === 0) return null;
  return `no network namespace can be made here: ${made.stderr.trim() || made.error?.message}`;
}

interface Outcome {
  readonly ms: number;
  readonly running: boolean | null;
  readonly codes: readonly string[];
}

function detectInside(what: string): Outcome {
  const folder = temporaryFolder();
  const inside = [process.execPath, INSIDE, what, ROOT, folder].join(" ");
  const { stdout, stderr, status } = spawnSync(
    "unshare",
    ["-n", "sh", "-c", `${NETWORK} && ${inside}`],
    {
      encoding: "utf8",
      timeout: 25_000,
    },
  );
  if (status !== 0) throw new Error(`${status} ${stderr}`);
  return JSON.parse(stdout) as Outcome;
}

const REASON = whyNot();
if (REASON !== null) console.warn(`SKIPPED: ${REASON}`);
const networkTest = REASON === null ? test : test.skip;

networkTest.each([
  ["hole", null, /timeout/],
  ["refused", false, /not-(?:installed|running)/],
  ["drip", null, /timeout/],
  ["silent", null, /timeout/],
] as const)("network: Ollama behind %s, the whole command ends in time", (what, running, code) => {
  const outcome = detectInside(what);
  expect(outcome.running).toBe(running);
  expect(outcome.codes.join()).toMatch(code);
  expect(outcome.ms).toBeLessThan(SOON_MS);
});
