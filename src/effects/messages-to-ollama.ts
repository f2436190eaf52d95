/**
 * Messages in OpenAI's shape → Ollama's: text and images apart, arguments of tools as objects.
 *
 * An image must come in the request itself: nothing is fetched on a caller's behalf, for an address in a
 * request could point into the network of this host.
 */

import type { ChatMessage, ContentPart, ToolCall } from "../domain/chat.ts";
import { isObject } from "../domain/tolerant-json.ts";

/** A message as Ollama takes it. */
export interface OllamaMessage {
  readonly role: string;
  readonly content: string;
  readonly images?: readonly string[];
  readonly tool_calls?: readonly {
    readonly id?: string;
    readonly function: { readonly name: string; readonly arguments: unknown };
  }[];
  readonly tool_name?: string;
  readonly tool_call_id?: string;
  readonly thinking?: string;
}

type Translated<Key extends string, Value> =
  | ({ readonly ok: true } & Readonly<Record<Key, Value>>)
  | { readonly ok: false; readonly message: string };

const ROLES: Readonly<Record<string, string>> = { developer: "system", function: "tool" };
/** Longer heads are no heads. */
const MAX_HEAD = 200;

/** Translates all messages, or says what is wrong with one. */
export function messagesToOllama(
  messages: unknown,
): Translated<"messages", readonly OllamaMessage[]> {
  if (!Array.isArray(messages)) return { ok: false, message: notAList("messages") };
  const names = new Map<string, string>();
  const translated: OllamaMessage[] = [];
  for (const message of messages as readonly unknown[]) {
    if (!isMessage(message)) return { ok: false, message: NO_MESSAGE };
    const content = contentOf(message);
    if (!content.ok) return content;
    const calls = callsOf(message.tool_calls ?? []);
    if (!calls.ok) return calls;
    for (const { id, function: called } of calls.calls)
      if (id !== undefined) names.set(id, called.name);
    const { text, images } = content.content;
    translated.push({
      role: ROLES[message.role] ?? message.role,
      content: text,
      ...(images.length === 0 ? {} : { images }),
      ...(calls.calls.length === 0 ? {} : { tool_calls: calls.calls }),
      ...thinkingOf(message),
      ...toolOf(message, names),
    });
  }
  return { ok: true, messages: translated };
}

interface Content {
  readonly text: string;
  readonly images: readonly string[];
}

function contentOf({ content }: ChatMessage): Translated<"content", Content> {
  if (content === undefined || content === null)
    return { ok: true, content: { text: "", images: [] } };
  if (typeof content === "string") return { ok: true, content: { text: content, images: [] } };
  if (!Array.isArray(content)) return { ok: false, message: notAList("content") };
  const texts: string[] = [];
  const images: string[] = [];
  for (const part of content as readonly ContentPart[]) {
    if (!isObject(part)) return { ok: false, message: unknownPart({ type: typeof part }) };
    if (part.type === "image_url") {
      const image = imageOf(part);
      if (!image.ok) return image;
      images.push(image.image);
    } else {
      const text = part.text ?? part["refusal"];
      if (typeof text !== "string") return { ok: false, message: unknownPart(part) };
      texts.push(text);
    }
  }
  return { ok: true, content: { text: texts.join("\n"), images } };
}

function imageOf(part: ContentPart): Translated<"image", string> {
  const { image_url: image } = part;
  const url: unknown = typeof image === "string" ? image : image?.url;
  if (typeof url !== "string") return { ok: false, message: unknownPart(part) };
  const comma = url.slice(0, MAX_HEAD).indexOf(",");
  const head = url.slice(0, comma + 1);
  if (/^data:image\/[\w.+-]+(;[\w=.+-]+)*;base64,$/i.test(head)) {
    return { ok: true, image: url.slice(comma + 1) };
  }
  return {
    ok: false,
    message: `An image was expected as data:image/…;base64, and came as "${url.slice(0, 40)}"; send the image itself, for nothing is fetched on behalf of a request.`,
  };
}

function unknownPart({ type }: ContentPart): string {
  return `A part of a message was expected to be text or image_url and is "${String(type).slice(0, 40)}", which Ollama does not take; leave it out.`;
}

type Calls = NonNullable<OllamaMessage["tool_calls"]>;

function callsOf(calls: readonly ToolCall[]): Translated<"calls", Calls> {
  if (!Array.isArray(calls)) return { ok: false, message: notAList("tool_calls") };
  const translated: Calls[number][] = [];
  for (const call of calls as readonly ToolCall[]) {
    if (!isObject(call) || !isObject(call.function)) return { ok: false, message: NO_CALL };
    const { id, function: called } = call;
    const given = argumentsOf(called.arguments);
    if (given === undefined) {
      return {
        ok: false,
        message: `The arguments of the tool call "${called.name}" were expected to be an object in JSON and are not; send them as the model gave them.`,
      };
    }
    translated.push({
      ...(id === undefined ? {} : { id }),
      function: { name: called.name, arguments: given },
    });
  }
  return { ok: true, calls: translated };
}

/** `undefined` = no object. Some callers leave it empty where there is nothing to say. */
function argumentsOf(text: unknown): unknown {
  if (text === undefined || text === null || text === "") return {};
  try {
    const value: unknown = typeof text === "string" ? JSON.parse(text) : text;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function thinkingOf(message: ChatMessage): Pick<OllamaMessage, "thinking"> {
  const thinking = message["reasoning_content"] ?? message["reasoning"];
  return typeof thinking === "string" && thinking !== "" ? { thinking } : {};
}

/** Ollama knows the answer of a tool by the tool's name. */
function toolOf(
  message: ChatMessage,
  names: ReadonlyMap<string, string>,
): Pick<OllamaMessage, "tool_name" | "tool_call_id"> {
  const { tool_call_id: id, name } = message;
  const known = (id === undefined ? undefined : names.get(id)) ?? name;
  const isTool = message.role === "tool" || message.role === "function";
  if (!isTool) return {};
  return {
    ...(typeof known === "string" ? { tool_name: known } : {}),
    ...(id === undefined ? {} : { tool_call_id: id }),
  };
}

const NO_MESSAGE =
  "Each of the messages was expected to be an object with a role, and one is not; send it as OpenAI's chat completions want it.";
const NO_CALL =
  "Each of the tool calls was expected to have a function, and one has none; send it as the model gave it.";

function notAList(name: string): string {
  return `The field ${name} was expected to be a list and is not; send it as OpenAI's chat completions want it.`;
}

function isMessage(value: unknown): value is ChatMessage {
  return isObject(value) && typeof value["role"] === "string";
}
