/** Programs of other systems, as shell scripts that print what the test wants. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HostView } from "../../src/detect/host-io.ts";
import { fakeRoot, temporaryFolder } from "./temporary-folder.ts";

export interface FakePrograms {
  /** A host of `platform` with nothing but these programs on PATH. */
  readonly view: HostView;
  /** Calls so far, one line each: name and arguments. */
  calls(): readonly string[];
  /** Process ids of the calls so far. */
  pids(): readonly number[];
  /** Adds a program or gives it another script. */
  add(name: string, script: string): void;
}

/** Makes the programs in a temporary folder: name → the body of a shell script. */
export function fakePrograms(
  platform: NodeJS.Platform,
  scripts: Readonly<Record<string, string>>,
): FakePrograms {
  const folder = temporaryFolder();
  const linesOf = (name: string): readonly string[] => {
    const file = join(folder, name);
    return existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
  };
  const add = (name: string, script: string): void => {
    const path = join(folder, name);
    const log = `echo "${name} $*" >> ${folder}/calls\necho $$ >> ${folder}/pids`;
    writeFileSync(path, `#!/bin/sh\nPATH=/usr/bin:/bin\n${log}\n${script}\n`);
    chmodSync(path, 0o755);
  };
  for (const [name, script] of Object.entries(scripts)) add(name, script);
  return {
    view: { root: fakeRoot(), platform, env: { PATH: folder } },
    calls: () => linesOf("calls"),
    pids: () => linesOf("pids").map(Number),
    add,
  };
}

/** A script that prints these bytes. */
export function printing(text: string | Buffer): string {
  const bytes = Buffer.isBuffer(text) ? text : Buffer.from(text);
  const path = join(temporaryFolder(), "printed");
  writeFileSync(path, bytes);
  return `cat ${path}`;
}

/** The text as PowerShell redirection writes it: UTF-16 with its mark. */
export function asUtf16(text: string): Buffer {
  return Buffer.from(`\uFEFF${text}`, "utf16le");
}
