/** Folders that vanish with the test that asked for them. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** An empty folder; removed when the test is finished. Call it inside a test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "runtime-profile-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A tree of files as a root for detection: path → text; `-> target` makes a symbolic link. */
export function fakeRoot(files: Readonly<Record<string, string>> = {}): string {
  const root = temporaryFolder();
  addFiles(root, files);
  return root;
}

/** Adds files to a tree made by `fakeRoot`; a text that stands there is replaced. */
export function addFiles(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    if (text.startsWith("-> ")) symlinkSync(text.slice(3), file);
    else writeFileSync(file, text);
  }
}
