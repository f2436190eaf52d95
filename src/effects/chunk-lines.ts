/** The lines of an OpenAI-compatible stream as JSON of chunks: passed on as the server wrote it. */
import { isObject, parsedJson } from "../domain/tolerant-json.ts";
import { fieldsOf, formOf, type LineForm } from "./line-form.ts";
import type { LineReader } from "./model-lines.ts";

/** What a line of data begins with. */
export const DATA = "data:";
const DONE = "[DONE]";
/** Comments, and fields of events that say nothing. */
const SILENT = /^(:|event:|id:|retry:)/;
/** Texts that are other ones in each chunk. */
const FIELD = /"(content|reasoning_content|reasoning|arguments|obfuscation)": ?"/g;

/** Where in its line the JSON of a chunk stands: characters before it and after it. */
interface Known {
  readonly form: LineForm;
  readonly margin: number;
  readonly rest: number;
}

/** Reads the lines of one answer; `refusalOf` says why a line is none of an answer. */
export function createChunkLines(refusalOf: (line: string) => Error): LineReader {
  let isFinished = false;
  let known: Known | null = null;

  /** True: the line was the last. */
  const readWhole = (line: string, chunks: string[]): boolean => {
    if (!line.startsWith(DATA)) {
      if (SILENT.test(line)) return false;
      throw refusalOf(line);
    }
    const data = line.slice(DATA.length).trim();
    if (data === DONE) return true;
    const chunk = parsedJson(data);
    const hasError = isObject(chunk) && (chunk["error"] ?? null) !== null;
    if (!isObject(chunk) || hasError) throw refusalOf(line);
    const { choices } = chunk;
    if (!Array.isArray(choices)) {
      // Providers add events of their own, such as a count of tokens without choices.
      chunks.push(JSON.stringify({ ...chunk, choices: [] }));
      return false;
    }
    isFinished ||= choices.some(({ finish_reason: reason }) => typeof reason === "string");
    // A carriage return between two words of JSON would end the line for those who read on.
    const isOneLine = !data.includes("\r");
    chunks.push(isOneLine ? data : JSON.stringify(chunk));
    if (isOneLine) known = knownOf(line, data) ?? known;
    return false;
  };

  return {
    take(line, chunks) {
      if (known === null || fieldsOf(known.form, line) === null) return readWhole(line, chunks);
      chunks.push(line.slice(known.margin, line.length - known.rest));
      return false;
    },
    get isFinished() {
      return isFinished;
    },
  };
}

function knownOf(line: string, json: string): Known | null {
  const form = formOf(line, FIELD);
  const margin = line.indexOf("{");
  return form === null ? null : { form, margin, rest: line.length - margin - json.length };
}
