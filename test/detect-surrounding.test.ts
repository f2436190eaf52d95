import { expect, test } from "vitest";
import type { HostView } from "../src/detect/host-io.ts";
import { probeSurrounding, wslOfRelease } from "../src/detect/surrounding.ts";
import { fakeRoot } from "./support/temporary-folder.ts";

const OSRELEASE = "proc/sys/kernel/osrelease";
const GROUP = "proc/1/cgroup";

async function lookAround(files: Record<string, string>, env: HostView["env"] = {}) {
  const view: HostView = { root: fakeRoot(files), env, platform: "linux" };
  return probeSurrounding(view);
}

test.each([
  ["5.15.167.4-microsoft-standard-WSL2\n", 2],
  ["6.6.87.2-Microsoft-Standard-wsl2", 2],
  ["5.10.16.3-microsoft-standard", 2],
  ["6.1.21-custom-WSL2-microsoft", 2],
  ["4.4.0-19041-Microsoft\n", 1],
  ["6.8.0-45-generic\n", null],
  ["6.8.0-wsl2-test", null],
  ["", null],
])("wslOfRelease: %j is WSL %s", (release, wsl) => {
  expect(wslOfRelease(release)).toBe(wsl);
});

test.each([
  ["the kernel of WSL2", { [OSRELEASE]: "5.15.1-microsoft-standard-WSL2" }, {}, 2, "proc"],
  ["the kernel of WSL1, told by it too", { [OSRELEASE]: "4.4.0-19041-Microsoft" }, {}, 1, "proc"],
  [
    "the kernel before the environment",
    { [OSRELEASE]: "4.4.0-19041-Microsoft" },
    { WSL_INTEROP: "/run/WSL/1_interop" },
    1,
    "proc",
  ],
  ["the device, with a kernel of the user's own", { "dev/dxg": "" }, {}, 2, "files"],
  ["the name of the distribution", {}, { WSL_DISTRO_NAME: "Ubuntu" }, 2, "environment"],
  ["the way to Windows programs", {}, { WSL_INTEROP: "/run/WSL/1_interop" }, 2, "environment"],
  ["no sign", { [OSRELEASE]: "6.8.0-45-generic" }, { WSL_DISTRO_NAME: "" }, null, "proc"],
] as const)("probeSurrounding: WSL by %s", async (_, files, env, wsl, source) => {
  const { finding, origins } = await lookAround(files, env);
  expect(finding).toEqual({ wsl, container: null });
  expect(origins).toMatchObject([{ fact: "surrounding.wsl", source }, {}]);
});

test.each([
  ["docker's file", { ".dockerenv": "" }, {}, "docker"],
  ["podman's file", { "run/.containerenv": 'engine="podman"' }, {}, "podman"],
  ["podman's before docker's", { "run/.containerenv": "", ".dockerenv": "" }, {}, "podman"],
  [
    "kubernetes' address before docker's file",
    { ".dockerenv": "" },
    { KUBERNETES_SERVICE_HOST: "10.0.0.1" },
    "kubernetes",
  ],
  ["a word of systemd", {}, { container: "systemd-nspawn" }, "systemd-nspawn"],
  ["no word of systemd", {}, { container: "Not A Word!" }, null],
  ["WSL is no container", {}, { container: "wsl" }, null],
  ["a pod's group", { [GROUP]: "0::/kubepods.slice/docker-1.scope" }, {}, "kubernetes"],
  ["docker's group", { [GROUP]: "12:cpu:/docker/0123\n0::/system.slice" }, {}, "docker"],
  ["podman's group", { [GROUP]: "0::/machine.slice/libpod-0123.scope" }, {}, "podman"],
  ["an lxc group", { [GROUP]: "0::/lxc.payload.a" }, {}, "lxc"],
  ["a plain host", { [GROUP]: "0::/init.scope" }, {}, null],
] as const)("probeSurrounding: a container by %s", async (_, files, env, container) => {
  expect((await lookAround(files, env)).finding).toEqual({ wsl: null, container });
});

test("probeSurrounding: a container inside WSL2 is both", async () => {
  const files = { [OSRELEASE]: "5.15.1-microsoft-standard-WSL2", ".dockerenv": "" };
  expect((await lookAround(files)).finding).toEqual({ wsl: 2, container: "docker" });
});

test("probeSurrounding: other systems have neither", async () => {
  const root = fakeRoot({ ".dockerenv": "", "dev/dxg": "" });
  const env = { WSL_DISTRO_NAME: "Ubuntu" };
  for (const platform of ["win32", "darwin"] as const) {
    const { finding } = await probeSurrounding({ root, env, platform });
    expect(finding).toEqual({ wsl: null, container: null });
  }
});
