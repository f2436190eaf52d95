import { chmodSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { DAVINCI_PROCESS, davinciVersionOf } from "../src/detect/davinci-paths.ts";
import type { HostView } from "../src/detect/host-io.ts";
import { probeDavinci } from "../src/detect/probe-davinci.ts";
import { fakeRoot } from "./support/temporary-folder.ts";

function linux(root: string, env: HostView["env"] = {}): HostView {
  return { root, env, platform: "linux" };
}

const PORT_OF_NOBODY = 1;
const LOG = "Starting\n0.1 | Running DaVinci Resolve v21.1.0.0012 (Linux)\n";
const RUNNING = {
  "proc/100/exe": "-> /usr/bin/bash",
  "proc/4242/exe": "-> /opt/resolve/bin/resolve",
};
const IDLE = { "proc/100/exe": "-> /usr/bin/systemd-resolved" };
const INSTALLED = { "opt/resolve/bin/resolve": "", "opt/resolve/libs/Fusion/fusionscript.so": "" };

async function listen(): Promise<number> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

test.each([
  ["nothing", IDLE, { installed: false, version: null, running: false, scriptable: false }],
  [
    "installed, not running",
    { ...IDLE, ...INSTALLED },
    { installed: true, version: null, running: false, scriptable: null },
  ],
  [
    "running, port closed",
    { ...RUNNING, ...INSTALLED, "home/a/.local/share/DaVinciResolve/logs/ResolveDebug.txt": LOG },
    { installed: true, version: "21.1.0.0012", running: true, scriptable: null },
  ],
  [
    "running from elsewhere",
    { "proc/7/exe": "-> /data/resolve/bin/resolve (deleted)" },
    { installed: true, version: null, running: true, scriptable: null },
  ],
  [
    "processes that cannot be listed",
    INSTALLED,
    { installed: true, version: null, running: null, scriptable: null },
  ],
])("probeDavinci: Linux, %s", async (_, files, finding) => {
  const view = linux(fakeRoot(files), { HOME: "/home/a" });
  expect((await probeDavinci({ view, scriptingPort: PORT_OF_NOBODY })).finding).toEqual(finding);
});

test("probeDavinci: an open port is a hint only beside a running editor with its library", async () => {
  const scriptingPort = await listen();
  const scriptable = async (files: Record<string, string>) => {
    const view = linux(fakeRoot(files));
    return (await probeDavinci({ view, scriptingPort })).finding.scriptable;
  };
  expect(await scriptable({ ...RUNNING, ...INSTALLED })).toBe(true);
  expect(await scriptable({ ...IDLE, ...INSTALLED })).toBeNull();
  expect(await scriptable({ ...RUNNING, "opt/resolve/bin/resolve": "" })).toBeNull();
  expect(await scriptable(IDLE)).toBe(false);
});

function fakeCommand(name: string, script: string): HostView["env"] {
  const folder = fakeRoot({ [name]: `#!/bin/sh\n${script}\n` });
  chmodSync(join(folder, name), 0o755);
  return { PATH: `${folder}:/bin:/usr/bin` };
}

test.each([
  ["running", "echo '1900000 /Applications/DaVinci Resolve.app/Contents/MacOS/Resolve'", true],
  ["idle", "echo 12 /usr/sbin/mDNSResponder; echo 34 /usr/local/bin/resolve-names", false],
  ["refused", "exit 1", null],
])("probeDavinci: macOS, %s", async (_, script, running) => {
  const app = "Applications/DaVinci Resolve.app/Contents";
  const plist = "<key>CFBundleShortVersionString</key>\n<string>20.3</string>";
  const root = fakeRoot({ [`${app}/MacOS/Resolve`]: "", [`${app}/Info.plist`]: plist });
  const view: HostView = { root, env: fakeCommand("ps", script), platform: "darwin" };
  const { finding } = await probeDavinci({ view, scriptingPort: PORT_OF_NOBODY });
  expect(finding).toEqual({ installed: true, version: "20.3", running, scriptable: null });
});

test.each([
  ["running", `echo '"Resolve.exe","4242","Console","1","1.900.000 K"'`, true],
  ["idle, in German", "echo 'INFORMATION: Es werden keine Aufgaben ausgeführt.'", false],
  ["refused", "exit 1", null],
])("probeDavinci: Windows, %s", async (_, script, running) => {
  const root = fakeRoot({ "C/Program Files/Blackmagic Design/DaVinci Resolve/Resolve.exe": "" });
  const view: HostView = { root, env: fakeCommand("tasklist", script), platform: "win32" };
  const { finding } = await probeDavinci({ view, scriptingPort: PORT_OF_NOBODY });
  expect(finding).toEqual({ installed: true, version: null, running, scriptable: null });
});

test("probeDavinci: another drive, and the user's log", async () => {
  const log =
    "C/Users/a/AppData/Roaming/Blackmagic Design/DaVinci Resolve/Support/logs/ResolveDebug.txt";
  const root = fakeRoot({
    "D/Apps/Blackmagic Design/DaVinci Resolve/Resolve.exe": "",
    [log]: "Running DaVinci Resolve v17.4.1.0004\nRunning DaVinci Resolve Studio v18.0\n",
  });
  const env = {
    ...fakeCommand("tasklist", "true"),
    ProgramW6432: "D:\\Apps\\",
    APPDATA: "C:\\Users\\a\\AppData\\Roaming",
  };
  const { finding } = await probeDavinci({ view: { root, env, platform: "win32" } });
  expect(finding).toEqual({ installed: true, version: "18.0", running: false, scriptable: null });
});

test("probeDavinci: other systems have none", async () => {
  const { finding } = await probeDavinci({ view: { root: "/", env: {}, platform: "freebsd" } });
  expect(finding).toMatchObject({ installed: false, scriptable: false });
});

test.each([
  ["/opt/resolve/bin/resolve", true],
  ["/Applications/DaVinci Resolve/DaVinci Resolve.app/Contents/MacOS/Resolve", true],
  ["D:\\Apps\\Resolve.exe", true],
  ["Resolve.exe", true],
  ["/usr/lib/systemd/systemd-resolved", false],
  ["/usr/bin/resolve", false],
  ["/opt/resolve/bin/resolve-helper", false],
  ["NotResolve.exe", false],
  ["", false],
])("DAVINCI_PROCESS: %j is %s", (path, isResolve) => {
  expect(DAVINCI_PROCESS.test(path)).toBe(isResolve);
});

test("davinciVersionOf: nothing in nothing", () => {
  expect(davinciVersionOf("")).toBeNull();
});
