// Builds dist from src: removes what is there, then compiles with tsconfig.build.json.
// Plain JavaScript, so that it runs before anything is built; `npm pack` calls it too.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const typescript = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
const compiler = join(typescript, "bin", "tsc");

rmSync(join(root, "dist"), { recursive: true, force: true });
const { status, error } = spawnSync(process.execPath, [compiler, "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
if (error !== undefined) throw error;
process.exitCode = status ?? 1;
