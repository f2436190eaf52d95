/** Editors as data: installed, running, memory; on three systems, from files and fake programs. */
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { HostView } from "../src/detect/host-io.ts";
import { probeEditors } from "../src/detect/probe-editors.ts";
import { createProcessScan, parsePs, parseTasklist } from "../src/detect/process-scan.ts";
import { createProgramRunner } from "../src/detect/run-program.ts";
import { addFiles, fakeRoot } from "./support/temporary-folder.ts";

const STATUS = (kib: number) => `Name:\tblender\nVmRSS:\t  ${kib} kB\n`;

async function editorsOn(view: HostView, named: readonly string[] = []) {
  const { finding, notes } = await probeEditors({ view, named });
  return { byId: new Map(finding.map((editor) => [editor.id, editor])), notes };
}

const linux = (files: Readonly<Record<string, string>>): HostView => ({
  root: fakeRoot(files),
  env: {},
  platform: "linux",
});

test("probeEditors: Linux tells what is installed, what runs, and in how much memory", async () => {
  const { byId, notes } = await editorsOn(
    linux({
      "usr/bin/kdenlive": "",
      "proc/1/exe": "-> /usr/lib/systemd/systemd-resolved",
      "proc/50/exe": "-> /home/ann/blender-5.1/blender",
      "proc/50/status": STATUS(512_000),
      "proc/51/exe": "-> /home/ann/blender-5.1/blender (deleted)",
      "proc/51/status": STATUS(512_000),
      "proc/60/exe": "-> /opt/resolve/bin/resolve",
    }),
  );
  expect([...byId.keys()]).toEqual(["davinci", "blender", "kdenlive"]);
  expect(byId.get("blender")).toMatchObject({ installed: true, running: true, memory_mib: 1000 });
  expect(byId.get("kdenlive")).toMatchObject({ installed: true, running: false, memory_mib: null });
  // Its memory is not told, so it is unknown rather than nothing.
  expect(byId.get("davinci")).toMatchObject({ running: true, memory_mib: null });
  expect(notes).toEqual([]);
});

test("probeEditors: without a list of processes running is unknown, and said", async () => {
  const { byId, notes } = await editorsOn(linux({ "usr/bin/blender": "" }));
  expect(byId.get("blender")).toMatchObject({ installed: true, running: null });
  expect(notes).toEqual([{ probe: "editors", code: "unreadable", detail: "processes" }]);
});

test("probeEditors: a program that the configuration names is looked for by its name", async () => {
  const files = { "proc/7/exe": "-> /opt/olive/olive-editor", "proc/7/status": STATUS(1024) };
  const { byId } = await editorsOn(linux(files), ["olive-editor", "Shotcut.exe"]);
  expect(byId.get("olive-editor")).toMatchObject({ running: true, memory_mib: 1 });
  expect(byId.get("shotcut")).toMatchObject({ installed: null, running: false });
});

function withProgram(name: string, output: string, files: Record<string, string> = {}) {
  const folder = fakeRoot({ [name]: `#!/bin/sh\ncat <<'END'\n${output}\nEND\n` });
  chmodSync(join(folder, name), 0o755);
  return { env: { PATH: `${folder}:/bin:/usr/bin` }, root: fakeRoot(files) };
}

test("probeEditors: macOS lists programs with their years, and finds them in Applications", async () => {
  const ps = [
    " 2048000 /Applications/Adobe Premiere Pro 2026/Adobe Premiere Pro 2026.app/Contents/MacOS/Adobe Premiere Pro 2026",
    "  102400 /Applications/Final Cut Pro.app/Contents/MacOS/Final Cut Pro",
  ].join("\n");
  const host = withProgram("ps", ps, {
    "Applications/Adobe Premiere Pro 2026/x": "",
    "Applications/Final Cut Pro.app/x": "",
  });
  const { byId } = await editorsOn({ ...host, platform: "darwin" });
  expect(byId.get("premiere")).toMatchObject({ installed: true, running: true, memory_mib: 2000 });
  expect(byId.get("finalcut")).toMatchObject({ installed: true, running: true, memory_mib: 100 });
  expect(byId.has("blender")).toBe(false);
});

test("probeEditors: Windows lists programs with memory in any grouping of digits", async () => {
  const list = `"Adobe Premiere Pro.exe","4242","Console","1","2.048.000 K"\r\n"Resolve.exe","7","Console","1","1 900 000 K"`;
  const { byId } = await editorsOn({ ...withProgram("tasklist", list), platform: "win32" });
  expect(byId.get("premiere")).toMatchObject({ installed: true, running: true, memory_mib: 2000 });
  expect(byId.get("davinci")).toMatchObject({ running: true, memory_mib: 1855 });
});

test.each([
  ['"a.exe","1","Console","1","12,345 K"', 12_345],
  ['"a.exe","1","Console","1","12\u00A0345 K"', 12_345],
  ['"a.exe","1","Console","1","N/A"', null],
  ['"a.exe","1","Console","1","1e9 K"', null],
])("parseTasklist: %j has %j KiB", (line, memory_kib) => {
  expect(parseTasklist(line)).toEqual([{ path: "a.exe", memory_kib }]);
});

test("process lists: nothing in nothing", () => {
  for (const text of ["", "INFORMATION: Es werden keine Aufgaben ausgeführt.", "\0\0", '""']) {
    expect(parseTasklist(text)).toEqual([]);
    expect(parsePs(text)).toEqual([]);
  }
});

test("process scan: a process that was nobody twice is left alone for a while, a new one is seen", async () => {
  const files = { "proc/5/exe": "-> /usr/bin/bash" };
  const view = linux(files);
  const wanted = [{ id: "blender", process: /\/blender$/ }];
  const { scan } = createProcessScan({ view, runner: createProgramRunner(), wanted });
  expect((await scan())?.size).toBe(0);
  expect((await scan())?.size).toBe(0);
  addFiles(view.root, { "proc/6/exe": "-> /usr/bin/blender" });
  expect((await scan())?.get("blender")).toEqual({ processes: 1, memory_mib: null });
});
