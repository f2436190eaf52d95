/** A process that runs a real runtime and prints each transition that is on disk; ends only when killed. */
import { createRuntime } from "../../src/runtime.ts";
import { quickConfiguration } from "./quick-configuration.ts";

const [, , dataFolder, root] = process.argv as [string, string, string, string];
const runtime = await createRuntime({
  dataFolder,
  root,
  env: { PATH: "/nonexistent" },
  configuration: quickConfiguration(),
});
const say = (seq: number, hash: string | null): void =>
  void process.stdout.write(`${JSON.stringify({ seq, hash })}\n`);
for (const { seq, type, hash } of runtime.events({ limit: 1000 }).events)
  if (type === "transition") say(seq, hash);
runtime.subscribe((entries) => {
  for (const { seq, type, hash } of entries) if (type === "transition") say(seq, hash);
});
