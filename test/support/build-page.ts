/** Before any test: the page is built from the present sources, as `npm run build` does. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "./pages.ts";

export default function setup(): void {
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, "scripts", "build-web.js")], {
    cwd: ROOT,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the page cannot be built:\n${stderr}`);
}
