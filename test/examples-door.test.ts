/** The examples that chat, against the real door: a real runtime, real clients, a fake Ollama behind it. */
import { expect, onTestFinished, test } from "vitest";
import { addGateway } from "../src/gateway/gateway.ts";
import { createServer } from "../src/http/server.ts";
import type { Runtime } from "../src/runtime-types.ts";
import { HAS_PYTHON, startExample } from "./support/run-example.ts";
import { workingHost } from "./support/working-host.ts";

if (!HAS_PYTHON) test.skip("examples: PYTHON IS NOT HERE, so its chat is not run", () => {});

/** The address of the whole service, the door in it. */
async function doorOf(runtime: Runtime): Promise<string> {
  const { work, policy } = runtime;
  const server = await createServer(runtime, {
    port: 0,
    plugins: [(app, redact) => addGateway(app, { work, policy, redact })],
  });
  onTestFinished(() => server.close());
  const [address] = await server.listen();
  return `http://127.0.0.1:${address?.port}`;
}

const EXAMPLES = [...(HAS_PYTHON ? ["python/chat_stdlib.py"] : []), "ai-sdk/chat.ts"];

test.each(EXAMPLES)("examples: %s chats through the real door", async (name) => {
  const { runtime, ollama } = await workingHost();
  const text = "Hard cut, match cut, 跳切.";
  ollama.always({ scene: "ok", text });
  const { code, said, errors } = await startExample(name, [await doorOf(runtime)]).ended;
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
  for (const line of ["provider: local", "model: qwen3.5:4b", "rung: nominal"])
    expect(said).toContain(`${line}\n`);
  expect(said.split("\n").filter((line) => line === text)).toHaveLength(2);
  const seq = Number(/^seq: (\d+)$/m.exec(said)?.[1]);
  expect(runtime.event(seq)).toMatchObject({ type: "transition" });
  expect(ollama.chats.map(({ body }) => body["stream"])).toEqual([false, true]);
});
