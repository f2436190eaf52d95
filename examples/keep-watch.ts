/** A program that asks before each job, hears about steps, and reports how the job ended. */
import { setTimeout as wait } from "node:timers/promises";
import { createRuntime } from "../src/index.ts";

const runtime = await createRuntime();
runtime.onDegraded(({ sentence, policy }) => console.log(sentence, policy.vision));
runtime.onRecovered(({ sentence, policy }) => console.log(sentence, policy.vision));

// No model is loaded before the first reading has come.
while (runtime.policy().vision.missing.includes("FIRST_READING")) await wait(100);

const { vision } = runtime.policy();
if (vision.ready && vision.provider !== "none") {
  console.log(`Up to ${vision.max_scenes} scenes with ${vision.model} (${vision.provider}).`);
  // Here your own code asks the model. Then it says how that went:
  runtime.recordTask({ task: "vision", provider: vision.provider, ok: true });
} else {
  console.log(`Not now: ${vision.missing.join(", ")}.`);
}

console.log(runtime.explanation("en"));
await runtime.stop();
