/** A real program of any name on PATH that answers by its arguments, with an exit code, or hangs. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "./temporary-folder.ts";

/** What the program does when its arguments fit; the first reply that fits counts. */
export interface FakeReply {
  /** Pattern of the shell for all arguments in one line, for example `metric *`; `*` fits always. */
  readonly when: string;
  readonly text?: string;
  /** Printed on standard error. */
  readonly error?: string;
  readonly exit_code?: number;
  /** `hang` prints its text and then waits for a minute. */
  readonly mode?: "print" | "hang";
}

export interface FakeProgram {
  readonly folder: string;
  readonly path: string;
  /** The test's environment with the program's folder first in PATH. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Other replies from the next call on. */
  say(replies: readonly FakeReply[]): void;
  /** Arguments of each call so far, one line each. */
  calls(): readonly string[];
  /** Process ids of the calls so far. */
  pids(): readonly number[];
}

const scriptOf = (name: string): string => `#!/bin/sh
here=\${0%/*}/${name}.replies
echo "$*" >> "$here/calls"
echo $$ >> "$here/pids"
for reply in "$here"/reply-*; do
  pattern=$(cat "$reply/when")
  case "$*" in
    $pattern)
      cat "$reply/error" >&2
      cat "$reply/text"
      [ "$(cat "$reply/mode")" = hang ] && exec sleep 60
      exit "$(cat "$reply/exit_code")" ;;
  esac
done
exit 2
`;

/** Makes the program; give the folder of another one to have both on PATH. It vanishes with the test. */
export function fakeProgram(
  name: string,
  replies: readonly FakeReply[],
  folder = temporaryFolder(),
): FakeProgram {
  const path = join(folder, name);
  const state = join(folder, `${name}.replies`);
  mkdirSync(state);
  writeFileSync(path, scriptOf(name));
  chmodSync(path, 0o755);
  const linesOf = (file: string): readonly string[] => {
    const place = join(state, file);
    return existsSync(place) ? readFileSync(place, "utf8").split("\n").slice(0, -1) : [];
  };
  let told = 0;
  const fake: FakeProgram = {
    folder,
    path,
    env: { ...process.env, PATH: `${folder}:${process.env["PATH"]}` },
    say(next) {
      for (let place = 0; place < told; place += 1)
        rmSync(join(state, folderOf(place)), { recursive: true });
      next.forEach((reply, place) => {
        const { when, text = "", error = "", exit_code = 0, mode = "print" } = reply;
        mkdirSync(join(state, folderOf(place)));
        const files = { when, text, error, mode, exit_code: `${exit_code}` };
        for (const [file, content] of Object.entries(files))
          writeFileSync(join(state, folderOf(place), file), content);
      });
      told = next.length;
    },
    calls: () => linesOf("calls"),
    pids: () => linesOf("pids").map(Number),
  };
  fake.say(replies);
  return fake;
}

function folderOf(place: number): string {
  return `reply-${`${place}`.padStart(3, "0")}`;
}
