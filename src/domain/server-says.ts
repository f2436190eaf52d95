/**
 * The words in a server's error: Ollama's `{"error":"…"}`, OpenAI's `{"error":{"message",…}}`, the lists of
 * Gemini's compatible door, vLLM's `{"message","code"}` and FastAPI's `{"detail"}`; else the text itself.
 */
import { isObject, parsedJson } from "./tolerant-json.ts";
export interface ServerWords {
  /** `null` = it said nothing that is for people. */
  readonly text: string | null;
  /** Codes and types, in lower case. */
  readonly codes: readonly string[];
}

/** Looked at, at most: patterns are held against it, and some take the square of its length. */
const MAX_TEXT = 8000;

/** What a body says. */
export function serverSays(body: string): ServerWords {
  const json = parsedJson(body);
  if (json === undefined) return { text: plainText(body), codes: [] };
  const first = Array.isArray(json) ? json[0] : json;
  if (!isObject(first)) return { text: null, codes: [] };
  const error = first["error"] ?? first;
  if (typeof error === "string") return { text: error.slice(0, MAX_TEXT), codes: codesIn(first) };
  if (!isObject(error)) return { text: null, codes: [] };
  const said = error["message"] ?? error["detail"] ?? first["message"] ?? first["detail"];
  const text = typeof said === "string" ? said : said === undefined ? null : JSON.stringify(said);
  return { text: text?.slice(0, MAX_TEXT) ?? null, codes: codesIn(error) };
}

function codesIn(error: Readonly<Record<string, unknown>>): readonly string[] {
  return [error["code"], error["type"], error["status"]]
    .filter((code) => typeof code === "string")
    .map((code) => code.toLowerCase());
}

/** A page of a proxy tells something in its title at most. */
function plainText(body: string): string | null {
  const text = body.slice(0, MAX_TEXT).trim();
  if (text === "") return null;
  if (!/^<(!doctype|html|\?xml)/i.test(text)) return text;
  const title = /<title[^>]*>([^<]{1,200})<\/title>/i.exec(text)?.[1]?.trim();
  return title === undefined ? "a page of HTML" : `a page of HTML: ${title}`;
}
