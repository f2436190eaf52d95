/**
 * How long until the host is known, in the library and without HTTP?
 *
 *     node bench/first-detection.ts
 *
 * Three times: this host as it is, with nothing on the PATH and nobody at Ollama's address, and with an
 * nvidia-smi that ignores SIGTERM and a server that never answers. First answer, and the fuller one behind it.
 */
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { detectHost } from "../src/detect/detect.ts";
import { judged } from "./figures.ts";

/** What the guide promises for the start; the process itself is not in this. */
const LIMIT_MS = 3000;
const STUBBORN = "#!/bin/sh\ntrap '' TERM INT HUP\nwhile :; do sleep 1; done\n";

const folder = mkdtempSync(join(tmpdir(), "runtime-profile-detect-"));
writeFileSync(join(folder, "nvidia-smi"), STUBBORN);
chmodSync(join(folder, "nvidia-smi"), 0o755);
const hole = createServer(() => {}).listen(0, "127.0.0.1");
await once(hole, "listening");
const silent = `http://127.0.0.1:${(hole.address() as AddressInfo).port}`;
const { env } = process;

const CASES = [
  { name: "this host", options: {} },
  { name: "nothing there", options: { env: { PATH: "" }, ollamaHost: "http://127.0.0.1:9" } },
  {
    name: "card and server hang",
    options: { env: { ...env, PATH: `${folder}${delimiter}${env["PATH"]}` }, ollamaHost: silent },
  },
];

for (const { name, options } of CASES) {
  const begin = performance.now();
  const { late } = await detectHost(options);
  const first = performance.now() - begin;
  await late;
  const whole = performance.now() - begin;
  if (first > LIMIT_MS) process.exitCode = 1;
  console.log(
    `${name}: first ${first.toFixed(0)} ms, of ${LIMIT_MS}: ${judged(first / LIMIT_MS, { most: 1 })}; whole ${whole.toFixed(0)} ms`,
  );
}
hole.close();
rmSync(folder, { recursive: true, force: true });
process.exit();
