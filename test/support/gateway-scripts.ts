/** What the made-up models say to real clients: a text, a tool call, or how large a picture is. */
import type { ContentPart } from "../../src/domain/chat.ts";
import type { Job } from "../../src/runtime-work-types.ts";
import { chunkOf, completionOf, type Script } from "./fake-work.ts";

/** One red pixel. */
export const PICTURE =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";

/** A tool in OpenAI's form. */
export const CUT_TOOL = {
  type: "function",
  function: {
    name: "cut",
    description: "Cuts at a second.",
    parameters: {
      type: "object",
      properties: { at: { type: "number" } },
      required: ["at"],
      additionalProperties: false,
    },
  },
} as const;

const CALL = { id: "call_1", type: "function", function: { name: "cut", arguments: '{"at":12}' } };

/** Answers as the request wishes. */
export function obliging(job: Job): Script {
  const { request } = job;
  if (request["tools"] !== undefined) {
    if (request.stream !== true) return { complete: completionOf({ tool_calls: [CALL] }) };
    const { function: called, ...rest } = CALL;
    const part = (index: number, more: object) =>
      chunkOf({ tool_calls: [{ index, ...more }] as never });
    return {
      chunks: [
        chunkOf({ role: "assistant", content: null }),
        part(0, { ...rest, function: { name: called.name, arguments: "" } }),
        part(0, { function: { arguments: '{"at":' } }),
        part(0, { function: { arguments: "12}" } }),
        chunkOf({}, "tool_calls"),
      ],
    };
  }
  const content = request.messages.at(-1)?.content;
  const parts: readonly ContentPart[] = Array.isArray(content) ? content : [];
  const picture = parts.find(({ type }) => type === "image_url")?.image_url?.url;
  if (picture === undefined) return { say: ["Hello", " 世界"] };
  return { say: ["A picture of ", `${picture.length} characters`] };
}

/** What is said of the picture. */
export const OF_PICTURE = `A picture of ${`data:image/png;base64,${PICTURE}`.length} characters`;
