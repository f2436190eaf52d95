/** A real program named nvidia-smi that prints what the test wants, hangs, or floods. */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "./temporary-folder.ts";

/** How the program behaves: prints and exits, hangs (`hang` ends at SIGTERM, `stubborn` does not), or floods. */
type FakeMode = "print" | "hang" | "stubborn" | "endless";

export interface FakeAnswer {
  /** Rows for `--query-gpu`; a header line in it is understood. Default: nothing. */
  readonly rows?: string;
  /** Text for `--version` and, when `banner` is absent, for the bare call. */
  readonly version?: string;
  readonly banner?: string;
  /** Rows for the query of the optional fields. */
  readonly optional?: string;
  /** Fields that this driver does not know. */
  readonly refused?: readonly string[];
  /** Text for `-L`, `-q -x` and `--query-compute-apps`. */
  readonly list?: string;
  readonly xml?: string;
  readonly apps?: string;
  readonly exit_code?: number;
  readonly mode?: FakeMode;
  /** The mode of every call but the query of the basic fields. */
  readonly details_mode?: FakeMode;
  /** What `-lms` does: prints what the test tells, or is refused (the default). */
  readonly loop?: "tell" | "refuse";
}

export interface FakeNvidiaSmi {
  readonly folder: string;
  readonly path: string;
  /** The test's environment with this program first in PATH. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Another answer from the next call on. */
  say(answer: FakeAnswer): void;
  /** Text that the running loop prints, or the next one when none runs; a pipe holds 64 KiB. */
  tell(text: string): void;
  /** Ends the running loop as if the program had ended by itself. */
  endLoop(): void;
  /** How many loop children have opened their end of it so far. */
  opened(): number;
  /** Arguments of each call so far, one line each. */
  calls(): readonly string[];
  /** Process ids of the calls so far. */
  pids(): readonly number[];
}

const SCRIPT = `#!/bin/sh
here=\${0%/*}
echo "$*" >> "$here/calls"
echo $$ >> "$here/pids"
for field in $(cat "$here/refused"); do
  case "$*" in *"$field"*) echo "Field \\"$field\\" is not a valid field to query."; echo; exit 2 ;; esac
done
mode=$(cat "$here/details_mode")
case "$*" in
  *-lms*)
    if [ "$(cat "$here/loop")" = tell ]; then
      # The pipe is open before anybody is told so: what closes its other end later is seen as an end.
      exec 3< "$here/pipe"; echo $$ >> "$here/opened"; exec cat <&3
    fi
    echo "ERROR: Option -lms is not recognized. Please run 'nvidia-smi -h'."
    exit 1 ;;
  *compute_cap*|*mig.mode.current*|*addressing_mode*) what=optional ;;
  *--query-gpu*) what=rows; mode=$(cat "$here/mode") ;;
  *--query-compute-apps*) what=apps; mode=$(cat "$here/mode") ;;
  *"-q -x"*) what=xml; mode=$(cat "$here/mode") ;;
  -L) what=list ;;
  *--version*) what=version ;;
  *) what=banner ;;
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
  const pipe = openPipe(folder);
  const fake: FakeNvidiaSmi = {
    folder,
    path,
    env: { ...process.env, PATH: `${folder}:${process.env["PATH"]}` },
    say({ rows = "", version = "", banner = version, exit_code = 0, refused = [], ...others }) {
      const { optional = "", list = "", xml = "", apps = "", loop = "refuse" } = others;
      const { mode = "print", details_mode = mode } = others;
      const texts = {
        rows,
        version,
        banner,
        optional,
        list,
        xml,
        apps,
        refused: refused.join(" "),
      };
      const files = { ...texts, exit_code: `${exit_code}`, loop, mode, details_mode };
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    },
    tell: (text) => void writeSync(pipe.descriptor(), text),
    endLoop: () => pipe.endReader(),
    opened: () => linesOf("opened").length,
    calls: () => linesOf("calls"),
    pids: () => linesOf("pids").map(Number),
  };
  fake.say(answer);
  return fake;
}

/** A named pipe that is open for both ends, so that neither side ever waits for the other. */
function openPipe(folder: string) {
  const path = join(folder, "pipe");
  execFileSync("mkfifo", [path]);
  let open = openSync(path, constants.O_RDWR);
  onTestFinished(() => closeSync(open));
  return {
    descriptor: () => open,
    /** The reader comes to an end when nobody holds the other end; the next one finds a new pipe. */
    endReader() {
      const old = open;
      rmSync(path);
      execFileSync("mkfifo", [path]);
      open = openSync(path, constants.O_RDWR);
      closeSync(old);
    },
  };
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
  readonly utilization?: number | string;
}): string {
  const { name = "NVIDIA GeForce RTX 4060", total, used, free, index = 0 } = card;
  const { utilization = 3 } = card;
  const { uuid = `GPU-00000000-0000-0000-0000-00000000000${index}`, driver = "595.71.05" } = card;
  const bus = `00000000:0${index + 1}:00.0`;
  return `${[index, uuid, bus, name, driver, total, used, free, utilization, 40].join(", ")}\n`;
}

/** The seven columns of the hand-made fixtures, as a header line for the program to print first. */
export const SEVEN_COLUMNS =
  "index, uuid, name, memory.total [MiB], memory.used [MiB], memory.free [MiB], utilization.gpu [%]\n";
