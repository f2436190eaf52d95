/** A real program named nvidia-smi that prints what the test wants, hangs, or floods. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "./temporary-folder.ts";

/** How the program behaves: prints and exits, hangs (`hang` ends at SIGTERM, `stubborn` does not), or floods. */
type FakeMode = "print" | "hang" | "stubborn" | "endless";

export interface FakeAnswer {
  /** Rows for `--query-gpu`; a header line in it is understood. Default: nothing. */
  readonly rows?: string;
  /** Text for `--version` and, when `banner` is absent, for the bare call. */
  readonly version?: string;
  readonly banner?: string;
  /** Rows for a query with `mig.mode.current`. */
  readonly mig?: string;
  readonly exit_code?: number;
  readonly mode?: FakeMode;
  /** The mode of every call but the query of the basic fields. */
  readonly details_mode?: FakeMode;
}

export interface FakeNvidiaSmi {
  readonly folder: string;
  readonly path: string;
  /** The test's environment with this program first in PATH. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Another answer from the next call on. */
  say(answer: FakeAnswer): void;
  /** Arguments of each call so far, one line each. */
  calls(): readonly string[];
  /** Process ids of the calls so far. */
  pids(): readonly number[];
}

const SCRIPT = `#!/bin/sh
here=\${0%/*}
echo "$*" >> "$here/calls"
echo $$ >> "$here/pids"
case "$*" in
  *mig.mode.current*) what=mig; mode=$(cat "$here/details_mode") ;;
  *--query-gpu*) what=rows; mode=$(cat "$here/mode") ;;
  *--version*) what=version; mode=$(cat "$here/details_mode") ;;
  *) what=banner; mode=$(cat "$here/details_mode") ;;
esac
case "$mode" in
  hang) sleep 60 ;;
  stubborn) trap "" TERM INT HUP; sleep 60 & wait; sleep 60 ;;
  endless) yes "0, GPU-0, endless, endless, endless" ;;
esac
cat "$here/$what"
exit $(cat "$here/exit_code")
`;

/** Makes the program in a temporary folder; it vanishes with the test. */
export function fakeNvidiaSmi(answer: FakeAnswer = {}): FakeNvidiaSmi {
  const folder = temporaryFolder();
  const path = join(folder, "nvidia-smi");
  writeFileSync(path, SCRIPT);
  chmodSync(path, 0o755);
  const linesOf = (name: string): readonly string[] => {
    const file = join(folder, name);
    return existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
  };
  const fake: FakeNvidiaSmi = {
    folder,
    path,
    env: { ...process.env, PATH: `${folder}:${process.env["PATH"]}` },
    say({ rows = "", version = "", banner = version, mig = "", exit_code = 0, ...modes }) {
      const { mode = "print", details_mode = mode } = modes;
      const files = { rows, version, banner, mig, exit_code: `${exit_code}`, mode, details_mode };
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    },
    calls: () => linesOf("calls"),
    pids: () => linesOf("pids").map(Number),
  };
  fake.say(answer);
  return fake;
}

/** One row of the basic query, as `noheader,nounits` prints it. */
export function nvidiaRow(card: {
  readonly name?: string;
  readonly total: number | string;
  readonly used: number | string;
  readonly free: number | string;
  readonly index?: number;
  readonly uuid?: string;
  readonly driver?: string;
}): string {
  const { name = "NVIDIA GeForce RTX 4060", total, used, free, index = 0 } = card;
  const { uuid = `GPU-00000000-0000-0000-0000-00000000000${index}`, driver = "595.71.05" } = card;
  const bus = `00000000:0${index + 1}:00.0`;
  return `${[index, uuid, bus, name, driver, total, used, free, 3, 40].join(", ")}\n`;
}

/** The seven columns of the hand-made fixtures, as a header line for the program to print first. */
export const SEVEN_COLUMNS =
  "index, uuid, name, memory.total [MiB], memory.used [MiB], memory.free [MiB], utilization.gpu [%]\n";
