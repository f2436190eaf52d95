/** Fake model servers that end with the test. */
import { onTestFinished } from "vitest";
import {
  type FakeModelServer,
  type FakeModelSettings,
  startFakeModelServer,
} from "./fake-model-server.ts";

/** A fake Ollama, loaded with nothing. */
export async function fakeChatOllama(
  settings: Partial<FakeModelSettings> = {},
): Promise<FakeModelServer> {
  return endsWithTest(await startFakeModelServer({ protocol: "ollama", ...settings }));
}

/** A fake provider or OpenAI-compatible server. */
export async function fakeCloud(
  settings: Partial<FakeModelSettings> = {},
): Promise<FakeModelServer> {
  return endsWithTest(await startFakeModelServer({ protocol: "openai", ...settings }));
}

function endsWithTest(server: FakeModelServer): FakeModelServer {
  onTestFinished(() => server.stop());
  return server;
}
