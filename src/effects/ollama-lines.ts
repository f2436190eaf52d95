/**
 * The lines of an Ollama answer as JSON of chunks. A piece that only says words, which nearly all do, is
 * these words between two texts that stay the same for the whole answer.
 */
import { type AnswerHead, createChunkTranslator, type OllamaPart } from "./chat-from-ollama.ts";
import { fieldsOf, formOf, type LineForm } from "./line-form.ts";
import type { LineReader } from "./model-lines.ts";

const FIELD = /"(created_at|content)":"/g;

/** What the reader must know of the answer, and who reads a line of it as a whole. */
export interface OllamaAnswer {
  readonly head: AnswerHead;
  readonly hasUsage: boolean;
  /** Throws where a line is none of an answer. */
  readonly parse: (line: string) => OllamaPart;
}

/** Reads the lines of one answer. */
export function createOllamaLines({ head, hasUsage, parse }: OllamaAnswer): LineReader {
  const translate = createChunkTranslator(head, hasUsage);
  const start = JSON.stringify({ ...head, object: "chat.completion.chunk" }).slice(0, -1);
  const before = `${start},"choices":[{"index":0,"delta":{"content":`;
  const after = `},"finish_reason":null}]}`;
  let isBegun = false;
  let form: LineForm | null = null;
  let place = 0;

  const known = (line: string): string =>
    (form === null ? undefined : fieldsOf(form, line)?.[place]) ?? "";

  const learn = (line: string, words: string): void => {
    const found = formOf(line, FIELD);
    if (found === null || found.keys.filter((key) => key === "content").length !== 1) return;
    const at = found.keys.indexOf("content");
    if (fieldsOf(found, line)?.[at] !== words) return;
    form = found;
    place = at;
  };

  return {
    take(line, chunks) {
      const words = known(line);
      if (words !== "") {
        chunks.push(`${before}"${words}"${after}`);
        return false;
      }
      const part = parse(line);
      if (isBegun && isWords(part)) {
        chunks.push(before + JSON.stringify(part.message.content) + after);
        learn(line, part.message.content);
        return false;
      }
      isBegun = true;
      for (const chunk of translate(part)) chunks.push(JSON.stringify(chunk));
      return part.done === true;
    },
    isFinished: false,
  };
}

type Words = OllamaPart & { readonly message: { readonly content: string } };

function isWords(part: OllamaPart): part is Words {
  const { message, done } = part;
  if (message === undefined || done === true) return false;
  const { content, thinking, tool_calls: calls } = message;
  return typeof content === "string" && content !== "" && !thinking && calls === undefined;
}
