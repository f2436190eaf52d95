/** Model servers for the bench of the door, in a process of their own: told by messages what to play. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Scene } from "../test/support/fake-model-scenes.ts";
import { type FakeModelServer, startFakeModelServer } from "../test/support/fake-model-server.ts";

/** What they can be told. */
export type Order =
  | { readonly do: "play"; readonly scene: Scene }
  /** Answers once so many chats are held. */
  | { readonly do: "held"; readonly count: number }
  | { readonly do: "release" };

/** Both servers, and their process. */
export interface Targets {
  readonly ollama: string;
  readonly openai: string;
  readonly child: ChildProcess;
}

/** The one local model; it takes no memory worth speaking of. */
export const LOCAL_MODEL = "moondream";

/** Starts them; they end with their parent. */
export async function startTargets(): Promise<Targets> {
  const child = fork(import.meta.filename, ["serve"]);
  const [addresses] = (await once(child, "message")) as [Pick<Targets, "ollama" | "openai">];
  return { ...addresses, child };
}

/** Has them do something, and waits until it is done. */
export async function order({ child }: Targets, what: Order): Promise<void> {
  child.send(what);
  await once(child, "message");
}

async function obey(servers: readonly FakeModelServer[], what: Order): Promise<void> {
  if (what.do === "play") for (const each of servers) each.always(what.scene);
  if (what.do === "release") for (const each of servers) each.release();
  if (what.do === "held") {
    const all = () => servers.reduce((sum, { held }) => sum + held, 0);
    await Promise.race(servers.map((each) => each.until(() => all() >= what.count)));
  }
}

if (process.argv[2] === "serve") {
  const models = [{ name: LOCAL_MODEL, size: 1024 ** 3, capabilities: ["completion", "vision"] }];
  const ollama = await startFakeModelServer({ protocol: "ollama", models });
  const openai = await startFakeModelServer({ protocol: "openai" });
  process.on("message", (what: Order) => {
    void obey([ollama, openai], what).then(() => process.send?.("done"));
  });
  process.once("disconnect", () => process.exit());
  process.send?.({ ollama: ollama.address, openai: openai.address });
}
