/** Not running and not installed are told apart where they can be. */
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { detectHost } from "../src/detect/detect.ts";
import { addFiles, fakeRoot } from "./support/temporary-folder.ts";

const CLOSED = "http://127.0.0.1:9";

async function codesAt(root: string, ollamaHost: string): Promise<string[]> {
  const { host } = await detectHost({ root, ollamaHost, env: { PATH: "/nonexistent" } });
  return host.notes.filter(({ probe }) => probe === "ollama").map(({ code }) => code);
}

test("ollama: a refused connection without the program is not-installed, with it not-running", async () => {
  const root = fakeRoot();
  expect(await codesAt(root, CLOSED)).toEqual(["not-installed"]);
  addFiles(root, { "usr/local/bin/ollama": "#!/bin/sh\n" });
  chmodSync(join(root, "usr/local/bin/ollama"), 0o755);
  expect(await codesAt(root, CLOSED)).toEqual(["not-running"]);
});

test("ollama: what another host has installed is not guessed", async () => {
  expect(await codesAt(fakeRoot(), "http://ollama.invalid:9")).not.toContain("not-installed");
});
