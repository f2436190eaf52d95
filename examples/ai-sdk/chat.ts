/** Chats through the daemon with the AI SDK: npm install ai @ai-sdk/openai-compatible */
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, streamText } from "ai";

const [address = "http://127.0.0.1:8000", prompt = "Name three cuts of a film."] =
  process.argv.slice(2);
// The daemon asks for a token only beyond loopback.
const { RUNTIME_PROFILE_TOKEN: apiKey = "none" } = process.env;
const runtime = createOpenAICompatible({
  name: "runtime-profile",
  baseURL: `${address}/v1`,
  apiKey,
});
// No name of a model: "runtime/vision" and "runtime/planning" are what the policy says now.
const model = runtime.chatModel("runtime/planning");

const { text, response } = await generateText({ model, prompt });
// The receipt: where it ran, and why.
for (const [name, value] of Object.entries(response.headers ?? {}))
  if (name.startsWith("x-runtime-profile-")) console.log(`${name.slice(18)}: ${value}`);
console.log(text);

const { textStream } = streamText({ model, prompt });
for await (const piece of textStream) process.stdout.write(piece);
process.stdout.write("\n");
