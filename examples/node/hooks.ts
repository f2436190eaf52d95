/** A program that sets a webhook in code, and hears of the same steps itself. */
import { createRuntime, parseConfiguration } from "../../src/index.ts";

const [webhook = "http://127.0.0.1:9000/steps"] = process.argv.slice(2);
const { STEPS_SECRET: webhook_secret = null } = process.env;
const configuration = parseConfiguration({ hooks: { webhook, webhook_secret } });
const runtime = await createRuntime({ configuration });

runtime.onDegraded(({ sentence, policy }) => console.log("down:", sentence, policy.vision.device));
runtime.onRecovered(({ sentence, policy }) => console.log("up:", sentence, policy.vision.device));

// A step by hand, to see that it arrives.
runtime.degrade({ reason: "to try the webhook" });

// What is not told yet has two more seconds.
await runtime.stop();
