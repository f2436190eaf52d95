/** What the README shows is what happens: its answer and its examples. */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { text as textOfStream } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { createServer } from "../src/http/server.ts";
import { fakeNvidiaSmi, nvidiaRow } from "./support/fake-nvidia-smi.ts";
import { fakeOllama } from "./support/fake-ollama.ts";
import { entryOf, fileHost, live } from "./support/live.ts";
import { blocksOf, ROOT, textOf } from "./support/pages.ts";
import { quickConfiguration } from "./support/quick-configuration.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const MOONDREAM = JSON.stringify({
  models: [
    {
      name: "moondream:latest",
      model: "moondream",
      size: 1_738_451_197,
      details: { family: "phi2", families: ["phi2", "clip"] },
      capabilities: ["completion", "vision"],
    },
  ],
});

test("docs: the answer in the README is what such a host answers", async () => {
  const card = fakeNvidiaSmi({ rows: nvidiaRow({ total: 8188, used: 3701, free: 4487 }) });
  const ollama = await fakeOllama({ tags: MOONDREAM });
  const configuration = quickConfiguration({ ollama: { host: ollama.address } });
  const host = fileHost(32_768, 12_288);
  const runtime = await live({ env: card.env, configuration, host });
  await entryOf(
    runtime,
    ({ type, data }) => type === "reading" && (data as { vram: unknown }).vram !== null,
  );
  const [answer = ""] = blocksOf("README.md", "json");
  expect(runtime.status()).toMatchObject(JSON.parse(answer));
});

test("docs: the examples in the README are the files, and they run", async () => {
  const names = readdirSync(join(ROOT, "examples")).filter((name) => name.endsWith(".ts"));
  const shown = [...textOf("README.md").matchAll(/^<!-- example: examples\/(.*) -->$/gm)];
  expect(shown.map(([, name]) => name).sort()).toEqual(names.sort());
  const blocks = blocksOf("README.md", "ts");
  for (const [index, [, name = ""]] of shown.entries()) {
    const [, ...lines] = textOf(join("examples", name)).split("\n");
    expect(blocks[index]).toBe(lines.join("\n").replace("../src/index.ts", "runtime-profile"));
  }
  const card = fakeNvidiaSmi({ rows: nvidiaRow({ total: 8188, used: 900, free: 7288 }) });
  const ollama = await fakeOllama({ tags: MOONDREAM });
  const home = temporaryFolder();
  const env = { ...card.env, OLLAMA_HOST: ollama.address, HOME: home, XDG_DATA_HOME: home };
  const address = await addressOfDaemon(card.env, ollama.address);
  const ended = names.map(async (name) => {
    // Where the daemon is, and after how many events it is enough; for the program that follows one.
    const args = [join(ROOT, "examples", name), address, "1"];
    const child = spawn(process.execPath, args, { env, stdio: "pipe" });
    const [said, errors, code] = await Promise.all([
      textOfStream(child.stdout),
      textOfStream(child.stderr),
      new Promise((resolve) => child.once("close", resolve)),
    ]);
    return { name, code, errors, hasTier: said.includes("LOCAL_GPU_MID") };
  });
  expect(await Promise.all(ended)).toEqual(
    names.map((name) => ({ name, code: 0, errors: "", hasTier: true })),
  );
});

async function addressOfDaemon(
  env: Readonly<Record<string, string | undefined>>,
  host: string,
): Promise<string> {
  const runtime = await live({ env, configuration: quickConfiguration({ ollama: { host } }) });
  const server = await createServer(runtime, { port: 0 });
  onTestFinished(() => server.close());
  const [address] = await server.listen();
  return address?.url ?? "";
}
