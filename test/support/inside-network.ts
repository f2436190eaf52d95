/** Runs `detect --json` against a server that behaves as asked, and prints time and result as one line. */
import { spawn } from "node:child_process";
import { createServer, type Socket } from "node:net";

const [, , what = "", root = "", folder = ""] = process.argv;
const PORT = 11_434;
const DRIP_MS = 200;
const ADDRESSES: Readonly<Record<string, string>> = { hole: "http://10.9.9.2:11434" };
const address = ADDRESSES[what] ?? `http://127.0.0.1:${PORT}`;

/** One byte of an answer now and then, or none at all. */
function treat(socket: Socket): void {
  socket.on("error", () => undefined);
  if (what !== "drip") return;
  socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");
  const timer = setInterval(() => socket.write("{"), DRIP_MS);
  socket.on("close", () => clearInterval(timer));
}

const server = createServer(treat);
if (what === "drip" || what === "silent")
  await new Promise<void>((resolve) => server.listen(PORT, "127.0.0.1", resolve));

const began = performance.now();
const child = spawn(process.execPath, ["bin/runtime-profile.js", "detect", "--json"], {
  cwd: root,
  env: { ...process.env, OLLAMA_HOST: address, XDG_DATA_HOME: folder },
});
let text = "";
child.stdout.on("data", (chunk: Buffer) => {
  text += chunk.toString("utf8");
});
child.on("close", () => {
  const ms = Math.round(performance.now() - began);
  const { ai_runtime, notes } = JSON.parse(text) as {
    readonly ai_runtime: { readonly ollama: boolean | null };
    readonly notes: readonly { readonly probe: string; readonly code: string }[];
  };
  const codes = notes.filter(({ probe }) => probe === "ollama").map(({ code }) => code);
  process.stdout.write(JSON.stringify({ ms, running: ai_runtime.ollama, codes }));
  process.exit(0);
});
