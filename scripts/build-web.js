// Builds the page, web/dist from web, unless it was built from these very files before: tests and
// packing may call it at the same time as a server reads the result.
// Plain JavaScript, so that it runs before anything is built. With --if-possible it is no error that
// the tools for it are not installed; the service then shows its plain page.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const SOURCES = ["web/index.html", "web/vite.config.ts", "web/public", "web/src", "src/domain"];
const PLACES = [...SOURCES, "src/policy", "package-lock.json", "scripts/build-web.js"];
const mark = join(root, "web", "dist", ".built-from");

const fingerprint = fingerprintOf(PLACES.flatMap(filesIn));
const isBuilt = existsSync(mark) && readFileSync(mark, "utf8") === fingerprint;
if (!isBuilt) await buildPage();

async function buildPage() {
  const vite = await import("vite").catch((error) => {
    if (!process.argv.includes("--if-possible")) throw error;
    console.warn(
      "The page was not built, for Vite is not installed; the service shows its plain page.",
    );
    return null;
  });
  if (vite === null) return;
  // Under a test runner it would else be a build for developers: larger, with the paths of this machine.
  process.env["NODE_ENV"] = "production";
  await vite.build({ configFile: join(root, "web", "vite.config.ts"), logLevel: "warn" });
  writeFileSync(mark, fingerprint);
}

function filesIn(place) {
  const path = join(root, place);
  if (!existsSync(path)) return [];
  try {
    const inside = readdirSync(path, { recursive: true, withFileTypes: true });
    return inside.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  } catch {
    return [path];
  }
}

function fingerprintOf(files) {
  const hash = createHash("sha256");
  for (const file of files.toSorted())
    hash.update(`${file.slice(root.length)}\0`).update(readFileSync(file));
  return hash.digest("hex");
}
