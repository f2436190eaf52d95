// Finds Chromium for the tests of the page. With --install it installs Debian's, and letters for
// Chinese, where that is missing and may be done; `npm test` does so first. It never fails: without a
// browser those tests are skipped, and say so.
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const PACKAGES = ["chromium", "fonts-wqy-microhei"];

/** The path of an installed Chromium, or null; RUNTIME_PROFILE_CHROMIUM names another one. */
export function findChromium() {
  const named = process.env["RUNTIME_PROFILE_CHROMIUM"];
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter(Boolean);
  const places = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [named, ...places].find((place) => place !== undefined && isProgram(place)) ?? null;
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function install() {
  if (process.platform !== "linux" || process.getuid?.() !== 0 || !hasAptGet()) {
    return "it can only be installed by root on a Debian; install it yourself: apt-get install chromium";
  }
  const options = ["-o", "Acquire::Retries=2", "-o", "DPkg::Lock::Timeout=120"];
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [
    ["update", "-qq"],
    ["install", "-y", "-qq", "--no-install-recommends", ...PACKAGES],
  ]) {
    const { status, stderr } = spawnSync("apt-get", [...options, ...args], {
      env,
      encoding: "utf8",
    });
    if (status !== 0)
      return `apt-get ${args[0]} failed: ${String(stderr).trim().split("\n").at(-1)}`;
  }
  return null;
}

function hasAptGet() {
  return spawnSync("apt-get", ["--version"], { stdio: "ignore" }).status === 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url) && findChromium() === null) {
  const problem = process.argv.includes("--install") ? install() : "it is not installed";
  if (findChromium() !== null) console.log("Chromium was installed for the tests of the page.");
  else console.warn(`\n!!! NO CHROMIUM: the tests of the page will be SKIPPED; ${problem}\n`);
}
